import { step } from "./order.ts";
import type { Event, Rules, State } from "./words.ts";

/**
 * What an order's events say about its state. The journal keeps the wall clock of an event, not the steady clock by which it was
 * decided, so each is tried both ways: at once, and when all time was over. What was stored must be among the outcomes.
 */

const THEN = { clock: "then", ms: 0 };
const MUCH_LATER = { clock: "much later", ms: 0 };
/** Their lengths do not matter at `THEN` and `MUCH_LATER`. */
const RULES: Rules = {
  chargePatienceMs: 1,
  paymentPatienceMs: 1,
  graceMs: 1,
  prints: { qr: false, receipt: false },
};

/** Whether these events, in this order, lead to this state. */
export function leadTo(events: readonly Event[], state: State): boolean {
  const outcomes = events.reduce<Possible>((states, event) => afterEach(states, event), [undefined]);
  const wanted = timeless(state);
  return outcomes.some((outcome) => timeless(outcome) === wanted);
}

/** Every state that the order may be in; `undefined`: it has not begun. */
type Possible = readonly (State | undefined)[];

function afterEach(before: Possible, event: Event): Possible {
  const after = before.flatMap((state) =>
    [THEN, MUCH_LATER].flatMap((now) => {
      const next = step(state, event, now, RULES);
      return "ignored" in next ? [] : [atOnce(next.state)];
    }),
  );
  return [...new Map(after.map((state) => [timeless(state), state])).values()];
}

/** The same state, reached just now. */
const atOnce = (state: State): State => JSON.parse(timeless(state)) as State;

/** Every instant is replaced, and names stand in one order: states that differ in time only have the same text. */
const timeless = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    if ("clock" in part && "ms" in part) return THEN;
    return Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
