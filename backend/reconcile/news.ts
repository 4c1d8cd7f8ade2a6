import { isDeepStrictEqual } from "node:util";
import type { Event } from "../ledger/words.ts";
import type { Standing } from "../providers/provider.ts";
import type { Difference } from "./compare.ts";

const NEWS: readonly Difference["is"][] = [
  "paid-there-not-here",
  "open-there-ended-here",
  "ended-there-open-here",
  "refunded-there-not-here",
];

/**
 * Whether the ledger should hear of this standing. A refund that it has heard of and left to a person is not told again: it
 * would be alarmed, and count as an event of the day, every day.
 */
export function isWorthTelling(
  differences: readonly Difference[],
  attempt: number,
  standing: Standing,
  story: readonly Event[],
): boolean {
  if (!differences.some((each) => each.attempt === attempt && NEWS.includes(each.is))) return false;
  const isKnown = (event: Event): boolean =>
    event.type === "news" && event.attempt === attempt && isDeepStrictEqual(event.standing, standing);
  return standing.is !== "refunded" || !story.some(isKnown);
}
