import type { Random } from "../../protocol/ids.ts";

/** How the merchant's server answered: an HTTP status, or nothing that could be read as one. */
export type Answered = number | "unreachable";

const PAUSES_MS = [2, 10, 30, 90, 210].map((minutes) => minutes * 60_000);
/** Redirects that are followed, and how often. */
export const isFollowed = (answered: Answered): boolean => answered === 307 || answered === 308;
export const FOLLOWED_MAX = 5;
/** How long Midtrans waits for the answer to a notification. */
export const NOTIFICATION_TIMEOUT_MS = 15_000;

/** How many repeats an answer allows altogether, from Midtrans' page on handling notifications. */
export function repeatsAfter(answered: Answered): number {
  if (answered === "unreachable") return 5;
  if (answered >= 200 && answered <= 299) return 0;
  return REPEATS[answered] ?? 5;
}

const REPEATS: Readonly<Record<number, number>> = { 301: 0, 302: 0, 303: 0, 400: 2, 404: 2, 500: 1, 503: 4 };

/**
 * How long to wait before the next try, after `tries` tries of which the last was `answered`; `undefined` when it was the
 * last. The published pause is shifted at random: a quarter to five quarters of it (the first has been seen after 33 s).
 */
export function pauseBefore(tries: number, answered: Answered, random: Random): number | undefined {
  const pause = PAUSES_MS[tries - 1];
  if (pause === undefined || tries > repeatsAfter(answered)) return undefined;
  return pause * (0.25 + random());
}
