import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { step } from "../../gateway/order/order.ts";
import { leadTo } from "../../gateway/order/replay.ts";
import type { Event, State } from "../../gateway/order/words.ts";
import { firstReleaseOf, type ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { handedOver, ORDER_ID, order, PRICE, qrFor, rules, settlementOf } from "../support/sale.ts";

const release = firstReleaseOf(ORDER_ID);
const again = "STAFF-1" as ReleaseId;
const paid = (amount = PRICE, inFront = true): Event => ({
  type: "settled",
  order: ORDER_ID,
  settlement: settlementOf(amount),
  inFront,
});
const begun: Event = { type: "begun", order };
const offered: Event = { type: "offered", qr: qrFor(PRICE), amount: PRICE, validForMs: 60_000 };
const deadline: Event = { type: "deadline" };
const released: Event = { type: "released", release, confirmed: true };

const anyEvent = fc.constantFrom<Event>(
  begun,
  { type: "begun", order: handedOver },
  offered,
  { ...offered, qr: "" },
  { type: "refused", because: "denied" },
  { type: "cancel-pressed" },
  deadline,
  { type: "rebooted" },
  { type: "not-shown", because: "no-paper" },
  { type: "voided", as: "expired" },
  { type: "remedied", how: "refunded" },
  paid(),
  paid(rupiah(1)),
  paid(PRICE, false),
  released,
  { type: "released", release: again, confirmed: false },
  { type: "not-released", release, because: "release-unclear" },
  { type: "release-ordered", release: again },
);
/** Within the grace, after it, and beyond every patience. */
const anyPause = fc.constantFrom(0, 1_000, 19_999, 20_000, 30_000, 500_000);

type Kept = { readonly events: readonly Event[]; readonly state: State | undefined };

/** What a stand keeps of these events: those that it did not ignore. `boots`: whether it loses its power between two. */
function kept(told: readonly (readonly [Event, number, boolean])[]): Kept {
  let [now, state] = [{ clock: "boot-0", ms: 0 }, undefined as State | undefined];
  const events: Event[] = [];
  for (const [nth, [event, pause, boots]] of told.entries()) {
    now = boots ? { clock: `boot-${nth + 1}`, ms: pause } : { ...now, ms: now.ms + pause };
    const next = step(state, event, now, rules);
    if ("ignored" in next) continue;
    state = next.state;
    events.push(event);
  }
  return { events, state };
}

const anyStory = fc.array(fc.tuple(anyEvent, anyPause, fc.boolean()), { maxLength: 14 });

test("whatever happens and whenever, the events that a stand keeps lead to the state that it keeps", () => {
  fc.assert(
    fc.property(anyStory, (told) => {
      const { events, state } = kept(told);
      expect(state === undefined || leadTo(events, state)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

describe("a state that its events do not lead to is found", () => {
  const { events, state } = kept([begun, offered, paid(), released].map((event) => [event, 1_000, false] as const));
  if (state?.at !== "delivered") throw new Error("no sale");

  /* An offer leaves no trace in an order that was paid: that it is missing, only its number tells. */
  test.each([0, 2, 3])("where event %i is missing", (nth) => {
    expect(leadTo(events.toSpliced(nth, 1), state)).toBe(false);
  });

  test("where two events have changed places", () => {
    expect(leadTo([begun, paid(), offered, released], state)).toBe(false);
    expect(leadTo([offered, begun, paid(), released], state)).toBe(false);
  });

  test.each<[string, State]>([
    ["another amount", { ...state, order: { ...order, amount: rupiah(1) } }],
    ["another release", { ...state, release: again }],
    ["not what the sensor said", { ...state, confirmed: false }],
    [
      "owed",
      { at: "troubled", order, paid: state.paid, releases: [release], because: "not-confirmed", since: state.since },
    ],
  ])("where the state is %s", (_, other) => {
    expect(leadTo(events, other)).toBe(false);
  });

  test("where there are no events, or an event too much", () => {
    expect(leadTo([], state)).toBe(false);
    expect(leadTo([...events, { type: "cancel-pressed" }], state)).toBe(false);
  });
});

test("money after the grace is not taken for money within it where the order was delivered", () => {
  const late = kept([
    [begun, 0, false],
    [{ type: "cancel-pressed" }, 1_000, false],
    [paid(), 60_000, false],
  ]);
  expect(late.state).toMatchObject({ at: "troubled", because: "paid-late" });
  expect(leadTo([...late.events, released], late.state as State)).toBe(false);
});
