import type { Clock } from "../protocol/time.ts";
import type { Log } from "./log.ts";

export type EndReason = "SIGTERM" | "SIGINT" | "unhandledRejection" | "uncaughtException";

/** What this file needs of the process it ends. */
export interface EndableProcess {
  on(event: EndReason, hear: (cause: unknown) => void): unknown;
  off(event: EndReason, hear: (cause: unknown) => void): unknown;
  exit(code: number): void;
}

/** One thing to end: a pulse, a listener, the journal. `stop` may wait; what it throws is logged and the next is ended. */
export type Ending = { readonly what: string; readonly stop: () => Promise<void> | void };

export type ShutdownParts = {
  readonly clock: Clock;
  readonly log: Log;
  readonly process: EndableProcess;
  /** In the order in which they are to end. */
  readonly endings: readonly Ending[];
  /** For all of them together; what has not ended then is left to the kernel. */
  readonly deadlineMs: number;
};

export interface Shutdown {
  /** Ends everything now and then exits; a second call only waits for the first. */
  end(reason: string, code?: number): Promise<void>;
  /** No longer listens to signals and faults. */
  forget(): void;
}

/**
 * Ends the process in good order on SIGTERM and SIGINT: exit code 0, or 1 when something did not end in time or failed. A fault
 * that nobody caught is logged and exits 1 at once, without running the endings: its state cannot be trusted, the journal can.
 */
export function shutDownOnSignals(parts: ShutdownParts): Shutdown {
  const { log, process } = parts;
  let ending: Promise<void> | undefined;
  const end = (reason: string, code = 0): Promise<void> => {
    ending ??= endAll(parts, reason).then((clean) => process.exit(clean ? code : 1));
    return ending;
  };
  const fail = (what: string) => (error: unknown) => {
    log.error(what, { error });
    process.exit(1);
  };
  const hearings: readonly (readonly [EndReason, (cause: unknown) => void])[] = [
    ["SIGTERM", () => void end("SIGTERM")],
    ["SIGINT", () => void end("SIGINT")],
    ["unhandledRejection", fail("promise rejected and nobody heard")],
    ["uncaughtException", fail("error thrown and nobody caught it")],
  ];
  for (const [event, hear] of hearings) process.on(event, hear);
  return {
    end,
    forget: () => {
      for (const [event, hear] of hearings) process.off(event, hear);
    },
  };
}

/** True when everything ended, in time and without an error. */
async function endAll(parts: ShutdownParts, reason: string): Promise<boolean> {
  const { clock, log, endings, deadlineMs } = parts;
  log.info("ending", { reason });
  let left = [...endings];
  const work = async (): Promise<boolean> => {
    let clean = true;
    for (const ending of endings) {
      clean = (await endOne(ending, log)) && clean;
      left = left.filter((other) => other !== ending);
    }
    return clean;
  };
  const late = new Promise<"late">((resolve) => clock.after(deadlineMs, () => resolve("late")));
  const outcome = await Promise.race([work(), late]);
  if (outcome !== "late") return outcome;
  log.error("not ended in time", { deadlineMs, left: left.map(({ what }) => what) });
  return false;
}

async function endOne({ what, stop }: Ending, log: Log): Promise<boolean> {
  try {
    await stop();
    log.info("ended", { part: what });
    return true;
  } catch (error) {
    log.error("did not end well", { part: what, error });
    return false;
  }
}
