import { type Clock, type Instant, sinceMs } from "../protocol/time.ts";

/** Asks no more often than every `ageMs`, whoever wants to know: all others get the answer that there is, or that is on its way. What failed is asked anew. */
export function kept<Value>(clock: Pick<Clock, "now">, ageMs: number, ask: () => Promise<Value>): () => Promise<Value> {
  let last: { readonly at: Instant; readonly value: Promise<Value> } | undefined;
  return () => {
    const now = clock.now();
    if (last !== undefined && (sinceMs(last.at, now) ?? ageMs) < ageMs) return last.value;
    const value = ask();
    last = { at: now, value };
    value.catch(() => {
      if (last?.value === value) last = undefined;
    });
    return value;
  };
}
