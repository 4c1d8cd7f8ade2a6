import type { DeviceClock } from "../clock.ts";
import { type Frame, HardwareFault, type Screen } from "../device.ts";
import type { InputLine } from "../pins/lines.ts";
import { Dots } from "./dots.ts";
import { type Glass, openGlass } from "./glass.ts";
import { type Paper, type Step, windowBytes } from "./papers.ts";
import { type Area, type Rotation, turned } from "./pixels.ts";
import { pause, reset, send, type Wires } from "./wires.ts";

export type PaperOptions = {
  readonly paper: Paper;
  readonly rotation: Rotation;
  readonly clock: DeviceClock;
  /** After so many quick pictures one with the whole waveform. */
  readonly quickInARow: number;
};

/** Without a reset line it could not be woken from deep sleep. `busy` is active while the paper works. */
export type PaperWires = Wires & Required<Pick<Wires, "reset">> & { readonly busy: InputLine };

/** A whole picture takes up to 4 s at room temperature, and longer in the cold. */
const BUSY_MS = 20_000;
const LOOK_MS = 10;
/** One that never rests shall not keep the daemon from ending. */
const FAREWELL_MS = 2_000;

/** Takes the wires over, also when it rejects with `HardwareFault`. The picture stays when everything is off. */
export const openPaper = (options: PaperOptions, wires: PaperWires): Promise<Screen> =>
  openGlass(new PaperGlass(options, wires));

/** What is to be seen, what was, and the part of it that a step is about. */
type Picture = { readonly now: Dots; readonly before: Dots; readonly window: Area };

class PaperGlass implements Glass {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly #options: PaperOptions;
  readonly #wires: PaperWires;
  /** Pictures until the next whole one. */
  #quickLeft = 0;
  /** What is on the paper; `undefined` when nobody knows. */
  #shown: Dots | undefined;
  #isAwake = false;
  #patienceMs = BUSY_MS;

  constructor(options: PaperOptions, wires: PaperWires) {
    const { paper, rotation } = options;
    this.name = `${paper.controller} on ${wires.bus.name}`;
    const isAcross = rotation === 90 || rotation === 270;
    [this.width, this.height] = isAcross ? [paper.height, paper.width] : [paper.width, paper.height];
    this.#options = options;
    this.#wires = wires;
  }

  async wake(): Promise<void> {
    await reset(this.#options.clock, this.#wires.reset);
    await this.#idle();
    await this.#follow(this.#options.paper.wake);
    this.#isAwake = true;
  }

  /** What changes no dot of black and white is there already. */
  async paint(frame: Frame, _: Area): Promise<void> {
    const { paper, rotation, quickInARow } = this.#options;
    const shown = this.#shown;
    const now = Dots.of(turned(frame, rotation));
    const changed = shown === undefined ? now.whole : now.changedSince(shown);
    if (changed === undefined) return;
    this.#shown = undefined;
    if (!this.#isAwake) await this.wake();
    this.#isAwake = false;
    const isQuick = shown !== undefined && this.#quickLeft > 0;
    const before = shown ?? Dots.white(paper.width, paper.height);
    const window = isQuick && paper.hasWindow ? changed : now.whole;
    await this.#follow(isQuick ? paper.quick : paper.whole, { now, before, window });
    this.#isAwake = true;
    this.#shown = now;
    this.#quickLeft = isQuick ? this.#quickLeft - 1 : quickInARow;
  }

  async close(): Promise<void> {
    const { bus, dc, reset, busy } = this.#wires;
    this.#patienceMs = FAREWELL_MS;
    try {
      await this.#follow(this.#options.paper.sleep);
    } catch {
      // It is left all the same.
    } finally {
      await bus.close();
      dc.close();
      reset.close();
      busy.close();
    }
  }

  async #follow(steps: readonly Step[], picture?: Picture): Promise<void> {
    for (const step of steps) {
      if ("sends" in step || "frames" in step) await this.#show(step, picture);
      else await this.#do(step);
    }
  }

  async #show(step: Extract<Step, { sends: unknown } | { frames: unknown }>, picture?: Picture): Promise<void> {
    if (picture === undefined) return;
    const { window } = picture;
    if ("frames" in step) await send(this.#wires, Buffer.of(step.frames), Buffer.from(windowBytes(window)));
    else await send(this.#wires, Buffer.of(step.code), picture[step.sends].within(window));
  }

  async #do({
    code,
    bytes = [],
    pauseMs,
    waits,
  }: Exclude<Step, { sends: unknown } | { frames: unknown }>): Promise<void> {
    await send(this.#wires, Buffer.of(code), Buffer.from(bytes));
    if (pauseMs !== undefined) await pause(this.#options.clock, pauseMs);
    if (waits) await this.#idle();
  }

  /** Looks a moment later, for the line needs some microseconds to move. */
  async #idle(): Promise<void> {
    for (let waitedMs = 0; waitedMs < this.#patienceMs; waitedMs += LOOK_MS) {
      await pause(this.#options.clock, LOOK_MS);
      if (!this.#wires.busy.isActive()) return;
    }
    throw new HardwareFault(
      `${this.name} says busy for ${this.#patienceMs / 1_000} s: are BUSY and RESET wired as configured?`,
    );
  }
}
