import { describe, expect, test } from "vitest";
import {
  claimCodeOf,
  firstReleaseOf,
  isOrderId,
  isStandId,
  newOrderId,
  newUlid,
  type OrderId,
  RELEASE,
} from "../../protocol/ids.ts";

const NOON = Date.UTC(2026, 10, 21, 12);

describe("a fresh id", () => {
  test("is an order's id, 26 characters long", () => {
    const id = newOrderId(NOON, Math.random);
    expect([id.length, isOrderId(id)]).toEqual([26, true]);
  });

  test("sorts by the wall clock", () => {
    const ids = [0, 1, 1_000, 86_400_000].map((later) => newUlid(NOON + later, Math.random));
    expect([...ids].sort()).toEqual(ids);
  });

  test("takes its chance from where it is told to, and from nowhere else", () => {
    expect(newUlid(NOON, () => 0.5)).toBe(newUlid(NOON, () => 0.5));
    expect(newUlid(NOON, () => 0.5)).not.toBe(newUlid(NOON, () => 0.25));
    expect(isOrderId(newUlid(NOON, () => 0.999_999_999))).toBe(true);
  });

  test("is another one each time, also when the clock stands still", () => {
    const ids = Array.from({ length: 10_000 }, () => newUlid(NOON, Math.random));
    expect(new Set(ids).size).toBe(10_000);
  });

  test.each([-5, 0, 1.75, NOON + 0.999])("is well formed at wall time %s", (wall) => {
    expect(isOrderId(newUlid(wall, Math.random))).toBe(true);
  });
});

describe("what is no id", () => {
  test.each([
    "",
    "01JD3W9V7Q8XKZ2M4N6P8R0ST",
    "81JD3W9V7Q8XKZ2M4N6P8R0STA",
    "01JD3W9V7Q8XKZ2M4N6P8R0STI",
    5,
    null,
    undefined,
  ])("is %s, for an order", (value) => {
    expect(isOrderId(value)).toBe(false);
  });

  test.each(["", "a/b", "a b", "é", "x".repeat(65)])("is %s, for a release", (value) => {
    expect(RELEASE.test(value)).toBe(false);
  });

  test.each(["", "a", "-a", "a-", "A1", "a_1", "a+", "a/1", "x".repeat(33), 1])("is %s, for a stand", (value) => {
    expect(isStandId(value)).toBe(false);
  });
});

test("a line end after an id does not pass", () => {
  const order = newOrderId(NOON, Math.random);
  expect([isOrderId(`${order}\n`), isStandId("lobby-1\n"), RELEASE.test("r\n")]).toEqual([false, false, false]);
});

test("the first release of an order is one, and names its order", () => {
  const order = newOrderId(NOON, Math.random);
  expect(RELEASE.test(firstReleaseOf(order))).toBe(true);
  expect(firstReleaseOf(order)).toContain(order);
});

test("a claim code is the order's last eight characters, in two groups", () => {
  expect(claimCodeOf("01JD3W9V7Q8XKZ2M4N7K3M9QXD" as OrderId)).toBe("7K3M-9QXD");
});
