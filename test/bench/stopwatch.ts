/**
 * Milliseconds with fractions, finer than the product's own clock tells, on CLOCK_MONOTONIC: all processes of a machine share it.
 */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The value below which `share` (0 to 1) of the sorted samples lie, by nearest rank. Throws without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new RangeError("no samples, no percentile");
  return found;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);
