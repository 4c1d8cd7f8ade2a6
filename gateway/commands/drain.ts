import { connect } from "node:net";
import { steadyClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG, explainErrors } from "../../host/config.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import { drainSocketOf, drainWords } from "../drain.ts";
import { readGatewayConfig } from "../read-config.ts";

/** Longer than a customer may take to pay, and the goods to come out. */
const USUAL_SECONDS = 1_200;

/**
 * Takes the running stand out of service and waits until nobody is served: then it may be replaced. 0 also where none runs; 1: a
 * customer was still being served after `--seconds N`, and the stand sells on.
 */
export const drain: Command = async (asked) => {
  const seconds = asked.options["seconds"] ?? String(USUAL_SECONDS);
  if (!/^[1-9]\d{0,4}$/.test(seconds)) return said(asked, `--seconds "${seconds}" is no number of seconds`, MISUSED);
  const read = readGatewayConfig(asked.config);
  if (read.is === "bad") return said(asked, explainErrors(asked.config, read.errors), EXIT_BAD_CONFIG);
  const became = await drained(drainSocketOf(read.config), Number(seconds) * 1_000, (line) => asked.say(line));
  if (became === "empty") return said(asked, "nobody is served, and nothing new begins for 15 minutes", 0);
  if (became === "not-running") return said(asked, "the stand is not running: nobody is served", 0);
  return said(asked, "somebody is still being served: the stand sells on. Try again later", FAILED);
};

type Became = "empty" | "busy" | "not-running";

/** Hangs up when the time is over. */
function drained(socket: string, ms: number, say: (line: string) => void): Promise<Became> {
  return new Promise((resolve) => {
    let isWaiting = false;
    let heard = "";
    const caller = connect(socket);
    const stopTimer = steadyClock("drain").after(ms, () => caller.destroy());
    caller.setEncoding("utf8");
    caller.on("error", () => undefined);
    caller.on("data", (text: string) => {
      heard = (heard + text).slice(-100);
      if (!isWaiting && heard.includes(drainWords.waiting)) say("waiting for the customer in front …");
      isWaiting ||= heard.includes(drainWords.waiting);
    });
    const hasMet = new Promise<boolean>((met) => {
      caller.once("connect", () => met(true));
      caller.once("close", () => met(false));
    });
    caller.once("close", () => {
      stopTimer();
      hasMet.then(
        (met) => resolve(!met ? "not-running" : heard.includes(drainWords.empty) ? "empty" : "busy"),
        () => resolve("busy"),
      );
    });
  });
}

function said(asked: Asked, line: string, code: number): number {
  asked.say(line);
  return code;
}
