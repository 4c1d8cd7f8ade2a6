import { type Clock, type Instant, sinceMs } from "../protocol/time.ts";

/** Answers what it has, or asks; `forget`: whoever asks from now on gets a new answer. */
export type Kept<Value> = (() => Promise<Value>) & { forget(): void };

/**
 * Asks no more often than every `ageMs`, whoever wants to know: all others get the answer that there is, or that is on its way.
 * What failed is asked anew.
 */
export function kept<Value>(clock: Pick<Clock, "now">, ageMs: number, ask: () => Promise<Value>): Kept<Value> {
  let last: { readonly at: Instant; readonly value: Promise<Value> } | undefined;
  const forget = (): void => {
    last = undefined;
  };
  const answer = (): Promise<Value> => {
    const now = clock.now();
    if (last !== undefined && (sinceMs(last.at, now) ?? ageMs) < ageMs) return last.value;
    const value = ask();
    last = { at: now, value };
    value.catch(() => {
      if (last?.value === value) forget();
    });
    return value;
  };
  return Object.assign(answer, { forget });
}
