import type { Stop } from "../device.ts";

/** GPIO lines of one chip, by the numbers of its header (BCM on a Raspberry Pi). "Active" is what the wiring means, not a level. */

/** `as-is` leaves the resistor as the boot set it. */
export type Bias = "as-is" | "none" | "up" | "down";

export type InputOptions = {
  readonly line: number;
  /** Active when the wire is pulled to ground, as a button with a pull-up does. */
  readonly activeLow: boolean;
  readonly bias: Bias;
  /** A change counts when it has lasted so long. */
  readonly debounceMs: number;
};

export type OutputOptions = { readonly line: number; readonly activeLow: boolean };

export interface InputLine {
  isActive(): boolean;
  /** Every change that lasted, in order. Through sysfs those that came while this program was busy may be lost. */
  onChange(hear: (isActive: boolean) => void): Stop;
  close(): void;
}

/** Inactive from the moment it is taken. */
export interface OutputLine {
  set(isActive: boolean): void;
  /** Makes it inactive and gives it back. */
  close(): void;
}

/** Throws `HardwareFault`, which says which line, who holds it, and what to do. */
export interface Lines {
  /** Such as `/dev/gpiochip0 (pinctrl-bcm2711), character device`. */
  readonly where: string;
  input(options: InputOptions): InputLine;
  output(options: OutputOptions): OutputLine;
  /** Closes all lines that were taken. */
  close(): void;
}
