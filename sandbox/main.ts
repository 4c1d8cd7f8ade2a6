import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { systemChance } from "../host/chance.ts";
import { readBootId, steadyClock } from "../host/clock.ts";
import { pinoLog } from "../host/pino.ts";
import { shutDownOnSignals } from "../host/shutdown.ts";
import { type Addresses, startDemo } from "./demo/demo.ts";
import { readSettings, type Settings, USAGE } from "./demo/settings.ts";

const MISUSED = 64;
/** Longer than both programs may take to end. */
const STOP_MS = 14_000;

/** Runs the demo until SIGINT or SIGTERM. */
export async function main(args: readonly string[]): Promise<void> {
  const read = readSettings(args);
  if (read.is === "help") return void process.stdout.write(USAGE);
  if (read.is === "settings") return run(read.settings);
  process.stderr.write(`${read.because}\n\n${USAGE}`);
  process.exitCode = MISUSED;
}

async function run(settings: Settings): Promise<void> {
  const clock = steadyClock(readBootId());
  const log = pinoLog({ level: "warn", name: "demo", write: (line) => void process.stderr.write(line) });
  const random = systemChance;
  const complain = (text: string): void => void process.stderr.write(text);
  const starting = startDemo({ settings, clock, random, log, complain });
  const stop = (): Promise<void> =>
    starting.then(
      (demo) => demo.close(),
      () => undefined,
    );
  shutDownOnSignals({ clock, log, process, deadlineMs: STOP_MS, endings: [{ what: "demo", stop }] });
  const { addresses } = await starting;
  process.stdout.write(settings.json ? `${JSON.stringify(addresses)}\n` : welcome(addresses));
}

const welcome = ({ page, stand, midtrans }: Addresses): string => `
  The stand is open:   ${page}

  Press a product, scan the code with the phone beside it, pay, and see what happens. Then pull the plug.
  By hand:   curl -X POST ${stand}/buttons/new
             curl -o screen.png ${stand}/screen.png
  Midtrans' stand-in:  ${midtrans}
  Ctrl-C ends it; nothing stays behind.

`;

const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
