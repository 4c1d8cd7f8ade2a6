import { describe, expect, test } from "vitest";
import { printKinds, releaseKinds, tellKinds, traitsOf } from "../../gateway/order/effects.ts";
import { deadlineOf, isOpen, step } from "../../gateway/order/order.ts";
import type { Ending, Event, Order, Rules, State, Step } from "../../gateway/order/words.ts";
import { firstReleaseOf, type ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Trouble, UpBody, VoidReason } from "../../protocol/statements.ts";
import type { Instant } from "../../protocol/time.ts";
import { handedOver, ORDER_ID, order, PRICE, qrFor, rules, settlementOf } from "../support/sale.ts";

const at = (ms: number): Instant => ({ clock: "boot-1", ms });
const NOW = at(100_000);
const first = firstReleaseOf(ORDER_ID);
const second = "01JD5S3V8Q4R6T2W9Y0ZSTAFF1" as ReleaseId;
const paid = settlementOf(PRICE);
const sold = { order, paid, releases: [first] };
const lent = { ...sold, order: handedOver };

/** Every state, as it is a moment before NOW. `forgotten`: the stand has no record of the order. */
const states = {
  forgotten: undefined,
  charging: { at: "charging", order, deadline: at(110_000) },
  overdue: { at: "charging", order, deadline: at(100_000) },
  awaiting: { at: "awaiting", order, qr: qrFor(PRICE), shownAt: at(90_000), deadline: at(200_000) },
  "closing at once": { at: "closing", order, why: "cancelled", since: at(99_000) },
  "closing for long": { at: "closing", order, why: "expired", since: at(70_000) },
  releasing: { at: "releasing", ...sold, release: first, since: at(99_000) },
  "handed over": { at: "releasing", ...lent, release: first, since: at(99_000) },
  "handed over for long": { at: "releasing", ...lent, release: first, since: at(70_000) },
  delivered: { at: "delivered", ...sold, release: first, confirmed: true, since: at(99_000) },
  troubled: { at: "troubled", ...sold, because: "release-failed", since: at(99_000) },
  closed: { at: "closed", order, ending: { is: "voided", why: "cancelled" }, since: at(90_000) },
  remedied: { at: "closed", order, ending: { is: "remedied", how: "refunded" }, since: at(90_000) },
} as const satisfies Record<string, State | undefined>;

const events = {
  begun: { type: "begun", order },
  offered: { type: "offered", qr: qrFor(PRICE), amount: PRICE, validForMs: 60_000 },
  "offered badly": { type: "offered", qr: qrFor(rupiah(1)), amount: PRICE, validForMs: 60_000 },
  refused: { type: "refused", because: "denied" },
  cancel: { type: "cancel-pressed" },
  interlocked: { type: "interlock-tripped" },
  deadline: { type: "deadline" },
  rebooted: { type: "rebooted" },
  "not shown": { type: "not-shown", because: "no-paper" },
  settled: { type: "settled", order: ORDER_ID, settlement: paid, inFront: true },
  "settled behind": { type: "settled", order: ORDER_ID, settlement: paid, inFront: false },
  underpaid: { type: "settled", order: ORDER_ID, settlement: settlementOf(rupiah(14_999)), inFront: true },
  voided: { type: "voided", as: "cancelled" },
  released: { type: "released", release: first, confirmed: true },
  "released another": { type: "released", release: second, confirmed: true },
  "not released": { type: "not-released", release: first, because: "release-failed" },
  ordered: { type: "release-ordered", release: second },
  "ordered again": { type: "release-ordered", release: first },
  remedied: { type: "remedied", how: "refunded" },
} as const satisfies Record<string, Event>;

type StateName = keyof typeof states;
type EventName = keyof typeof events;

const no = "ignored";
const opens = "releasing: release";
const late = "troubled: tell not-delivered, print-receipt";
const voids = "closing: tell void";
const ends = "closed: ";

/** The diagram. A pair that is missing does not compile. */
const table: Record<StateName, Record<EventName, string>> = {
  forgotten: {
    begun: "charging: tell charge",
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: no,
    "not shown": no,
    settled: "troubled: tell not-delivered",
    "settled behind": "troubled: tell not-delivered",
    underpaid: "troubled: tell not-delivered",
    voided: no,
    released: no,
    "released another": no,
    "not released": no,
    ordered: no,
    "ordered again": no,
    remedied: no,
  },
  charging: {
    begun: no,
    offered: "awaiting: print-qr",
    "offered badly": voids,
    refused: ends,
    cancel: voids,
    interlocked: voids,
    deadline: no,
    rebooted: voids,
    "not shown": no,
    settled: opens,
    "settled behind": opens,
    underpaid: late,
    voided: ends,
    released: no,
    "released another": no,
    "not released": no,
    ordered: no,
    "ordered again": no,
    remedied: ends,
  },
  overdue: {
    begun: no,
    offered: "awaiting: print-qr",
    "offered badly": voids,
    refused: ends,
    cancel: voids,
    interlocked: voids,
    deadline: voids,
    rebooted: voids,
    "not shown": no,
    settled: opens,
    "settled behind": opens,
    underpaid: late,
    voided: ends,
    released: no,
    "released another": no,
    "not released": no,
    ordered: no,
    "ordered again": no,
    remedied: ends,
  },
  awaiting: {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: voids,
    interlocked: voids,
    deadline: no,
    rebooted: voids,
    "not shown": voids,
    settled: opens,
    "settled behind": opens,
    underpaid: late,
    voided: ends,
    released: no,
    "released another": no,
    "not released": no,
    ordered: no,
    "ordered again": no,
    remedied: ends,
  },
  "closing at once": {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: ends,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: no,
    "not shown": no,
    settled: opens,
    "settled behind": late,
    underpaid: late,
    voided: ends,
    released: no,
    "released another": no,
    "not released": no,
    ordered: no,
    "ordered again": no,
    remedied: ends,
  },
  "closing for long": {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: ends,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: no,
    "not shown": no,
    settled: late,
    "settled behind": late,
    underpaid: late,
    voided: ends,
    released: no,
    "released another": no,
    "not released": no,
    ordered: no,
    "ordered again": no,
    remedied: ends,
  },
  releasing: {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: no,
    "not shown": no,
    settled: no,
    "settled behind": no,
    underpaid: no,
    voided: no,
    released: "delivered: tell delivered, print-receipt",
    "released another": no,
    "not released": late,
    ordered: no,
    "ordered again": no,
    remedied: no,
  },
  "handed over": {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: late,
    "not shown": no,
    settled: no,
    "settled behind": no,
    underpaid: no,
    voided: no,
    released: "delivered: tell delivered, print-receipt",
    "released another": no,
    "not released": late,
    ordered: no,
    "ordered again": no,
    remedied: no,
  },
  "handed over for long": {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: no,
    interlocked: no,
    deadline: late,
    rebooted: late,
    "not shown": no,
    settled: no,
    "settled behind": no,
    underpaid: no,
    voided: no,
    released: "delivered: tell delivered, print-receipt",
    "released another": no,
    "not released": late,
    ordered: no,
    "ordered again": no,
    remedied: no,
  },
  delivered: {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: no,
    "not shown": no,
    settled: no,
    "settled behind": no,
    underpaid: no,
    voided: no,
    released: no,
    "released another": no,
    "not released": no,
    ordered: "delivered: tell delivered",
    "ordered again": "delivered: tell delivered",
    remedied: no,
  },
  troubled: {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: no,
    "not shown": no,
    settled: no,
    "settled behind": no,
    underpaid: no,
    voided: no,
    released: no,
    "released another": no,
    "not released": no,
    ordered: opens,
    "ordered again": no,
    remedied: ends,
  },
  closed: {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: no,
    "not shown": no,
    settled: late,
    "settled behind": late,
    underpaid: late,
    voided: no,
    released: no,
    "released another": no,
    "not released": no,
    ordered: no,
    "ordered again": no,
    remedied: ends,
  },
  remedied: {
    begun: no,
    offered: no,
    "offered badly": no,
    refused: no,
    cancel: no,
    interlocked: no,
    deadline: no,
    rebooted: no,
    "not shown": no,
    settled: no,
    "settled behind": no,
    underpaid: no,
    voided: no,
    released: no,
    "released another": no,
    "not released": no,
    ordered: no,
    "ordered again": no,
    remedied: no,
  },
};

const withPaper: Rules = { ...rules, prints: { qr: true, receipt: true } };
const dry: Rules = { ...rules, prints: { qr: false, receipt: false } };
const say = (done: Step): string =>
  "ignored" in done ? no : `${done.state.at}: ${done.effects.map(({ effect }) => traitsOf(effect).kind).join(", ")}`;

describe("the order machine", () => {
  for (const [name, row] of Object.entries(table) as [StateName, Record<EventName, string>][]) {
    test.each(Object.entries(row) as [EventName, string][])(`${name}, then %s: %s`, (event, expected) => {
      expect(say(step(states[name], events[event], NOW, withPaper))).toBe(expected);
    });
  }

  test("without a printer nothing is printed", () => {
    expect(say(step(states.charging, events.offered, NOW, dry))).toBe("awaiting: ");
    expect(say(step(states.releasing, events.released, NOW, dry))).toBe("delivered: tell delivered");
  });

  test("a grace of 0 means that late money never opens the gate", () => {
    expect(say(step(states["closing at once"], events.settled, NOW, { ...withPaper, graceMs: 0 }))).toBe(late);
  });

  test("a close of an earlier boot has no grace: nobody knows how long ago it was", () => {
    const closing: State = { ...states["closing at once"], since: { clock: "boot-0", ms: 99_999 } };
    expect(say(step(closing, events.settled, NOW, withPaper))).toBe(late);
    const rebooted: State = { ...states["closing at once"], why: "rebooted" };
    expect(say(step(rebooted, events.settled, NOW, withPaper))).toBe(late);
  });

  test("the customer has the shorter of the offer's time and the stand's patience", () => {
    const offerFor = (validForMs: number): Instant | undefined => {
      const done = step(states.charging, { ...events.offered, validForMs }, NOW, rules);
      return "ignored" in done ? undefined : deadlineOf(done.state);
    };
    expect(offerFor(60_000)).toEqual(at(160_000));
    expect(offerFor(600_000)).toEqual(at(220_000));
  });

  test("the page that an offer names stays with the order, up to what the customer takes home", () => {
    const page = "https://pay.example.id/pay/01JD";
    const moved = (state: State, event: Event) => {
      const done = step(state, event, NOW, withPaper);
      if ("ignored" in done) throw new Error(done.ignored);
      return done;
    };
    const offered = moved(states.charging, { ...events.offered, page });
    const late = moved(moved(offered.state, events.cancel).state, events["settled behind"]);
    const slips = [...offered.effects, ...late.effects].filter(({ effect }) => effect.do.startsWith("print"));
    expect(slips).toMatchObject([{ effect: { order: { ...order, page } } }, { effect: { order: { ...order, page } } }]);
    expect(moved(states.charging, events.offered).state.order).toEqual(order);
  });

  test.each([
    ["a cancel: the void says all that the charge would have asked", "awaiting", "cancel", ["tell charge", "print-qr"]],
    ["money in time: nobody voids it any more", "closing at once", "settled", ["print-qr", "tell void"]],
    ["money too late", "closing for long", "settled", ["print-qr"]],
    ["the backend's word that nobody pays", "closing for long", "voided", ["print-qr", "tell charge", "tell void"]],
    ["another release of what is out: it is told anew", "delivered", "ordered", ["tell delivered"]],
  ] as const)("%s takes back what was owed and is not true any more", (_, state, event, takesBack) => {
    expect(step(states[state], events[event], NOW, withPaper)).toMatchObject({ takesBack });
  });

  test("an offer of another amount is a bad one, whatever its code says", () => {
    expect(say(step(states.charging, { ...events.offered, amount: rupiah(PRICE - 1) }, NOW, withPaper))).toBe(voids);
  });

  test("too little money is called so also when it comes too late", () => {
    const underpaid = { state: { at: "troubled", because: "underpaid" } };
    expect(step(states["closing for long"], events.underpaid, NOW, rules)).toMatchObject(underpaid);
    expect(step(states.closed, events.underpaid, NOW, rules)).toMatchObject(underpaid);
    expect(step(states.closed, events.settled, NOW, rules)).toMatchObject({ state: { because: "paid-late" } });
  });

  test("nothing is expected any more of what is delivered or closed", () => {
    const { forgotten, ...known } = states;
    expect(forgotten).toBeUndefined();
    const done = Object.values<State>(known).filter((state) => !isOpen(state));
    expect(new Set(done.map((state) => state.at))).toEqual(new Set(["delivered", "closed"]));
    expect(done).toHaveLength(3);
  });

  test("an order that is forgotten is released only where the backend says the goods are", () => {
    const bare: Order = { id: order.id, amount: order.amount, items: [], begunAt: 0 };
    const forgotten: State = { at: "troubled", order: bare, paid, releases: [], because: "unknown-here", since: NOW };
    expect(say(step(forgotten, events.ordered, NOW, withPaper))).toBe(late);
    const opening = { line: "gate", pulseMs: 500 };
    expect(say(step(forgotten, { ...events.ordered, opening }, NOW, withPaper))).toBe(opens);
  });

  const told = (body: UpBody) => ({ effects: [{ effect: { do: "tell", body } }] });
  const ended = (why: VoidReason) => ({
    state: { at: "closing", why, since: NOW },
    ...told({ type: "void", order: ORDER_ID, why }),
  });
  const owes = (because: Trouble, release?: ReleaseId) => ({
    state: { because, since: NOW },
    ...told({ type: "not-delivered", order: ORDER_ID, because, ...(release === undefined ? {} : { release }) }),
  });
  const isOut = (confirmed: boolean) => ({
    state: { at: "delivered", confirmed },
    ...told({ type: "delivered", order: ORDER_ID, release: first, confirmed }),
    finished: true,
  });
  const isClosed = (ending: Ending, since = NOW) => ({
    state: { at: "closed", ending, since },
    effects: [],
    finished: true,
  });
  const unseen: Event = { ...events.released, confirmed: false };
  const settledByStaff: Event = { type: "remedied", how: "settled-by-staff" };

  test.each<[StateName, string, Event, object]>([
    [
      "forgotten",
      "money",
      events.settled,
      { ...owes("unknown-here"), state: { order: { id: ORDER_ID, amount: PRICE } } },
    ],
    [
      "charging",
      "a refusal",
      { type: "refused", because: "unavailable" },
      isClosed({ is: "refused", because: "unavailable" }),
    ],
    ["charging", "a bad code", events["offered badly"], ended("bad-qr")],
    ["charging", "cancel", events.cancel, ended("cancelled")],
    ["overdue", "the deadline", events.deadline, ended("expired")],
    ["awaiting", "a screen that fails", { type: "not-shown", because: "screen-failed" }, ended("screen-failed")],
    ["awaiting", "no paper", events["not shown"], ended("no-paper")],
    ["awaiting", "an open door", events.interlocked, ended("cancelled")],
    ["awaiting", "a power cut", events.rebooted, ended("rebooted")],
    ["awaiting", "too little money", events.underpaid, owes("underpaid")],
    ["awaiting", "the backend's end", { type: "voided", as: "expired" }, isClosed({ is: "voided", why: "expired" })],
    ["awaiting", "staff's remedy", settledByStaff, isClosed({ is: "remedied", how: "settled-by-staff" })],
    [
      "closing for long",
      "its end",
      { type: "voided", as: "denied" },
      isClosed({ is: "voided", why: "expired" }, at(70_000)),
    ],
    ["closing for long", "money", events.settled, owes("paid-late")],
    ["closed", "staff's remedy", settledByStaff, isClosed({ is: "remedied", how: "settled-by-staff" }, at(90_000))],
    ["releasing", "goods that were seen", events.released, isOut(true)],
    ["releasing", "goods that nobody saw", unseen, isOut(false)],
    ["releasing", "a relay that failed", events["not released"], owes("release-failed", first)],
    ["handed over for long", "silence", events.deadline, owes("not-confirmed", first)],
    ["handed over", "a power cut", events.rebooted, owes("release-unclear", first)],
    ["delivered", "another release", events.ordered, isOut(true)],
    ["troubled", "staff's remedy", settledByStaff, isClosed({ is: "remedied", how: "settled-by-staff" })],
  ])("%s, then %s: the state and the backend have the whole of it", (state, _, event, expected) => {
    expect(step(states[state], event, NOW, dry)).toMatchObject(expected);
  });

  test("a release that is told anew keeps what was seen of it", () => {
    const unseen: State = { ...states.delivered, confirmed: false };
    expect(step(unseen, events.ordered, NOW, rules)).toMatchObject(isOut(false));
  });

  test("a customer waits for the code as long as the stand's rules say, and the backend knows how long", () => {
    const begun = step(undefined, events.begun, NOW, rules);
    const asks = { body: { type: "charge", order: ORDER_ID, amount: PRICE, patienceMs: 20_000 }, until: at(120_000) };
    expect(begun).toMatchObject({ state: { deadline: at(120_000) }, effects: [{ effect: asks }] });
    expect(deadlineOf(states.charging)).toEqual(at(110_000));
  });

  test("a strip is good for as long as the customer may pay, a receipt for a minute, and says what is owed", () => {
    const strip = { do: "print-qr", qr: qrFor(PRICE), until: at(160_000) };
    expect(step(states.charging, events.offered, NOW, withPaper)).toMatchObject({ effects: [{ effect: strip }] });
    const receipt = { do: "print-receipt", paid, until: at(160_000) };
    const done = step(states.releasing, events.released, NOW, rules);
    expect(done).toMatchObject({ effects: [{}, { effect: receipt }] });
    expect(done).not.toMatchObject({ effects: [{}, { effect: { because: expect.anything() } }] });
    const owed = { ...receipt, because: "release-failed" };
    expect(step(states.releasing, events["not released"], NOW, rules)).toMatchObject({
      effects: [{}, { effect: owed }],
    });
  });

  test("money for more than the price opens the gate", () => {
    const over: Event = { ...events.settled, settlement: settlementOf(rupiah(PRICE + 1)) };
    expect(say(step(states.awaiting, over, NOW, rules))).toBe(opens);
  });

  test("the grace is over when its time is", () => {
    const closedFor = (ms: number): State => ({ ...states["closing at once"], since: at(NOW.ms - ms) });
    expect(say(step(closedFor(rules.graceMs - 1), events.settled, NOW, rules))).toBe(opens);
    expect(say(step(closedFor(rules.graceMs), events.settled, NOW, rules))).toBe(late);
  });

  test("staff's release moves the contact under its own name, where the goods are now", () => {
    const moved = step(states.troubled, events.ordered, NOW, rules);
    expect(moved).toMatchObject({ effects: [{ effect: { release: second, opening: order.opening } }] });
    const opening = { line: "hatch", pulseMs: 700 };
    const elsewhere = step(states.troubled, { ...events.ordered, opening }, NOW, rules);
    expect(elsewhere).toMatchObject({
      state: { order: { opening } },
      effects: [{ effect: { release: second, opening } }],
    });
  });

  test("money for an order whose goods this stand cannot find opens nothing", () => {
    const bare: State = {
      at: "charging",
      order: { id: ORDER_ID, amount: PRICE, items: [], begunAt: 0 },
      deadline: NOW,
    };
    expect(step(bare, events.settled, NOW, dry)).toMatchObject(owes("unknown-here"));
    const owed: State = { ...bare, at: "troubled", paid, releases: [], because: "unknown-here", since: NOW };
    expect(step(owed, events.ordered, NOW, dry)).toMatchObject(owes("release-failed", second));
  });

  test("the backend hears of each kind of statement, and the printer prints each kind of strip", () => {
    expect(tellKinds).toEqual(["tell charge", "tell void", "tell delivered", "tell not-delivered"]);
    expect(printKinds).toEqual(["print-qr", "print-receipt"]);
    expect(releaseKinds).toEqual(["release"]);
  });

  describe("of a controller that lets the goods out itself", () => {
    const awaiting: State = { ...states.awaiting, order: handedOver };
    const moved = (state: State, event: Event, now = NOW) => {
      const done = step(state, event, now, withPaper);
      if ("ignored" in done) throw new Error(done.ignored);
      return done;
    };

    test("owes nothing of its own for the release, and gives it the whole window from then on", () => {
      const { state, effects } = moved(awaiting, events.settled);
      expect(effects).toEqual([]);
      expect(state).toMatchObject({ at: "releasing", release: first });
      expect(deadlineOf(state)).toEqual(at(130_000));
    });

    test("is not confirmed when the window ends, and unclear after another boot", () => {
      expect(moved(states["handed over for long"], events.deadline).state).toMatchObject({ because: "not-confirmed" });
      expect(moved(states["handed over"], events.rebooted).state).toMatchObject({ because: "release-unclear" });
    });

    test("is asked again, with a whole window, when staff orders another release, whatever the menu says", () => {
      const silent = moved(states["handed over for long"], events.deadline).state;
      const again = moved(silent, { ...events.ordered, opening: { line: "gate", pulseMs: 500 } });
      expect(again.effects).toEqual([]);
      expect(again.state).toMatchObject({ at: "releasing", release: second, releases: [first, second] });
      expect(deadlineOf(again.state)).toEqual(at(130_000));
    });

    test("has no time that ends where a contact of ours is under way: who moves it says so", () => {
      expect(deadlineOf(states.releasing)).toBeUndefined();
    });
  });
});
