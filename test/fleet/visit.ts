import type { State } from "../../gateway/order/words.ts";

/** What a customer does when the code is on the glass, of every hundred. */
const HABITS = [
  ["pays", 78],
  ["cancels", 6],
  ["cancels and pays", 5],
  ["walks away", 5],
  ["pays too late", 6],
] as const;
export type Habit = (typeof HABITS)[number][0];

/** By a number from 0 to below 1. */
export function habitOf(chance: number): Habit {
  let drawn = chance * HABITS.reduce((sum, [, share]) => sum + share, 0);
  for (const [habit, share] of HABITS) {
    if (drawn < share) return habit;
    drawn -= share;
  }
  return "pays";
}

/** One press that began an order, as its customer saw it. Times are milliseconds since 1970. */
export type Visit = {
  readonly order: string;
  readonly pressedMs: number;
  /** When the code was on the glass, and what the customer did then. */
  readonly codeMs?: number;
  readonly habit?: Habit;
  /** What the stand showed instead of a code, and from when on. */
  readonly instead?: { readonly what: string; readonly ms: number };
  /** When the phone was told that it is paid, in time. */
  readonly paidMs?: number;
};

/** What the stand shows who waits for a code, when it is none. */
export function insteadOf(state: State | undefined): string {
  if (state === undefined) return "nothing";
  if (state.at === "closing") return state.why;
  if (state.at !== "closed") return state.at;
  const { ending } = state;
  return ending.is === "refused" ? `refused: ${ending.because}` : ending.is === "voided" ? ending.why : ending.is;
}
