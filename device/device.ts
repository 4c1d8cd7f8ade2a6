import type { Slip } from "./drawing/slip.ts";

/** Undoes a subscription; calling it twice is harmless. */
export type Stop = () => void;

/** A picture for a screen: `width * height` pixels of R G B A, row by row from the top left. */
export type Frame = { readonly width: number; readonly height: number; readonly rgba: Uint8ClampedArray };

/** A picture for a printer: one byte a dot, 1 is black, row by row; `width` is at most the printer's `dots`. */
export type Strip = { readonly width: number; readonly height: number; readonly black: Uint8Array };

/** `unknown` is not `ready`: a printer that does not answer gets no work. */
export type Condition = "ready" | "paper-low" | "no-paper" | "cover-open" | "offline" | "overheated" | "unknown";

/** `unclear`: it broke off, and some of it may be on paper. */
export type Printed = "printed" | "no-paper" | "cover-open" | "offline" | "unclear";

export interface Screen {
  readonly width: number;
  readonly height: number;
  /** Fewest pixels a module of a QR code on this glass; three where it does not say. */
  readonly leastModule?: number;
  /** Resolves when the glass shows it. Frames must have the screen's size. Rejects with `HardwareFault`. */
  show(frame: Frame): Promise<void>;
  close(): Promise<void>;
}

export interface Printer {
  /** Dots across the paper: 384 on 58 mm, 576 on 80 mm. */
  readonly dots: number;
  /**
   * Prints and cuts. Never repeats by itself. `slip`: what `strip` is a drawing of, for printers that have letters and codes of
   * their own.
   */
  print(strip: Strip, slip?: Slip): Promise<Printed>;
  condition(): Promise<Condition>;
  close(): Promise<void>;
}

export interface Relay {
  /**
   * Closes the contact for `ms` milliseconds; resolves when it is open again. `label` names the order in the record of a
   * simulated relay. Two pulses of one relay never overlap: the second rejects. Rejects with `HardwareFault`.
   */
  pulse(ms: number, label: string): Promise<void>;
  /** Whether a pulse would work now, asked before money is taken. */
  ready(): Promise<boolean>;
  /** Opens the contact at once, whatever is under way, and closes the line. */
  close(): Promise<void>;
}

/** A button, a sensor or a door's switch, debounced both ways. "Active" is what the wiring means, not a level. */
export interface Input {
  /** Whether it is active now. Rejects with `HardwareFault`. */
  isActive(): Promise<boolean>;
  /** Every change that lasted, in order. */
  onChange(hear: (isActive: boolean) => void): Stop;
  /** Every time it becomes active; never for what was active before. */
  onPress(hear: () => void): Stop;
  close(): Promise<void>;
}

/** A lamp or a buzzer: nothing leaves by it, so that nobody guards it. Off from the moment it is opened. */
export interface Output {
  /** Rejects with `HardwareFault`. */
  set(isOn: boolean): Promise<void>;
  /** Switches it off. */
  close(): Promise<void>;
}

/** The hardware did not do what it promises; says what was tried on what, and what to do. */
export class HardwareFault extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "HardwareFault";
  }
}
