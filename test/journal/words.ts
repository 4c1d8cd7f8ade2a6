import type { DueEffect, Journal, JournalShape, Owed, Step } from "../../journal/journal.ts";
import { newUlid, type Random } from "../../protocol/ids.ts";
import type { Instant } from "../../protocol/time.ts";

/** A small trade for journal tests: counts what was paid for an order, tells it to addressees, and releases goods. */
export type State = { readonly at: string; readonly paid: number; readonly of?: string };
export type Event = { readonly type: string; readonly amount?: number };
export type Effect =
  | { readonly do: "tell"; readonly to: string; readonly text: string }
  | { readonly do: "release"; readonly text: string }
  | { readonly do: "print"; readonly text: string };

export type TestJournal = Journal<State, Event, Effect>;

const isObject = (json: unknown): json is object => typeof json === "object" && json !== null;

const codec = <Value>(isValue: (json: unknown) => json is Value) => ({
  version: 1,
  read: (json: unknown): Value => {
    if (isValue(json)) return json;
    throw new Error(`not one of the trade's words: ${JSON.stringify(json)}`);
  },
});

export const shape: JournalShape<State, Event, Effect> = {
  state: codec((json): json is State => isObject(json) && "at" in json && "paid" in json),
  event: codec((json): json is Event => isObject(json) && "type" in json),
  effect: codec((json): json is Effect => isObject(json) && "do" in json && "text" in json),
  traits: (effect) => ({
    kind: effect.do,
    ...(effect.do === "tell" ? { to: effect.to } : {}),
  }),
  partyOf: ({ of }) => of,
};

export const KINDS: readonly string[] = ["tell", "release", "print"];

/** The same numbers in every run (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const idsFrom = (random: Random, wall: () => number) => (): string => newUlid(wall(), random);

export const at = (ms: number, clock = "boot-1"): Instant => ({ clock, ms });

export const tell = (text: string, to = "backend"): Effect => ({ do: "tell", to, text });
export const release = (text: string): Effect => ({ do: "release", text });
export const print = (text: string): Effect => ({ do: "print", text });

type More = { readonly takesBack?: readonly string[]; readonly finished?: boolean };

/** A `decide` that adds `amount` and owes these effects. */
export const paying =
  (amount: number, effects: readonly (Effect | DueEffect<Effect>)[] = [], more: More = {}) =>
  (state: State | undefined): Step<State, Effect> => ({
    state: { at: "paying", paid: (state?.paid ?? 0) + amount },
    effects: effects.map((effect) => ("do" in effect ? { effect } : effect)),
    ...more,
  });

export const paid = (amount: number): Event => ({ type: "paid", amount });

/** Takes everything that is due, for a minute. */
export const takeAll = (journal: TestJournal, now: Instant = at(0)): Promise<readonly Owed<Effect>[]> =>
  journal.take({ now, kinds: KINDS, limit: 1_000, leaseMs: 60_000 });

export const texts = (owed: readonly Owed<Effect>[]): readonly string[] => owed.map(({ effect }) => effect.text);
