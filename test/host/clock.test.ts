import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { readBootId, steadyClock, utcClock } from "../../host/clock.ts";
import type { Clock } from "../../protocol/time.ts";

const wait = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ["steady", () => steadyClock("boot")],
  ["utc", () => utcClock()],
])("the %s clock", (_, make) => {
  test("counts whole milliseconds and goes on", async () => {
    const clock = make();
    const before = clock.now();
    await wait(clock, 20);
    const after = clock.now();
    expect(Number.isInteger(before.ms)).toBe(true);
    expect(after.clock).toBe(before.clock);
    expect(after.ms - before.ms).toBeGreaterThanOrEqual(20);
    expect(after.ms - before.ms).toBeLessThan(5_000);
  });

  test("never runs a timer early", async () => {
    const clock = make();
    const early: number[] = [];
    const one = async (ms: number): Promise<void> => {
      const due = clock.now().ms + ms;
      await wait(clock, ms);
      if (clock.now().ms < due) early.push(ms);
    };
    await Promise.all(Array.from({ length: 200 }, (_, at) => one((at % 40) + 0.3)));
    expect(early).toEqual([]);
  });

  test("a wait longer than a timer can take does not end at once", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on("warning", hear);
    const clock = make();
    const ended: string[] = [];
    const stops = [2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY].map((ms) => clock.after(ms, () => ended.push(`${ms}`)));
    await wait(clock, 30);
    for (const stop of stops) stop();
    process.off("warning", hear);
    expect(ended).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test("a stopped timer does not run, and stopping twice is harmless", async () => {
    const clock = make();
    const ran: string[] = [];
    const stop = clock.after(5, () => ran.push("stopped"));
    stop();
    stop();
    await wait(clock, 20);
    expect(ran).toEqual([]);
  });

  test("a timer without a length is refused", () => {
    expect(() => make().after(Number.NaN, () => undefined)).toThrow(/length in milliseconds/);
  });

  test("a length that is over runs soon, but not within the call", async () => {
    const clock = make();
    let ran = false;
    clock.after(-5, () => {
      ran = true;
    });
    expect(ran).toBe(false);
    await wait(clock, 10);
    expect(ran).toBe(true);
  });
});

describe("a steady clock", () => {
  test("counts from boot, and jumps of the wall clock do not touch it", () => {
    const clock = steadyClock("this-boot");
    const before = clock.now();
    vi.spyOn(Date, "now").mockReturnValue(0);
    const after = clock.now();
    expect(before.clock).toBe("this-boot");
    expect(Math.abs(before.ms / 1000 - uptime())).toBeLessThan(60);
    expect(after.ms - before.ms).toBeLessThan(1_000);
    expect(after.ms).toBeGreaterThanOrEqual(before.ms);
    expect(clock.wall()).toBe(0);
  });
});

describe("the utc clock", () => {
  test("agrees with the wall clock", () => {
    const now = utcClock().now();
    expect(now.clock).toBe("utc");
    expect(Math.abs(now.ms - Date.now())).toBeLessThan(1_000);
  });

  test("follows the wall clock forwards", () => {
    const clock = utcClock();
    const before = clock.now().ms;
    const real = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(real + 3_600_000);
    expect(clock.now().ms - before).toBeGreaterThanOrEqual(3_599_000);
  });

  test("neither goes back nor stands still when the wall clock is set back", async () => {
    const clock = utcClock();
    const before = clock.now().ms;
    const real = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(real - 3_600_000);
    await wait(clock, 20);
    expect(clock.now().ms - before).toBeGreaterThanOrEqual(20);
    expect(clock.now().ms - before).toBeLessThan(60_000);
  });
});

describe("a waiting timer", () => {
  const waitingTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

  test.each([
    [true, 1],
    [false, 0],
  ])("keeps the process alive: %s", (keepsAlive, more) => {
    const before = waitingTimers();
    const stop = steadyClock("boot", { keepsAlive }).after(60_000, () => undefined);
    expect(waitingTimers() - before).toBe(more);
    stop();
  });
});

describe("the boot id", () => {
  test("is read from the kernel and stays the same within a boot", () => {
    expect(readBootId()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(readBootId()).toBe(readBootId());
  });

  test("that is empty is refused", () => {
    const folder = mkdtempSync(join(tmpdir(), "boot-"));
    writeFileSync(join(folder, "boot_id"), "\n");
    expect(() => readBootId(join(folder, "boot_id"))).toThrow(/boot_id is empty/);
    rmSync(folder, { recursive: true });
  });
});
