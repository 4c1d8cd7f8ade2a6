import { percentile } from "../bench/stopwatch.ts";
import type { TurnedAway } from "./customer.ts";
import type { OrderTruth, Story } from "./truth.ts";
import { hasMoney } from "./verdict.ts";
import type { Habit } from "./visit.ts";

/** How long half of them and 99 of a hundred took at most, in milliseconds. */
type Spread = { readonly p50: number; readonly p99: number };

/** What became of the presses of some stretch of time. Each is either turned away or an order, and each order has one fate. */
export type Account = {
  readonly turnedAway: ReadonlyMap<string, number>;
  readonly fates: ReadonlyMap<string, number>;
  readonly spreads: ReadonlyMap<string, Spread>;
};

/** Unpaid because the customer wanted it so. */
const MEANT: Readonly<Partial<Record<Habit, string>>> = {
  cancels: "cancelled, as meant",
  "cancels and pays": "cancelled, as meant",
  "walks away": "walked away, as meant",
};

/** What became of one order, and where it is unpaid, whose doing that was. */
export function fateOf({ bank, ledger, story = {} }: OrderTruth): string {
  if (hasMoney(bank)) return ledger?.at === "remedied" ? "refunded" : (ledger?.at ?? "lost");
  const { visit } = story;
  if (visit === undefined) return "unpaid, and nobody saw why";
  if (visit.habit !== undefined) return MEANT[visit.habit] ?? "wanted to pay, and could not";
  const { what, ms } = visit.instead ?? { what: "nothing", ms: 0 };
  return what === "expired" ? `no code in time: ${lackOf(story, ms)}` : `no code: ${what}`;
}

/** How far it had come when its customer had waited long enough. */
function lackOf({ askedMs = Infinity, chargedMs = Infinity }: Story, ms: number): string {
  if (askedMs > ms) return "no backend had heard of it";
  return chargedMs > ms ? "it was not charged yet" : "the code was on its way";
}

type Stretch = readonly [from: (story: Story) => number | undefined, to: (story: Story) => number | undefined];

const STRETCHES: Readonly<Record<string, Stretch>> = {
  "press → code": [({ visit }) => visit?.pressedMs, ({ visit }) => visit?.codeMs],
  "press → heard by a backend": [({ visit }) => visit?.pressedMs, ({ askedMs }) => askedMs],
  "heard → charged": [({ askedMs }) => askedMs, ({ chargedMs }) => chargedMs],
  "charged → code": [({ chargedMs }) => chargedMs, ({ visit }) => visit?.codeMs],
  "paid → delivered": [({ visit }) => visit?.paidMs, ({ releasedMs }) => releasedMs],
  "paid → in the books": [({ visit }) => visit?.paidMs, ({ settledMs }) => settledMs],
  "in the books → delivered": [({ settledMs }) => settledMs, ({ releasedMs }) => releasedMs],
};

/** Of those that were pressed for in this stretch of time. */
export function accountOf(
  orders: readonly OrderTruth[],
  turnedAway: readonly TurnedAway[],
  isThen: (pressedMs: number) => boolean,
): Account {
  const some = orders.filter(({ story }) => isThen(story?.visit?.pressedMs ?? 0));
  const spreads = Object.entries(STRETCHES).flatMap(([what, stretch]) => {
    const ms = some.flatMap(({ story = {} }) => lengthOf(stretch, story) ?? []);
    return ms.length === 0 ? [] : [[what, spreadOf(ms)] as const];
  });
  return {
    turnedAway: counted(turnedAway.filter(({ pressedMs }) => isThen(pressedMs)).map(({ because }) => because)),
    fates: counted(some.map(fateOf)),
    spreads: new Map(spreads),
  };
}

/** Processes tell the time to the millisecond, and the phone hears of a payment when others do. */
function lengthOf([from, to]: Stretch, story: Story): number | undefined {
  const [since, until] = [from(story), to(story)];
  return since === undefined || until === undefined ? undefined : Math.max(0, until - since);
}

const spreadOf = (ms: readonly number[]): Spread => ({
  p50: percentile(ms, 0.5),
  p99: percentile(ms, 0.99),
});

/** How often each was named, the most frequent first. */
export function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map([...counts].sort(([, one], [, other]) => other - one));
}
