import type { Clock } from "../protocol/time.ts";

/**
 * What `work` resolves to, or `late` when that takes longer than `ms` milliseconds; rejects as `work` does. The work itself
 * goes on: nothing here can stop it, and what it does after its time is nobody's business any more.
 */
export async function within<Value, Late>(
  clock: Pick<Clock, "after">,
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

/** What does not answer for so long does not answer. */
const PATIENCE_MS = 3_000;

/** What a device or the machine answers; `otherwise` when it rejects, or does not answer in time. */
export const answerOr = <Value, Otherwise>(
  clock: Pick<Clock, "after">,
  asked: Promise<Value>,
  otherwise: Otherwise,
): Promise<Value | Otherwise> =>
  within(
    clock,
    PATIENCE_MS,
    asked.catch(() => otherwise),
    otherwise,
  );
