import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { ReportBody, UsingBody } from "../../protocol/statements.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { heardUsing } from "./book.ts";
import type { Pictures } from "./pictures.ts";
import type { Pusher } from "./pusher.ts";

export type ReportsParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly pictures: Pick<Pictures, "heard">;
  readonly pusher: Pick<Pusher, "look">;
  /** On the clock that the backends share. */
  nowMs(): number;
};

const AGAIN_MS = 10_000;

/**
 * Takes in what stands say of themselves. The link that it comes by carries orders, so a store that fails holds nothing up: what a stand
 * uses is tried again, the last word of each; a picture is lost, and asked for anew.
 */
export class Reports {
  readonly #parts: ReportsParts;
  /** By stand, so bounded by the stands whose seals are believed. */
  readonly #unwritten = new Map<StandId, UsingBody>();
  readonly #stop: Stop;

  constructor(parts: ReportsParts) {
    const { clock, log } = parts;
    this.#parts = parts;
    const round = {
      firstMs: AGAIN_MS,
      everyMs: AGAIN_MS,
      what: "what stands use not written",
      run: () => this.#again(),
    };
    this.#stop = every(clock, log, round);
  }

  stop(): void {
    this.#stop();
  }

  /** Resolves when it is on disk, or waits to be. */
  async hear(stand: StandId, body: ReportBody): Promise<void> {
    const { log, pictures } = this.#parts;
    try {
      if (body.type === "seen") await pictures.heard(stand, body);
      else await this.#write(stand, body);
    } catch (error) {
      log.warn("what a stand said of itself not written", { stand, error });
      if (body.type === "using") this.#unwritten.set(stand, body);
    }
  }

  async #write(stand: StandId, body: UsingBody): Promise<void> {
    const { store, pusher, nowMs } = this.#parts;
    await heardUsing(store, stand, body, nowMs());
    this.#unwritten.delete(stand);
    pusher.look([stand]);
  }

  async #again(): Promise<void> {
    for (const [stand, body] of [...this.#unwritten]) {
      // It may have said something newer meanwhile.
      if (this.#unwritten.get(stand) === body) await this.#write(stand, body);
    }
  }
}
