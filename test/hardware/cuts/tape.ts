import type { Random } from "../../../protocol/ids.ts";

/** What happened at a disk, and in the world around it, in the one order in which it happened. */
export type Entry<Mark> =
  | { readonly is: "write"; readonly offset: number; readonly bytes: Buffer }
  /** All writes before it are safe, and whoever asked for it has been told so. */
  | { readonly is: "flush" }
  | { readonly is: "mark"; readonly mark: Mark };

/** What becomes of writes that were not flushed when the power went: all gone, or what chance leaves of them, sector by sector. */
export type Leftovers = "none" | "some";

/** No disk tears less than this. */
const SECTOR = 512;

/** A disk's whole life, written down: any moment of it can be cut afterwards, as often as wanted. */
export class Tape<Mark> {
  readonly entries: Entry<Mark>[] = [];
  readonly #blank: Buffer;
  readonly #now: Buffer;

  /** `blank`: what is on the disk before the first entry. */
  constructor(blank: Buffer) {
    this.#blank = blank;
    this.#now = Buffer.from(blank);
  }

  get size(): number {
    return this.#blank.length;
  }

  read(offset: number, length: number): Buffer {
    return this.#now.subarray(offset, offset + length);
  }

  write(offset: number, bytes: Buffer): void {
    bytes.copy(this.#now, offset);
    this.entries.push({ is: "write", offset, bytes });
  }

  flush(): void {
    this.entries.push({ is: "flush" });
  }

  mark(mark: Mark): void {
    this.entries.push({ is: "mark", mark });
  }

  /** What the world had seen when the power went before this entry. */
  marksBefore(cut: number): readonly Mark[] {
    return this.entries.slice(0, cut).flatMap((entry) => (entry.is === "mark" ? [entry.mark] : []));
  }

  /** What is on the disk when the power went before this entry. */
  diskAt(cut: number, leftovers: Leftovers, random: Random): Buffer {
    const disk = Buffer.from(this.#blank);
    const before = this.entries.slice(0, cut);
    const flushed = before.findLastIndex(({ is }) => is === "flush");
    for (const entry of before.slice(0, flushed + 1)) if (entry.is === "write") entry.bytes.copy(disk, entry.offset);
    if (leftovers === "none") return disk;
    for (const entry of before.slice(flushed + 1)) if (entry.is === "write") tear(disk, entry, random);
    return disk;
  }
}

function tear(disk: Buffer, { offset, bytes }: { offset: number; bytes: Buffer }, random: Random): void {
  for (let at = 0; at < bytes.length; at += SECTOR) {
    if (random() < 0.5) bytes.copy(disk, offset + at, at, at + SECTOR);
  }
}
