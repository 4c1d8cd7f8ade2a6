import iconv from "iconv-lite";
import type { Strip } from "../../../device/device.ts";

export type Line = {
  readonly did: "line";
  readonly text: string;
  /** 0 left, 1 in the middle, 2 right. */
  readonly align: number;
  readonly font: number;
  readonly bold: number;
  readonly wide: number;
  readonly high: number;
};
/** A QR code that the printer makes. `level` by its letter. */
export type Code = {
  readonly did: "code";
  readonly text: string;
  readonly align: number;
  readonly model: number;
  readonly module: number;
  readonly level: string;
};

/** What a printer did, in order. */
export type Mark =
  | { readonly did: "initialise" | "feed" }
  | { readonly did: "align"; readonly how: number }
  | { readonly did: "picture"; readonly picture: Strip; readonly align: number }
  | { readonly did: "cut"; readonly how: number }
  | { readonly did: "kick"; readonly pin: number; readonly onMs: number; readonly offMs: number }
  | { readonly did: "density"; readonly step: number }
  | { readonly did: "tells-status"; readonly of: number }
  | { readonly did: "alphabet" | "page"; readonly number: number }
  | Line
  | Code;

const DLE = 0x10;
const EOT = 0x04;
const LF = 0x0a;

const inParentheses = ([, , , low, high]: readonly number[]): number | undefined =>
  low === undefined || high === undefined ? undefined : 5 + low + 256 * high;

/** How long a command is, by its first bytes, from Epson's command reference; undefined while that cannot be said yet. */
const LENGTHS: Readonly<Record<string, (bytes: readonly number[]) => number | undefined>> = {
  "1b40": () => 2,
  "1b45": () => 3,
  "1b4d": () => 3,
  "1b52": () => 3,
  "1b61": () => 3,
  "1b70": () => 5,
  "1b74": () => 3,
  "1d21": () => 3,
  "1d56": ([, , m]) => (m === undefined ? undefined : m >= 65 ? 4 : 3),
  "1d28": inParentheses,
  "1d61": () => 3,
  "1d76": ([, , , , xl, xh, yl, yh]) =>
    yh === undefined ? undefined : 8 + ((xl ?? 0) + 256 * (xh ?? 0)) * ((yl ?? 0) + 256 * yh),
};

/** What ESC @ brings back. */
const AT_FIRST = { align: 0, font: 0, bold: 0, wide: 1, high: 1, page: undefined as number | undefined };
const CODE_AT_FIRST = { model: 50, module: 3, level: "L", text: undefined as string | undefined };
const PAGES: Readonly<Record<number, string>> = { 0: "cp437", 16: "win1252" };

/**
 * The far side of ESC/POS, written from the manual and sharing nothing with what prints: takes bytes in any portions, obeys
 * questions wherever they stand, as printers do, and complains of what it does not know.
 */
export class PaperRoll {
  readonly marks: Mark[] = [];
  readonly complaints: string[] = [];
  #pending: number[] = [];
  #lastTwo: readonly number[] = [];
  #line: number[] = [];
  #set = { ...AT_FIRST };
  #code = { ...CODE_AT_FIRST };
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

  /** Bytes of a command whose end has not come, or a line that is not printed yet. */
  get isInside(): boolean {
    return this.#pending.length > 0 || this.#line.length > 0;
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
    const [first = 0] = bytes;
    if (first >= 0x20) this.#line.push(first);
    else if (first === LF) this.#feed();
    else if (first !== 0 && first !== DLE) this.#command(bytes);
  }

  #lengthNow(): number | undefined {
    const [first = 0, second] = this.#pending;
    if (first === 0x00 || first === LF || first >= 0x20) return 1;
    if (first === DLE) return 3;
    if (second === undefined) return undefined;
    const known = LENGTHS[keyOf(first, second)];
    if (known !== undefined) return known(this.#pending);
    this.complaints.push(`no command begins with ${first.toString(16)} ${second.toString(16)}`);
    return 2;
  }

  #feed(): void {
    const { page, ...look } = this.#set;
    const text = this.#read(this.#line, page);
    this.#line = [];
    this.marks.push(text === "" ? { did: "feed" } : { did: "line", text, ...look });
  }

  #read(bytes: readonly number[], page: number | undefined): string {
    const name = page === undefined ? "ascii" : PAGES[page];
    if (name === undefined) this.complaints.push(`there is no page ${page}`);
    if (name === "ascii" && bytes.some((byte) => byte > 0x7e)) this.complaints.push("no page was chosen");
    return iconv.decode(Buffer.from(bytes), name ?? "ascii");
  }

  #command(bytes: readonly number[]): void {
    const [first = 0, second = 0] = bytes;
    const key = keyOf(first, second);
    if (this.#line.length > 0 && key !== "1b40") this.complaints.push(`${key} in the middle of a line`);
    this.#does[key]?.(bytes);
  }

  /** What each command does, by its first bytes. */
  readonly #does: Readonly<Record<string, (bytes: readonly number[]) => void>> = {
    "1b40": () => this.#forget(),
    "1b45": ([, , bold = 0]) => this.#become({ bold }),
    "1b4d": ([, , font = 0]) => this.#become({ font }),
    "1b52": ([, , number = 0]) => this.marks.push({ did: "alphabet", number }),
    "1b61": ([, , how = 0]) => this.#align(how),
    "1b70": ([, , m, on = 0, off = 0]) =>
      this.marks.push({ did: "kick", pin: m === 0 ? 2 : 5, onMs: on * 2, offMs: off * 2 }),
    "1b74": ([, , number = 0]) => this.#choosePage(number),
    "1d21": ([, , n = 0]) => this.#become({ wide: (n >> 4) + 1, high: (n & 0x0f) + 1 }),
    "1d28": (bytes) => this.#function(bytes),
    "1d56": ([, , how = 0]) => this.marks.push({ did: "cut", how }),
    "1d61": ([, , of = 0]) => this.marks.push({ did: "tells-status", of }),
    "1d76": (bytes) => this.marks.push({ did: "picture", picture: pictureIn(bytes), align: this.#set.align }),
  };

  /** GS ( K and GS ( k. */
  #function(bytes: readonly number[]): void {
    const [, , letter, , , , step = 0] = bytes;
    if (letter === 0x4b) this.marks.push({ did: "density", step: (step << 24) >> 24 });
    else if (letter === 0x6b) this.#symbol(bytes.slice(5));
    else this.complaints.push(`no command is GS ( ${letter}`);
  }

  #forget(): void {
    this.#line = [];
    this.#set = { ...AT_FIRST };
    this.#code = { ...CODE_AT_FIRST };
    this.marks.push({ did: "initialise" });
  }

  #become(more: Partial<typeof AT_FIRST>): void {
    this.#set = { ...this.#set, ...more };
  }

  #align(how: number): void {
    this.#become({ align: how });
    this.marks.push({ did: "align", how });
  }

  #choosePage(number: number): void {
    this.#become({ page: number });
    this.marks.push({ did: "page", number });
  }

  /** GS ( k, for QR codes: functions 65 model, 67 module, 69 level, 80 store, 81 print. */
  #symbol([kind, what, value = 0, ...more]: readonly number[]): void {
    const { align } = this.#set;
    if (kind !== 0x31) this.complaints.push(`no QR code: symbol ${kind}`);
    if (what === 65) this.#code.model = value;
    if (what === 67) this.#code.module = value;
    if (what === 69) this.#code.level = "LMQH"[value - 48] ?? "?";
    if (what === 80) this.#code.text = Buffer.from(more).toString("latin1");
    if (what !== 81) return;
    const { text, ...code } = this.#code;
    if (text === undefined) this.complaints.push("a code without a text");
    else this.marks.push({ did: "code", text, align, ...code });
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
