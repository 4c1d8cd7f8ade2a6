import { beforeEach, describe, expect, test } from "vitest";
import { every } from "../../host/every.ts";
import { type Log, silentLog } from "../../host/log.ts";
import type { Stop } from "../../protocol/time.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";

let clock: VirtualClock;
let runs: number[];
let warned: string[];
beforeEach(() => {
  [clock, runs, warned] = [new VirtualClock(), [], []];
});

function begin(run: () => Promise<void> = async () => undefined): Stop {
  const log: Log = { ...silentLog, warn: (what) => void warned.push(what) };
  const noted = (): Promise<void> => {
    runs.push(clock.now().ms);
    return run();
  };
  return every(clock, log, { firstMs: 100, everyMs: 1_000, what: "not counted", run: noted });
}

describe("something that is done again and again", () => {
  test("begins after its first pause, and pauses from the end of one run to the beginning of the next", async () => {
    const stop = begin(() => new Promise((resolve) => void clock.after(300, resolve)));
    await clock.advance(3_000);
    expect(runs).toEqual([100, 1_400, 2_700]);
    stop();
  });

  test("is told of when it fails, and is done again all the same", async () => {
    const stop = begin(() => Promise.reject(new Error("no space")));
    await clock.advance(1_100);
    expect([runs, warned]).toEqual([
      [100, 1_100],
      ["not counted", "not counted"],
    ]);
    stop();
  });

  test("is done no more once it was stopped, in a pause", async () => {
    const stop = begin();
    await clock.advance(100);
    stop();
    expect(clock.pending).toBe(0);
    await clock.advance(5_000);
    expect(runs).toEqual([100]);
  });

  test("is done no more once it was stopped, in the midst of a run", async () => {
    let end = (): void => undefined;
    const stop = begin(() => new Promise((resolve) => (end = resolve)));
    await clock.advance(100);
    stop();
    end();
    await settle();
    expect(clock.pending).toBe(0);
  });
});
