import { describe, expect, test } from "vitest";
import { type Instant, isReached, later, leftMs, sinceMs } from "../../protocol/time.ts";

const noon: Instant = { clock: "boot-1", ms: 1_000 };
const anotherBoot: Instant = { clock: "boot-2", ms: 5 };

describe("an instant", () => {
  test("is reached from its own millisecond on", () => {
    expect([999, 1_000, 1_001].map((ms) => isReached(noon, { clock: "boot-1", ms }))).toEqual([false, true, true]);
  });

  test("of an earlier boot is over, however large its number", () => {
    expect(isReached(later(noon, 1e12), anotherBoot)).toBe(true);
    expect(leftMs(later(noon, 1e12), anotherBoot)).toBe(0);
  });

  test("is so many milliseconds away, and never less than none", () => {
    expect([0, 400, 2_000].map((ms) => leftMs(noon, { clock: "boot-1", ms }))).toEqual([1_000, 600, 0]);
  });

  test("lies so many milliseconds back, if it is of this boot", () => {
    expect(sinceMs(noon, later(noon, 30))).toBe(30);
    expect(sinceMs(later(noon, 30), noon)).toBe(0);
    expect(sinceMs(noon, anotherBoot)).toBeUndefined();
  });

  test("moved on stays on its clock", () => {
    expect(later(noon, 500)).toEqual({ clock: "boot-1", ms: 1_500 });
  });
});
