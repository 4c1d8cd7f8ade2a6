import type { Random } from "../../../protocol/ids.ts";
import { type Mistake, wrongsOn } from "./recovery.ts";
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

type Between = readonly [from: number, to: number];

export type CutOptions = {
  /** Of the tape's entries. */
  readonly between: Between;
  /** Cuts beside those after every mark, spread evenly and moved by chance. */
  readonly more: number;
  readonly random: Random;
  readonly mistake?: Mistake;
};

/** Cuts the power after every mark, and at more moments. */
export async function cutTape(tape: Tape<Mark>, { between, more, random, mistake }: CutOptions): Promise<Tried> {
  const found: Found[] = [];
  const where: Record<string, number> = {};
  const cuts = [...afterMarks(tape, between), ...spread(between, more, random)];
  for (const { cut, leftovers } of cuts) {
    const disk = tape.diskAt(cut, leftovers, random);
    const { wrongs, newest = "nothing" } = await wrongsOn(disk, tape.marksBefore(cut), mistake);
    where[newest] = (where[newest] ?? 0) + 1;
    if (wrongs.length > 0) found.push({ cut, leftovers, wrongs });
  }
  return { cuts: cuts.length, found, where };
}

type Cut = Pick<Found, "cut" | "leftovers">;

const afterMarks = ({ entries }: Tape<Mark>, [from, to]: Between): readonly Cut[] =>
  entries.flatMap(({ is }, at) => (is === "mark" && at >= from && at < to ? [{ cut: at + 1, leftovers: "none" }] : []));

const spread = ([from, to]: Between, count: number, random: Random): readonly Cut[] =>
  Array.from({ length: count }, (_, nth) => ({
    cut: from + Math.floor(((nth + random()) / count) * (to - from + 1)),
    leftovers: nth % 2 === 0 ? "none" : "some",
  }));

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
