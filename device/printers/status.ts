import type { Condition } from "../device.ts";
import type { StatusPart } from "./commands.ts";

/** What a printer says of itself, as far as it matters here. */
export type Sign = Exclude<Condition, "ready" | "unknown">;
type Bits = readonly (readonly [mask: number, sign: Sign])[];

/** Answers to DLE EOT n, by Epson's command reference. */
const ANSWERS: Readonly<Record<StatusPart, Bits>> = {
  1: [[0x08, "offline"]],
  2: [
    [0x04, "cover-open"],
    [0x20, "no-paper"],
    [0x40, "offline"],
  ],
  // The knife, what cannot be mended, and what mends itself: the head has to cool down.
  3: [
    [0x28, "offline"],
    [0x40, "overheated"],
  ],
  4: [
    [0x0c, "paper-low"],
    [0x60, "no-paper"],
  ],
};

/** The four bytes of Automatic Status Back (GS a), which some printers send unasked. */
const AUTOMATIC: readonly Bits[] = [
  [
    [0x08, "offline"],
    [0x20, "cover-open"],
  ],
  [
    [0x28, "offline"],
    [0x40, "overheated"],
  ],
  [
    [0x03, "paper-low"],
    [0x0c, "no-paper"],
  ],
  [],
];

/** The worst first: what somebody must do something about before anything else can work. */
const BY_WEIGHT: readonly Sign[] = ["cover-open", "no-paper", "overheated", "offline", "paper-low"];

export const conditionOf = (signs: readonly Sign[]): Condition =>
  BY_WEIGHT.find((sign) => signs.includes(sign)) ?? "ready";

export const signsOfAnswer = (part: StatusPart, answer: number): readonly Sign[] => signsIn(ANSWERS[part], answer);

const signsIn = (bits: Bits, byte: number): readonly Sign[] =>
  bits.flatMap(([mask, sign]) => ((byte & mask) === 0 ? [] : [sign]));

/** Tells the bytes of a printer apart by their fixed bits, which the manual gives them for this; passes over all others. */
export class StatusReader {
  /** By the newest automatic status, if ever there was one. */
  automatic: readonly Sign[] = [];
  #begun: readonly number[] = [];

  /** Answers to DLE EOT among `bytes`. */
  read(bytes: Uint8Array): readonly number[] {
    return [...bytes].filter((byte) => !this.#isAutomatic(byte) && (byte & 0x93) === 0x12);
  }

  #isAutomatic(byte: number): boolean {
    const isFirst = (byte & 0x93) === 0x10;
    const isNext = this.#begun.length > 0 && (byte & 0x90) === 0;
    if (!isFirst && !isNext) return false;
    this.#begun = isFirst ? [byte] : [...this.#begun, byte];
    if (this.#begun.length === AUTOMATIC.length) {
      this.automatic = this.#begun.flatMap((one, nth) => signsIn(AUTOMATIC[nth] ?? [], one));
      this.#begun = [];
    }
    return true;
  }
}
