import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { HEADER_CHIPS } from "../../../device/pins/chips.ts";
import { openLines, type Way } from "../../../gateway/lines.ts";
import { type Check, equal } from "../check.ts";
import { levelOf } from "../wires.ts";

const LINE = 20;
const PULSE_MS = 500;
const LATER_MS = 1_500;

/**
 * The controls of the guard: without one the contact stays closed. The lab's character device lets go of a line whose holder has
 * died, as a Raspberry Pi's does not, so that there only a daemon that hangs shows it.
 */
export const unguardedChecks = (way: Exclude<Way, "auto">): readonly Check[] => [
  staysClosed(way, "hangs", "SIGSTOP"),
  ...(way === "sysfs" ? [staysClosed(way, "is killed", "SIGKILL")] : []),
];

function staysClosed(way: Way, fate: string, signal: NodeJS.Signals): Check {
  return {
    name: `${way}: without a guard, the contact stays closed when the daemon ${fate} in mid-pulse`,
    run: async () => {
      const program = fileURLToPath(new URL("./unguarded-daemon.js", import.meta.url));
      const words = [program, way, `${LINE}`, `${PULSE_MS}`];
      const daemon = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
      const ended = once(daemon, "exit");
      await once(daemon.stdout, "data");
      daemon.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, PULSE_MS + LATER_MS));
      const level = levelOf(LINE);
      daemon.kill("SIGKILL");
      await ended;
      const lines = openLines(way, HEADER_CHIPS);
      lines.output({ line: LINE, activeLow: false }).close();
      lines.close();
      equal(level, 1, "the level long after the pulse");
      equal(levelOf(LINE), 0, "the level after somebody has opened it");
    },
  };
}
