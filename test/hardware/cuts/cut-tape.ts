import type { Random } from "../../../protocol/ids.ts";
import { wrongsOn } from "./recovery.ts";
import type { Leftovers, Tape } from "./tape.ts";
import type { Mark } from "./truth.ts";

/** One cut after which something was wrong. */
export type Found = { readonly cut: number; readonly leftovers: Leftovers; readonly wrongs: readonly string[] };

export type Tried = {
  readonly cuts: number;
  readonly found: readonly Found[];
  /** How often the newest order was where when the power came back; `nothing` for a disk without orders. */
  readonly where: Readonly<Record<string, number>>;
};

/** Cuts the power at so many moments between two entries of a tape, spread evenly and moved by chance. */
export async function cutTape(
  tape: Tape<Mark>,
  between: readonly [from: number, to: number],
  cuts: number,
  random: Random,
): Promise<Tried> {
  const found: Found[] = [];
  const where: Record<string, number> = {};
  const [from, to] = between;
  for (let nth = 0; nth < cuts; nth += 1) {
    const cut = from + Math.floor(((nth + random()) / cuts) * (to - from + 1));
    const leftovers = nth % 2 === 0 ? "none" : "some";
    const { wrongs, newest = "nothing" } = await wrongsOn(tape.diskAt(cut, leftovers, random), tape.marksBefore(cut));
    where[newest] = (where[newest] ?? 0) + 1;
    if (wrongs.length > 0) found.push({ cut, leftovers, wrongs });
  }
  return { cuts, found, where };
}

/** Where the careful daemon's part of a tape begins and ends, and that of the control. */
export function partsOf(tape: Tape<Mark>): {
  readonly careful: readonly [number, number];
  readonly careless: readonly [number, number];
} {
  const first = tape.entries.findIndex((entry) => entry.is === "mark");
  const turn = tape.entries.findIndex((entry) => entry.is === "mark" && entry.mark.is === "careless");
  if (first < 0 || turn < 0) throw new Error("a tape without a word, or without the control");
  return { careful: [0, turn], careless: [turn + 1, tape.entries.length] };
}
