import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { guard } from "../../../device/pins/guard.ts";
import { GuardedRelays, type GuardProcess } from "../../../device/pins/guarded.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { Wired } from "./wired.ts";

/** A daemon and its guard in one process, on lines in the air: what they say to each other is what two processes would. */

const SETUP = {
  chips: ["pinctrl-bcm2711"],
  relays: [{ name: "gate", line: 27, activeLow: false, mostMs: 2_000 }],
  silenceMs: 1_000,
};

let clock = new VirtualClock();
let lines: Wired[] = [];
let guards: { die(): void; freeze(): void; delay(isDelayed: boolean): void }[] = [];
let relays: GuardedRelays;

/** `die`: nobody opens anything, as when the guard itself is killed. `delay`: its words wait in the pipe. */
function startGuard(): GuardProcess {
  const [toGuard, fromGuard] = [new PassThrough(), new PassThrough()];
  const wired = new Wired();
  lines.push(wired);
  let tellEnd = (_how: string): void => undefined;
  let isFrozen = false;
  guards.push({
    delay: (is) => {
      if (is) fromGuard.pause();
      else fromGuard.resume();
    },
    die: () => tellEnd("SIGKILL"),
    freeze: () => {
      isFrozen = true;
    },
  });
  const ended = guard({ hear: toGuard, say: fromGuard, clock, openLines: () => wired });
  void ended.then(() => tellEnd("exit code 0"));
  let rest = "";
  return {
    say: (line) => void (isFrozen || toGuard.write(line)),
    onLine: (hear) =>
      void fromGuard.on("data", (chunk: Buffer) => {
        const parts = (rest + chunk.toString()).split("\n");
        rest = parts.pop() ?? "";
        for (const line of parts) hear(line);
      }),
    onEnd: (hear) => {
      tellEnd = hear;
    },
    end: async () => {
      toGuard.end();
      await ended;
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
async function passes(ms: number): Promise<void> {
  await settle();
  await clock.advance(ms);
  await settle();
}
const isClosed = (): boolean => lines.at(-1)?.levels.get(27) === true;

beforeEach(async () => {
  clock = new VirtualClock();
  lines = [];
  guards = [];
  relays = new GuardedRelays({ setup: SETUP, clock, start: startGuard, warn: () => undefined });
  await settle();
});
afterEach(() => relays.close());

describe("a relay whose line a guard holds", () => {
  test("is closed for as long as asked, and no pulse begins meanwhile", async () => {
    const gate = relays.relay("gate");
    const pulse = gate.pulse(500, "order");
    await passes(499);
    expect(isClosed()).toBe(true);
    expect(await gate.ready()).toBe(false);
    await expect(gate.pulse(100, "another")).rejects.toThrow("another pulse is under way");
    await passes(1);
    await pulse;
    expect(isClosed()).toBe(false);
    expect(lines[0]?.history).toEqual(["27 open", "27 closed", "27 open"]);
  });

  test("was closed when the guard's word waited while the daemon was busy with something else", async () => {
    const pulse = relays.relay("gate").pulse(500, "order");
    await settle();
    guards[0]?.delay(true);
    await passes(1_500);
    guards[0]?.delay(false);
    await passes(10);
    await pulse;
  });

  test("whose guard does not answer has released nothing that anybody knows of", async () => {
    const failed = expect(relays.relay("gate").pulse(500, "order")).rejects.toThrow("does not answer");
    await settle();
    guards[0]?.delay(true);
    await passes(2_000);
    await failed;
  });

  test("is never closed for longer than its bound", async () => {
    await expect(Promise.all([relays.relay("gate").pulse(2_001, "order"), passes(10)])).rejects.toThrow("bound");
    expect(lines[0]?.history).toEqual(["27 open"]);
  });

  test("opens when the guard hears nothing from the daemon any more, and the pulse was none", async () => {
    const pulse = relays.relay("gate").pulse(1_900, "order");
    await settle();
    guards[0]?.freeze();
    const failed = expect(pulse).rejects.toThrow("before its time");
    await passes(999);
    expect(isClosed()).toBe(true);
    await passes(1);
    expect(isClosed()).toBe(false);
    await failed;
  });

  test("opens, and its lines are given back, when the daemon hangs up", async () => {
    const failed = expect(relays.relay("gate").pulse(1_900, "order")).rejects.toThrow("before its time");
    await passes(10);
    await relays.close();
    expect(lines[0]?.isClosed).toBe(true);
    expect(lines[0]?.levels.get(27)).toBe(false);
    await failed;
  });

  test("whose guard died gets another one at once, which opens what was closed", async () => {
    const failed = expect(relays.relay("gate").pulse(1_900, "order")).rejects.toThrow("SIGKILL");
    await passes(10);
    guards[0]?.die();
    await failed;
    expect(await relays.relay("gate").ready()).toBe(false);
    await passes(50);
    expect(lines).toHaveLength(2);
    expect(isClosed()).toBe(false);
    expect(await relays.relay("gate").ready()).toBe(true);
  });

  test("that does not do what it is told has released nothing, and is open", async () => {
    const [wired] = lines;
    if (wired === undefined) throw new Error("no lines");
    wired.isBroken = true;
    await expect(Promise.all([relays.relay("gate").pulse(100, "order"), passes(10)])).rejects.toThrow("the line");
    expect(isClosed()).toBe(false);
  });

  test("that is not in the configuration is no relay", () => {
    expect(() => relays.relay("door")).toThrow('no relay is called "door"');
  });
});
