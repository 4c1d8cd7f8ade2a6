import type { DeviceClock } from "../clock.ts";
import type { Frame, Screen } from "../device.ts";
import {
  COLUMNS,
  DISPLAY_OFF,
  DISPLAY_ON,
  INVERSION_OFF,
  INVERSION_ON,
  MEMORY_ACCESS,
  MEMORY_WRITE,
  type Panel,
  ROWS,
  SLEEP_IN,
  SOFT_RESET,
  type Turn,
  turnOf,
} from "./controllers.ts";
import { type Glass, openGlass } from "./glass.ts";
import { type Area, packer, type Rotation } from "./pixels.ts";
import { type Command, pause, reset, send, type Wires } from "./wires.ts";

export type PanelOptions = { readonly panel: Panel; readonly rotation: Rotation; readonly clock: DeviceClock };

/** After a reset by command, as long as from sleep. */
const AFTER_RESET_MS = 120;

/** A colour panel on SPI, awake and dark until its first picture. Takes the wires over, also when it rejects with `HardwareFault`. */
export const openPanel = (options: PanelOptions, wires: Wires): Promise<Screen> =>
  openGlass(new PanelGlass(options, wires));

class PanelGlass implements Glass {
  readonly name: string;
  readonly #options: PanelOptions;
  readonly #wires: Wires;
  readonly #turn: Turn;
  readonly #pack: (frame: Frame, area: Area) => Buffer;
  /** `lost`: an error came between, and nobody knows what the controller has heard. */
  #state: "lost" | "dark" | "lit" = "lost";

  constructor(options: PanelOptions, wires: Wires) {
    this.name = `${options.panel.controller} on ${wires.bus.name}`;
    this.#options = options;
    this.#wires = wires;
    this.#turn = turnOf(options.panel, options.rotation);
    this.#pack = packer(options.panel.format);
  }

  get width(): number {
    return this.#turn.width;
  }

  get height(): number {
    return this.#turn.height;
  }

  async wake(): Promise<void> {
    const { panel, clock } = this.#options;
    if (this.#wires.reset === undefined) await this.#do({ code: SOFT_RESET, pauseMs: AFTER_RESET_MS });
    else await reset(clock, this.#wires.reset);
    for (const command of panel.start) await this.#do(command);
    await this.#do({ code: MEMORY_ACCESS, bytes: [this.#turn.access] });
    await this.#do({ code: panel.isInverted ? INVERSION_ON : INVERSION_OFF });
    this.#state = "dark";
  }

  /** What a memory holds after power-on is noise: it is lit when the first picture is in it. */
  async paint(frame: Frame, area: Area): Promise<void> {
    const before = this.#state;
    this.#state = "lost";
    if (before === "lost") await this.wake();
    await this.#write(frame, area);
    if (before !== "lit") {
      await this.#do({ code: DISPLAY_ON });
      this.#wires.backlight?.set(true);
    }
    this.#state = "lit";
  }

  async close(): Promise<void> {
    const { bus, dc, reset, backlight } = this.#wires;
    try {
      backlight?.close();
      await this.#do({ code: DISPLAY_OFF });
      await this.#do({ code: SLEEP_IN });
    } catch {
      // It is left all the same.
    } finally {
      await bus.close();
      dc.close();
      reset?.close();
    }
  }

  async #write(frame: Frame, { x, y, width, height }: Area): Promise<void> {
    const { left, top } = this.#turn;
    await this.#do({ code: COLUMNS, bytes: span(left + x, width) });
    await this.#do({ code: ROWS, bytes: span(top + y, height) });
    const pixels = this.#pack(frame, { x, y, width, height });
    await send(this.#wires, this.#registers([MEMORY_WRITE]), pixels, this.#options.panel.format.bytes);
  }

  async #do({ code, bytes = [], pauseMs }: Command): Promise<void> {
    await send(this.#wires, this.#registers([code]), this.#registers(bytes));
    if (pauseMs !== undefined) await pause(this.#options.clock, pauseMs);
  }

  #registers(bytes: readonly number[]): Buffer {
    return Buffer.from(this.#options.panel.registerBits === 16 ? bytes.flatMap((byte) => [0, byte]) : bytes);
  }
}

/** The first and the last address, high bytes first. */
function span(from: number, length: number): readonly number[] {
  const to = from + length - 1;
  return [from >> 8, from & 0xff, to >> 8, to & 0xff];
}
