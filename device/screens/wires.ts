import type { DeviceClock } from "../clock.ts";
import type { OutputLine } from "../pins/lines.ts";
import type { SpiBus } from "./spi.ts";

/** What a panel hangs on. `reset` is active low, so that active means reset; `dc` is active, high, for data. */
export type Wires = {
  readonly bus: SpiBus;
  readonly dc: OutputLine;
  /** Without one the panel is reset by command. */
  readonly reset?: OutputLine;
  readonly backlight?: OutputLine;
};

/** A register with its bytes. `pauseMs`: what the data sheet wants between it and the next. */
export type Command = { readonly code: number; readonly bytes?: readonly number[]; readonly pauseMs?: number };

export const pause = (clock: DeviceClock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

/** The reset line is low for so long (the controllers want 10 µs, some boards' filters more), and then rests. */
const RESET_MS = 10;
const AFTER_RESET_MS = 120;

export async function reset(clock: DeviceClock, line: OutputLine): Promise<void> {
  line.set(true);
  await pause(clock, RESET_MS);
  line.set(false);
  await pause(clock, AFTER_RESET_MS);
}

/** D/C low, the register; D/C high, its bytes. Each transfer is waited for: D/C must stand still while one runs. */
export async function send({ bus, dc }: Wires, register: Buffer, bytes: Buffer, together = 1): Promise<void> {
  dc.set(false);
  await bus.send(register);
  if (bytes.length === 0) return;
  dc.set(true);
  for (const piece of pieces(bytes, bus.longest, together)) await bus.send(piece);
}

/** Pieces of at most `longest` bytes; bytes that belong together, `together` of them, are not torn. */
function* pieces(bytes: Buffer, longest: number, together: number): Generator<Buffer> {
  const size = Math.max(together, longest - (longest % together));
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
