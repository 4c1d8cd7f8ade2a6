import type { DeviceClock } from "../clock.ts";
import { Dialogue } from "./dialogue.ts";
import type { OpenWire, Wire } from "./wire.ts";

/** Between two attempts to reach a printer that is not there. */
const PAUSE_MS = 1_000;
const GREETING_MS = 300;

export type ConnectionParts = {
  readonly open: OpenWire;
  readonly clock: DeviceClock;
  /** Once each time it changes: why the printer cannot be reached, or `undefined` that it can again. */
  tell(why: string | undefined): void;
  /** Said first to every printer that is reached. */
  readonly greeting?: Uint8Array;
};

/** The printer's wire: opened when it is needed and not there, after a pause where that failed. One thing at a time. */
export class Connection {
  #wire: Wire | undefined;
  #dialogue: Dialogue | undefined;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #why: string | undefined;
  #isClosed = false;
  readonly #parts: ConnectionParts;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** `undefined` when nobody is there. */
  async dialogue(): Promise<Dialogue | undefined> {
    if (this.#dialogue === undefined && this.#parts.clock.now().ms >= this.#notBeforeMs) await this.#open();
    return this.#dialogue;
  }

  /** Whatever is on its way to or from the printer is forgotten; the next that needs it begins anew. */
  async drop(): Promise<void> {
    const wire = this.#wire;
    this.#forget();
    await wire?.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.drop();
  }

  async #open(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#take(await this.#parts.open());
    } catch (error) {
      this.#notBeforeMs = this.#parts.clock.now().ms + PAUSE_MS;
      this.#learn(error instanceof Error ? error.message : String(error));
    }
  }

  async #take(wire: Wire): Promise<void> {
    if (this.#isClosed) {
      await wire.close();
      return;
    }
    this.#wire = wire;
    this.#dialogue = new Dialogue(wire, this.#parts.clock);
    wire.onGone(() => {
      if (this.#wire === wire) this.#forget();
      wire.close().catch(() => undefined);
    });
    this.#learn(undefined);
    if (this.#parts.greeting !== undefined) await wire.write(this.#parts.greeting, GREETING_MS);
  }

  #forget(): void {
    this.#wire = undefined;
    this.#dialogue = undefined;
  }

  #learn(why: string | undefined): void {
    if (why !== this.#why) this.#parts.tell(why);
    this.#why = why;
  }
}
