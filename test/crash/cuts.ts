import type { State as LedgerState } from "../../backend/ledger/words.ts";
import { type Cuts, oneSale } from "./one-sale.ts";

export type Found = { readonly cuts: Cuts; readonly wrongs: readonly string[] };

/** Lives every one of these sales; those that broke a rule, or were paid and ended where they should not. */
export async function tryAll(all: readonly Cuts[], ends?: LedgerState["at"]): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const cuts of all) {
    const ended = await oneSale(cuts);
    const at = ended.ledger?.at;
    const isElsewhere = ends !== undefined && ended.isPaid && at !== ends;
    const wrongs = isElsewhere ? [...ended.wrongs, `ended ${at ?? "unknown"}`] : ended.wrongs;
    if (wrongs.length > 0) found.push({ cuts, wrongs });
  }
  return found;
}

export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Every pair of a moment of one and a moment of the other. */
export const pairs = (one: number, other: number): readonly (readonly [number, number])[] =>
  upTo(one).flatMap((first) => upTo(other).map((second) => [first, second] as const));
