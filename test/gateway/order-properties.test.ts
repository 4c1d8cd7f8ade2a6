import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deadlineOf, step } from "../../gateway/order/order.ts";
import type { Effect, Event, State } from "../../gateway/order/words.ts";
import { firstReleaseOf, type ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Instant } from "../../protocol/time.ts";
import { handedOver, ORDER_ID, order, PRICE, qrFor, rules, settlementOf } from "../support/sale.ts";

const releases = [firstReleaseOf(ORDER_ID), "STAFF-1" as ReleaseId, "STAFF-2" as ReleaseId];
const anyRelease = fc.constantFrom(...releases);
const anyAmount = fc.constantFrom(rupiah(1), rupiah(14_999), PRICE, rupiah(15_700));

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom<Event>({ type: "begun", order }, { type: "begun", order: handedOver }),
  fc
    .constantFrom(qrFor(PRICE), qrFor(rupiah(1)), "")
    .map((qr): Event => ({ type: "offered", qr, amount: PRICE, validForMs: 60_000 })),
  fc.constantFrom<Event>(
    { type: "refused", because: "denied" },
    { type: "cancel-pressed" },
    { type: "interlock-tripped" },
    { type: "deadline" },
    { type: "rebooted" },
    { type: "not-shown", because: "no-paper" },
    { type: "voided", as: "expired" },
    { type: "remedied", how: "refunded" },
  ),
  fc
    .record({ amount: anyAmount, inFront: fc.boolean() })
    .map(
      ({ amount, inFront }): Event => ({ type: "settled", order: ORDER_ID, settlement: settlementOf(amount), inFront }),
    ),
  fc.record({ release: anyRelease, confirmed: fc.boolean() }).map((said): Event => ({ type: "released", ...said })),
  anyRelease.map((release): Event => ({ type: "not-released", release, because: "release-unclear" })),
  anyRelease.map((release): Event => ({ type: "release-ordered", release, opening: { line: "gate", pulseMs: 500 } })),
);

type Played = {
  readonly states: readonly (State | undefined)[];
  readonly effects: readonly Effect[];
  readonly heard: readonly Event[];
};

/** Plays the events in order, some seconds between them. `heard`: those that were not ignored. */
function play(events: readonly Event[]): Played {
  const played = { states: [] as (State | undefined)[], effects: [] as Effect[], heard: [] as Event[] };
  let state: State | undefined;
  let now: Instant = { clock: "boot-1", ms: 0 };
  for (const event of events) {
    now = { ...now, ms: now.ms + 7_000 };
    const done = step(state, event, now, rules);
    if ("ignored" in done) continue;
    state = done.state;
    played.states.push(state);
    played.heard.push(event);
    played.effects.push(...done.effects.map(({ effect }) => effect));
  }
  return played;
}

const sequences = fc.array(anyEvent, { maxLength: 40 });
/** Each time a release was begun: by a contact of ours, or by asking the controller for it. */
const releasesIn = ({ states }: Played): readonly string[] =>
  states.flatMap((state, index) => {
    const before = states[index - 1];
    const isSame = before?.at === "releasing" && state?.at === "releasing" && before.release === state.release;
    return state?.at === "releasing" && !isSame ? [state.release] : [];
  });
const isControllers = ({ states }: Played): boolean => states.some((state) => state?.order.reference !== undefined);
const isEnough = (event: Event): boolean => event.type === "settled" && event.settlement.amount >= PRICE;

describe("an order, whatever happens to it in whatever sequence", () => {
  test("is released at most once under each release id", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const released = releasesIn(play(events));
        expect(new Set(released).size).toBe(released.length);
      }),
    );
  });

  test("is released by itself only when enough money came for it", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const played = play(events);
        const byItself = releasesIn(played).includes(firstReleaseOf(ORDER_ID));
        const byStaff = played.heard.some((event) => event.type === "release-ordered");
        if (byItself && !byStaff) expect(played.heard.some(isEnough)).toBe(true);
      }),
    );
  });

  test("is released only when money of some amount came, whoever orders it", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const played = play(events);
        if (releasesIn(played).length > 0) expect(played.heard.some((event) => event.type === "settled")).toBe(true);
      }),
    );
  });

  test("moves a contact of ours once for each release, and never for a controller that moves its own", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const played = play(events);
        const moved = played.effects.flatMap((effect) => (effect.do === "release" ? [effect.release] : []));
        expect(moved).toEqual(isControllers(played) ? [] : releasesIn(played));
      }),
    );
  });

  test("can end by the clock alone wherever it waits for somebody beside the stand and the backend", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const state = play(events).states.at(-1);
        const deadline = state && deadlineOf(state);
        if (state === undefined || deadline === undefined) return;
        const done = step(state, { type: "deadline" }, deadline, rules);
        expect("ignored" in done ? state.at : done.state.at).toBe(state.at === "releasing" ? "troubled" : "closing");
      }),
    );
  });

  test("once its money has come, ends delivered, in trouble, or remedied, and never silently otherwise", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const { heard, states } = play(events);
        const state = states.at(-1);
        if (state === undefined || !heard.some((event) => event.type === "settled")) return;
        const isRemedied = state.at === "closed" && state.ending.is === "remedied";
        expect(isRemedied || ["releasing", "delivered", "troubled"].includes(state.at)).toBe(true);
      }),
    );
  });

  test("tells the backend of every delivery and every trouble in the step that made it", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const { states, effects } = play(events);
        const told = effects
          .filter((effect) => effect.do === "tell")
          .map((effect) => (effect.do === "tell" ? effect.body.type : ""));
        const turns = (at: State["at"]): number =>
          states.filter((state, index) => state?.at === at && states[index - 1]?.at !== at).length;
        expect(told.filter((type) => type === "not-delivered").length).toBeGreaterThanOrEqual(turns("troubled"));
        expect(told.filter((type) => type === "delivered").length).toBeGreaterThanOrEqual(turns("delivered"));
      }),
    );
  });

  test("shows a QR only while it awaits payment, and asks for its void when it stops without money", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const { states, effects } = play(events);
        states.forEach((state, index) => {
          const before = states[index - 1];
          if (before?.at !== "awaiting" || state?.at === "awaiting") return;
          expect(["closing", "releasing", "troubled", "closed"]).toContain(state?.at);
          if (state?.at === "closing") {
            expect(effects.some((effect) => effect.do === "tell" && effect.body.type === "void")).toBe(true);
          }
        });
      }),
    );
  });
});
