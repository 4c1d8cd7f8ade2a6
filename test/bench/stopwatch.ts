/** Milliseconds with fractions, on the monotonic clock: a bench measures finer than the product's own clock tells. */
export const nowMs = (): number => performance.now();

/** The value below which `share` (0 to 1) of the sorted samples lie, by nearest rank. Throws without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new RangeError("no samples, no percentile");
  return found;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);
