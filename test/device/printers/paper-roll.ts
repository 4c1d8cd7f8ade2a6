import type { Strip } from "../../../device/device.ts";

/** What a printer did, in order. */
export type Mark =
  | { readonly did: "initialise" | "feed" }
  | { readonly did: "align"; readonly how: number }
  | { readonly did: "picture"; readonly picture: Strip }
  | { readonly did: "cut"; readonly how: number }
  | { readonly did: "kick"; readonly pin: number; readonly onMs: number; readonly offMs: number }
  | { readonly did: "density"; readonly step: number };

const DLE = 0x10;
const EOT = 0x04;

/** How long a command is, by its first bytes, from Epson's command reference; undefined while that cannot be said yet. */
const LENGTHS: Readonly<Record<string, (bytes: readonly number[]) => number | undefined>> = {
  "1b40": () => 2,
  "1b61": () => 3,
  "1b70": () => 5,
  "1d56": ([, , m]) => (m === undefined ? undefined : m >= 65 ? 4 : 3),
  "1d28": ([, , , low, high]) => (low === undefined || high === undefined ? undefined : 5 + low + 256 * high),
  "1d76": ([, , , , xl, xh, yl, yh]) =>
    yh === undefined ? undefined : 8 + ((xl ?? 0) + 256 * (xh ?? 0)) * ((yl ?? 0) + 256 * yh),
};

/**
 * The far side of ESC/POS, written from the manual and sharing nothing with what prints: takes bytes in any portions, obeys
 * questions wherever they stand, as printers do, and complains of what it does not know.
 */
export class PaperRoll {
  readonly marks: Mark[] = [];
  readonly complaints: string[] = [];
  #pending: number[] = [];
  #lastTwo: readonly number[] = [];
  readonly #asked: (part: number, isInside: boolean) => void;

  /** `asked`: which part, and whether in the middle of another command. */
  constructor(asked: (part: number, isInside: boolean) => void = () => undefined) {
    this.#asked = asked;
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const [first, second] = this.#lastTwo;
      if (first === DLE && second === EOT && byte >= 1 && byte <= 4) this.#asked(byte, this.#pending[0] !== DLE);
      this.#lastTwo = [second ?? 0, byte];
      this.#pending.push(byte);
      this.#obey();
    }
  }

  /** Bytes of a command whose end has not come. */
  get isInside(): boolean {
    return this.#pending.length > 0;
  }

  /** The pictures between two cuts, joined; a ticket without pictures is none. */
  get tickets(): readonly Strip[] {
    const tickets: Strip[][] = [[]];
    for (const mark of this.marks) {
      if (mark.did === "cut") tickets.push([]);
      if (mark.did === "picture") tickets.at(-1)?.push(mark.picture);
    }
    return tickets.flatMap((pictures) => (pictures.length === 0 ? [] : [stacked(pictures)]));
  }

  #obey(): void {
    const bytes = this.#pending;
    const length = this.#lengthNow();
    if (length === undefined || bytes.length < length) return;
    this.#pending = [];
    const mark = markOf(bytes);
    if (mark !== undefined) this.marks.push(mark);
  }

  #lengthNow(): number | undefined {
    const [first = 0, second] = this.#pending;
    if (first === 0x00 || first === 0x0a) return 1;
    if (first === DLE) return 3;
    if (second === undefined) return undefined;
    const known = LENGTHS[keyOf(first, second)];
    if (known !== undefined) return known(this.#pending);
    this.complaints.push(`no command begins with ${first.toString(16)} ${second.toString(16)}`);
    return 2;
  }
}

function markOf(bytes: readonly number[]): Mark | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, , seventh = 0] = bytes;
  switch (keyOf(first, second)) {
    case "1b40":
      return { did: "initialise" };
    case "1b61":
      return { did: "align", how: third };
    case "1b70":
      return { did: "kick", pin: third === 0 ? 2 : 5, onMs: fourth * 2, offMs: fifth * 2 };
    case "1d56":
      return { did: "cut", how: third };
    case "1d28":
      return { did: "density", step: (seventh << 24) >> 24 };
    case "1d76":
      return { did: "picture", picture: pictureIn(bytes) };
    default:
      return first === 0x0a ? { did: "feed" } : undefined;
  }
}

const keyOf = (first: number, second: number): string => first.toString(16) + second.toString(16).padStart(2, "0");

function pictureIn(bytes: readonly number[]): Strip {
  const [, , , , xl = 0, xh = 0, yl = 0, yh = 0] = bytes;
  const width = 8 * (xl + 256 * xh);
  const height = yl + 256 * yh;
  const black = Uint8Array.from(
    { length: width * height },
    (_, dot) => ((bytes[8 + (dot >> 3)] ?? 0) >> (7 - (dot % 8))) & 1,
  );
  return { width, height, black };
}

function stacked(pictures: readonly Strip[]): Strip {
  const width = Math.max(...pictures.map((picture) => picture.width));
  if (pictures.some((picture) => picture.width !== width)) throw new Error("pictures of several widths on one ticket");
  const black = Uint8Array.from(pictures.flatMap((picture) => [...picture.black]));
  return { width, height: black.length / width, black };
}

/** What these bytes print. Throws when something in them is no ESC/POS, or not all of it. */
export function unrolled(bytes: Uint8Array): PaperRoll {
  const roll = new PaperRoll();
  roll.take(bytes);
  if (roll.complaints.length > 0) throw new Error(roll.complaints.join("; "));
  if (roll.isInside) throw new Error("it ends in mid-command");
  return roll;
}
