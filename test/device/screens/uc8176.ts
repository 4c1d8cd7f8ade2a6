import type { Frame } from "../../../device/device.ts";
import type { Entry } from "./tape.ts";

const [COLUMNS, ROWS] = [400, 300];
const WHOLE = { left: 0, right: COLUMNS - 1, top: 0, bottom: ROWS - 1 };
/** R20H to R24H: how many bytes a waveform has. */
const WAVEFORM_BYTES = [44, 42, 42, 42, 42];

/**
 * An UC8176 and its paper, as the data sheet has it: takes the tape and moves dots by the waveform for what they were told to
 * have been and to become. Knows nothing of the driver, and throws for what would harm the paper or do nothing.
 */
export class Uc8176 {
  /** Refreshes by the maker's own waveform, and by that of the registers. */
  readonly refreshes: ("whole" | "quick")[] = [];
  isAsleep = true;
  readonly #glass = new Uint8Array(COLUMNS * ROWS).fill(1);
  readonly #sent = new Map<number, number[]>();
  #isPowered = false;
  #isInWindow = false;
  #last = -1;

  take(entries: readonly Entry[]): this {
    for (const entry of entries) {
      if (entry.is === "line" && entry.line === "reset" && entry.level === 0) this.#reset();
      if (entry.is === "bytes" && entry.dc === 0) this.#command(entry.bytes);
      if (entry.is === "bytes" && entry.dc === 1) this.#arguments(entry.bytes);
    }
    return this;
  }

  shown(): Frame {
    const rgba = new Uint8ClampedArray(COLUMNS * ROWS * 4).fill(255);
    for (const [dot, isWhite] of this.#glass.entries()) if (isWhite === 0) rgba.fill(0, dot * 4, dot * 4 + 3);
    return { width: COLUMNS, height: ROWS, rgba };
  }

  #reset(): void {
    this.isAsleep = false;
    this.#isPowered = false;
    this.#isInWindow = false;
    this.#sent.clear();
  }

  #command([code = 0, ...more]: Buffer): void {
    if (more.length > 0) throw new Error(`${more.length} bytes with D/C low after ${code.toString(16)}`);
    if (this.isAsleep) throw new Error(`it sleeps, and does not hear ${code.toString(16)}`);
    this.#last = code;
    this.#sent.set(code, []);
    if (code === 0x04 || code === 0x02) this.#isPowered = code === 0x04;
    if (code === 0x91 || code === 0x92) this.#isInWindow = code === 0x91;
    if (code === 0x12) this.#refresh();
  }

  #arguments(bytes: Buffer): void {
    this.#sent.get(this.#last)?.push(...bytes);
    if (this.#last !== 0x07) return;
    if (bytes[0] !== 0xa5 || this.#isPowered) throw new Error("it goes to sleep by A5h, and without power");
    this.isAsleep = true;
  }

  #refresh(): void {
    const settings = this.#registers(0x00);
    if (!this.#isPowered) throw new Error("a refresh without power");
    if ((settings[0] ?? 0) % 32 !== 31) throw new Error("not black and white, upright, with its booster on");
    if (this.#registers(0x61).join() !== "1,144,1,44") throw new Error("not 400 × 300");
    const isOwn = ((settings[0] ?? 0) & 0x20) === 0;
    this.refreshes.push(isOwn ? "whole" : "quick");
    const window = this.#isInWindow ? this.#window() : WHOLE;
    const [before, now] = [this.#dots(0x10, window), this.#dots(0x13, window)];
    for (const [dot, at] of placesIn(window).entries()) {
      const become = isOwn ? now[dot] : this.#moved(this.#glass[at] ?? 0, before[dot] ?? 0, now[dot] ?? 0);
      this.#glass[at] = become ?? 0;
    }
  }

  #registers(code: number): readonly number[] {
    return this.#sent.get(code) ?? [];
  }

  #window(): typeof WHOLE {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = this.#registers(0x90);
    const window = { left: a * 256 + b, right: c * 256 + d, top: e * 256 + f, bottom: g * 256 + h };
    const isGood = window.left % 8 === 0 && window.right % 8 === 7 && window.right < COLUMNS && window.bottom < ROWS;
    if (!isGood) throw new Error(`no window: ${JSON.stringify(window)}`);
    return window;
  }

  #dots(code: number, window: typeof WHOLE): readonly number[] {
    const bytes = this.#registers(code);
    const wanted = ((window.right - window.left + 1) * (window.bottom - window.top + 1)) / 8;
    if (bytes.length !== wanted)
      throw new Error(`${bytes.length} bytes for ${code.toString(16)}: ${wanted} are wanted`);
    return bytes.flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1));
  }

  /** By R21H white to white, R22H black to white, R23H white to black, R24H black to black: 10b drives to white, 01b to black. */
  #moved(is: number, before: number, now: number): number {
    for (const [nth, length] of WAVEFORM_BYTES.entries()) {
      if (this.#registers(0x20 + nth).length !== length) throw new Error(`no waveform in ${(0x20 + nth).toString(16)}`);
    }
    const register = before === 1 ? (now === 1 ? 0x21 : 0x23) : now === 1 ? 0x22 : 0x24;
    const [levels = 0] = this.#registers(register);
    const drives = [6, 4, 2, 0].map((shift) => (levels >> shift) & 3);
    return drives.includes(2) ? 1 : drives.includes(1) ? 0 : is;
  }
}

function placesIn({ left, right, top, bottom }: typeof WHOLE): readonly number[] {
  const width = right - left + 1;
  return Array.from({ length: width * (bottom - top + 1) }, (_, dot) => {
    return (top + Math.floor(dot / width)) * COLUMNS + left + (dot % width);
  });
}
