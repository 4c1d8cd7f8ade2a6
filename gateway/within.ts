import type { Clock } from "../protocol/time.ts";

/**
 * What `work` resolves to, or `late` when that takes longer than `ms` milliseconds; rejects as `work` does. The work itself
 * goes on: nothing here can stop it, and what it does after its time is nobody's business any more.
 */
export async function within<Value, Late>(
  clock: Clock,
  ms: number,
  work: Promise<Value>,
  late: Late,
): Promise<Value | Late> {
  let stop = (): void => undefined;
  const timeUp = new Promise<Late>((resolve) => {
    stop = clock.after(ms, () => resolve(late));
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    stop();
  }
}
