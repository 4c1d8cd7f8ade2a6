import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { HEADER_CHIPS } from "../../../device/pins/chips.ts";
import { GuardedRelays } from "../../../device/pins/guarded.ts";
import { startGuard } from "../../../gateway/guard-process.ts";
import type { Way } from "../../../gateway/lines.ts";
import { readBootId, steadyClock } from "../../../host/clock.ts";
import { type Check, equal, eventually } from "../check.ts";
import { levelOf } from "../wires.ts";

const RELAY_LINE = 22;
const SILENCE_MS = 1_000;
/** The truest of so many is judged: the emulated processor stands still whenever its host is busy, for the watcher too. */
const PULSES = 5;
export const relaySetup = {
  chips: HEADER_CHIPS,
  relays: [{ name: "gate", line: RELAY_LINE, activeLow: false, mostMs: 5_000 }],
  silenceMs: SILENCE_MS,
};

/** A relay whose line a guard holds, and the ways in which a pulse can be interrupted. */
export function relayChecks(way: Exclude<Way, "auto">): readonly Check[] {
  const clock = steadyClock(readBootId());
  const withRelays = (name: string, run: (relays: GuardedRelays) => Promise<void>): Check => ({
    name: `${way}: ${name}`,
    run: async () => {
      const start = () => startGuard(way, (text) => process.stderr.write(text));
      const relays = new GuardedRelays({ setup: relaySetup, clock, start, warn: () => undefined });
      try {
        await eventually("the guard holds the lines", () => relays.failure === undefined, 20_000);
        await run(relays);
      } finally {
        await relays.close();
      }
    },
  });

  return [
    withRelays("a pulse is as long as asked, within 20 ms", async (relays) => {
      const lengths: number[] = [];
      for (let left = PULSES; left > 0; left -= 1) {
        const seen = watchLine();
        await relays.relay("gate").pulse(300, "order");
        lengths.push(Math.round(await seen));
      }
      const off = Math.min(...lengths.map((length) => Math.abs(length - 300)));
      if (off > 20) throw new Error(`${lengths.join(", ")} ms instead of 300`);
    }),
    withRelays("two pulses never overlap, and one that is too long is none", async (relays) => {
      const gate = relays.relay("gate");
      const first = gate.pulse(300, "one");
      await gate.pulse(300, "two").then(
        () => {
          throw new Error("a second pulse began");
        },
        () => undefined,
      );
      await first;
      await gate.pulse(6_000, "long").then(
        () => {
          throw new Error("longer than its bound");
        },
        () => undefined,
      );
      equal(levelOf(RELAY_LINE), 0, "open");
    }),
    {
      name: `${way}: a daemon killed in mid-pulse leaves the contact open at once`,
      run: async () => {
        const daemon = startBareDaemon(way);
        await eventually("the contact is closed", () => levelOf(RELAY_LINE) === 1, 30_000);
        daemon.kill("SIGKILL");
        await eventually("the contact is open", () => levelOf(RELAY_LINE) === 0, 1_000);
      },
    },
    {
      name: `${way}: a daemon that hangs in mid-pulse is waited for no longer than the silence`,
      run: async () => {
        const daemon = startBareDaemon(way);
        await eventually("the contact is closed", () => levelOf(RELAY_LINE) === 1, 30_000);
        daemon.kill("SIGSTOP");
        await eventually("the contact is open", () => levelOf(RELAY_LINE) === 0, SILENCE_MS + 500);
        daemon.kill("SIGKILL");
      },
    },
  ];
}

/** How long the line is high, in milliseconds, from the next rise on. */
async function watchLine(): Promise<number> {
  await eventually("the contact closes", () => levelOf(RELAY_LINE) === 1, 10_000);
  const from = performance.now();
  while (levelOf(RELAY_LINE) === 1 && performance.now() - from < 10_000) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return performance.now() - from;
}

/** Another process that begins a pulse of four seconds and does nothing else. */
function startBareDaemon(way: Way) {
  const program = fileURLToPath(new URL("./bare-daemon.js", import.meta.url));
  return spawn(process.execPath, [program, way], { stdio: "inherit" });
}
