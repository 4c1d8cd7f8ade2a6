import { expect, test } from "vitest";
import { accountOf, fateOf } from "./fates.ts";
import type { OrderTruth, Story } from "./truth.ts";
import type { Habit } from "./visit.ts";

const unsold: OrderTruth = {
  order: "A",
  bank: [{ reference: "A-1", standing: "cancel", amount: 15_000, back: 0 }],
  paidByPhone: 0,
  pulses: 0,
  ledger: { at: "voided", received: 0, because: undefined },
  stand: "closed",
};
const sold: OrderTruth = {
  ...unsold,
  bank: [{ reference: "A-1", standing: "settlement", amount: 15_000, back: 0 }],
  ledger: { at: "delivered", received: 15_000, because: undefined },
  story: {
    visit: { order: "A", pressedMs: 1_000, codeMs: 1_050, habit: "pays", paidMs: 1_100 },
    ...{ askedMs: 1_010, chargedMs: 1_030, settledMs: 1_090, releasedMs: 1_120 },
  },
};
const seen = (habit: Habit): Story => ({ visit: { order: "A", pressedMs: 0, codeMs: 50, habit } });
const waited = (what: string, steps: Story = {}): Story => ({
  ...steps,
  visit: { order: "A", pressedMs: 0, instead: { what, ms: 20_000 } },
});

test.each<readonly [string, Story]>([
  ["cancelled, as meant", seen("cancels and pays")],
  ["walked away, as meant", seen("walks away")],
  ["wanted to pay, and could not", seen("pays")],
  ["no code in time: no backend had heard of it", waited("expired", { askedMs: 20_001 })],
  ["no code in time: it was not charged yet", waited("expired", { askedMs: 10, chargedMs: 20_001 })],
  ["no code in time: the code was on its way", waited("expired", { askedMs: 10, chargedMs: 19_999 })],
  ["no code: refused: busy", waited("refused: busy")],
  ["unpaid, and nobody saw why", {}],
])("an unpaid order's fate is told: %s", (fate, story) => {
  expect(fateOf({ ...unsold, story })).toBe(fate);
});

test("what was paid has the ledger's word, whatever its customer meant to do", () => {
  const owed = { at: "owed", received: 15_000, because: "paid-late" };
  expect(fateOf(sold)).toBe("delivered");
  expect(fateOf({ ...sold, ledger: owed, story: seen("cancels and pays") })).toBe("owed");
});

test("presses are counted in the stretch of time in which they were made, each once", () => {
  const away = [500, 1_500].map((pressedMs) => ({ pressedMs, because: "link-down" }));
  const account = accountOf([sold, { ...unsold, story: seen("cancels") }], away, (ms) => ms >= 1_000);
  expect(account.fates).toEqual(new Map([["delivered", 1]]));
  expect(account.turnedAway).toEqual(new Map([["link-down", 1]]));
  expect(account.spreads.get("press → code")).toEqual({ p50: 50, p99: 50 });
  expect(account.spreads.get("paid → delivered")).toEqual({ p50: 20, p99: 20 });
});
