import type { DeviceClock } from "../clock.ts";
import { type Frame, HardwareFault, type Screen } from "../device.ts";
import type { InputLine } from "../pins/lines.ts";
import { type Glass, screenOn } from "./glass.ts";
import { type Area, type Rotation, turned } from "./pixels.ts";
import { type Command, pause, reset, send, type Wires } from "./wires.ts";

/** Electronic paper of 400 × 300 dots, black and white, with an SSD1683 (the family of the SSD1680). Registers by its data sheet. */

export type PaperOptions = {
  readonly rotation: Rotation;
  readonly clock: DeviceClock;
  /** After so many quick pictures one with the whole waveform, which flickers and takes away what is left of the old ones. */
  readonly quickInARow: number;
};

/** Without a reset line it could not be woken from deep sleep. */
export type PaperWires = Wires & Required<Pick<Wires, "reset">> & { readonly busy: InputLine };

const WIDTH = 400;
const HEIGHT = 300;
const ROW_BYTES = WIDTH / 8;
/** As bright as this is white. */
const WHITE_FROM = 128;

const NEW_PICTURE = 0x24;
const OLD_PICTURE = 0x26;
const RESET_COMMAND: Command = { code: 0x12, pauseMs: 10 };
/** 300 gates; border as white; the temperature from the sensor inside; counting right and down over the whole. */
const START: readonly Command[] = [
  { code: 0x01, bytes: [0x2b, 0x01, 0x00] },
  { code: 0x3c, bytes: [0x01] },
  { code: 0x18, bytes: [0x80] },
  { code: 0x11, bytes: [0x03] },
  { code: 0x44, bytes: [0x00, 0x31] },
  { code: 0x45, bytes: [0x00, 0x00, 0x2b, 0x01] },
];
const TO_THE_BEGINNING: readonly Command[] = [
  { code: 0x4e, bytes: [0x00] },
  { code: 0x4f, bytes: [0x00, 0x00] },
];
/** What the old picture counts for (nothing; as it is), the stages with power up and down, and the start. */
const WHOLE_UPDATE: readonly Command[] = [
  { code: 0x21, bytes: [0x40, 0x00] },
  { code: 0x22, bytes: [0xf7] },
  { code: 0x20 },
];
const QUICK_UPDATE: readonly Command[] = [
  { code: 0x21, bytes: [0x00, 0x00] },
  { code: 0x22, bytes: [0xff] },
  { code: 0x20 },
];
const DEEP_SLEEP: Command = { code: 0x10, bytes: [0x01] };

/** A whole picture takes up to 4 s at room temperature, and longer in the cold. */
const BUSY_MS = 20_000;
const LOOK_MS = 10;

/** Takes the wires over, also when it rejects with `HardwareFault`. The picture stays when everything is off. */
export async function openPaper(options: PaperOptions, wires: PaperWires): Promise<Screen> {
  const glass = new PaperGlass(options, wires);
  try {
    await glass.wake();
  } catch (error) {
    await glass.close();
    throw error;
  }
  return screenOn(glass);
}

class PaperGlass implements Glass {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly #options: PaperOptions;
  readonly #wires: PaperWires;
  /** Pictures until the next whole one; 0 when nobody knows what is on the paper. */
  #quickLeft = 0;
  #isAwake = false;

  constructor(options: PaperOptions, wires: PaperWires) {
    this.name = `SSD1683 on ${wires.bus.name}`;
    const isAcross = options.rotation === 90 || options.rotation === 270;
    [this.width, this.height] = isAcross ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT];
    this.#options = options;
    this.#wires = wires;
  }

  async wake(): Promise<void> {
    await reset(this.#options.clock, this.#wires.reset);
    await this.#idle();
    await this.#do(RESET_COMMAND);
    await this.#idle();
    for (const command of START) await this.#do(command);
    this.#isAwake = true;
  }

  /** The paper takes as long for a corner as for the whole, and 15,000 bytes take 12 ms: all of it is sent. */
  async paint(frame: Frame, _: Area): Promise<void> {
    const quickLeft = this.#quickLeft;
    this.#quickLeft = 0;
    if (!this.#isAwake) await this.wake();
    this.#isAwake = false;
    const dots = dotsOf(turned(frame, this.#options.rotation));
    await this.#write(NEW_PICTURE, dots);
    for (const command of quickLeft > 0 ? QUICK_UPDATE : WHOLE_UPDATE) await this.#do(command);
    await this.#idle();
    await this.#write(OLD_PICTURE, dots);
    this.#isAwake = true;
    this.#quickLeft = quickLeft > 0 ? quickLeft - 1 : this.#options.quickInARow;
  }

  /** Voltage left on the paper spoils it: it is put to sleep. */
  async close(): Promise<void> {
    const { bus, dc, reset, busy } = this.#wires;
    try {
      await this.#do(DEEP_SLEEP);
    } catch {
      // It is left all the same.
    } finally {
      await bus.close();
      dc.close();
      reset.close();
      busy.close();
    }
  }

  async #write(memory: number, dots: Buffer): Promise<void> {
    for (const command of TO_THE_BEGINNING) await this.#do(command);
    await send(this.#wires, Buffer.of(memory), dots);
  }

  async #do({ code, bytes = [], pauseMs }: Command): Promise<void> {
    await send(this.#wires, Buffer.of(code), Buffer.from(bytes));
    if (pauseMs !== undefined) await pause(this.#options.clock, pauseMs);
  }

  /** Looks a moment later, for the line needs some microseconds to rise. */
  async #idle(): Promise<void> {
    for (let waitedMs = 0; waitedMs < BUSY_MS; waitedMs += LOOK_MS) {
      await pause(this.#options.clock, LOOK_MS);
      if (!this.#wires.busy.isActive()) return;
    }
    throw new HardwareFault(`${this.name} says busy for ${BUSY_MS / 1_000} s: are BUSY and RESET wired as configured?`);
  }
}

/** One bit a dot, 1 is white, the highest bit on the left. */
function dotsOf({ rgba }: Frame): Buffer {
  const dots = Buffer.alloc(ROW_BYTES * HEIGHT);
  for (let dot = 0; dot < WIDTH * HEIGHT; dot += 1) {
    if (brightness(rgba, dot * 4) >= WHITE_FROM) dots[dot >> 3] = (dots[dot >> 3] ?? 0) | (0x80 >> (dot & 7));
  }
  return dots;
}

/** 0 to 255, as the eye weighs the colours (ITU-R BT.601). */
const brightness = (rgba: Uint8ClampedArray, at: number): number =>
  ((rgba[at] ?? 0) * 77 + (rgba[at + 1] ?? 0) * 150 + (rgba[at + 2] ?? 0) * 29) >> 8;
