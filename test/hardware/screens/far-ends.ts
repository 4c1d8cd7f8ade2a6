import { execFileSync } from "node:child_process";
import type { Frame } from "../../../device/device.ts";
import { readPng } from "../../../device/drawing/canvas.ts";
import type { Entry } from "../../device/screens/tape.ts";

/** What the lab sees of screens, see lab/README.md. */

export const screenPicture = (): Promise<Frame> => readPng(execFileSync("lab-screen", ["png"], { maxBuffer: 2 ** 24 }));

export const screenBytes = (): Buffer => execFileSync("lab-screen", ["raw"], { maxBuffer: 2 ** 24 });

export const tellSpi = (...words: readonly string[]): void => {
  execFileSync("lab-spi", words);
};

/** One transfer as the controller of the bus saw it. `ns`: when. */
export type Transfer = {
  readonly ns: number;
  readonly cs: number;
  readonly mode: number;
  readonly hz: number;
  readonly dc: 0 | 1;
  readonly rst: 0 | 1;
  readonly dropped: number;
  readonly hex: string;
};

/** What went over the bus since the last time, as the lab writes it. */
export const busLog = (): string => execFileSync("lab-spi", ["log"], { encoding: "utf8", maxBuffer: 2 ** 26 });

export function transfersIn(log: string): readonly Transfer[] {
  const lines = log.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Transfer);
}

export const transfers = (): readonly Transfer[] => transfersIn(busLog());

export const tapeOf = (log: readonly Transfer[]): readonly Entry[] =>
  log.map(({ dc, hex }) => ({ is: "bytes", dc, bytes: Buffer.from(hex, "hex") }));
