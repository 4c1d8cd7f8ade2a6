import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { ReportBody } from "../../protocol/statements.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { heardUsing, type Said } from "./book.ts";
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

const WRITE_MS = 500;
const AT_ONCE = 200;

/**
 * Takes in what stands say of themselves. The link that it comes by carries orders, one message after the other, so nothing of this waits
 * for the store: what stands use, the last word of each, is written twice a second in one commit, and tried again when the
 * store fails; when ten thousand stands are back at once that is fifty commits. What a crash takes is said anew: a stand that is told what it has already says so. A
 * picture that cannot be written is lost, and asked for anew.
 */
export class Reports {
  readonly #parts: ReportsParts;
  /** By stand, so bounded by the stands whose seals are believed. */
  readonly #unwritten = new Map<StandId, Said>();
  readonly #stop: Stop;

  constructor(parts: ReportsParts) {
    const { clock, log } = parts;
    this.#parts = parts;
    const round = {
      firstMs: WRITE_MS,
      everyMs: WRITE_MS,
      what: "what stands use not written",
      run: () => this.#write(),
    };
    this.#stop = every(clock, log, round);
  }

  /** Writes what waits; what the store does not take is lost. */
  async stop(): Promise<void> {
    this.#stop();
    await this.#write().catch((error: unknown) => this.#parts.log.warn("what stands use not written", { error }));
  }

  /** Never rejects. */
  async hear(stand: StandId, body: ReportBody): Promise<void> {
    const { log, pictures, nowMs } = this.#parts;
    if (body.type === "using") {
      this.#unwritten.set(stand, { stand, body, atMs: nowMs() });
      return;
    }
    await pictures.heard(stand, body).catch((error: unknown) => log.warn("picture not written", { stand, error }));
  }

  async #write(): Promise<void> {
    const { store, pusher } = this.#parts;
    const waiting = [...this.#unwritten.values()].sort((one, other) => (one.stand < other.stand ? -1 : 1));
    for (let from = 0; from < waiting.length; from += AT_ONCE) {
      const said = waiting.slice(from, from + AT_ONCE);
      await heardUsing(store, said);
      // Some may have said something newer meanwhile.
      for (const each of said) if (this.#unwritten.get(each.stand) === each) this.#unwritten.delete(each.stand);
      pusher.look(said.map(({ stand }) => stand));
    }
  }
}
