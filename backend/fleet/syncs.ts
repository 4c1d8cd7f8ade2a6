import type { Log } from "../../host/log.ts";
import { Seldom } from "../../host/seldom.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { UpBody } from "../../protocol/statements.ts";
import type { Clock, Instant, Stop } from "../../protocol/time.ts";
import { type Look, look } from "../bucket.ts";

export type SyncBody = Extract<UpBody, { type: "sync" }>;

export type SyncsParts = {
  readonly clock: Clock;
  readonly log: Log;
  /** Gives the stand the backend's word on these orders; resolves when it is on disk. */
  perform(stand: StandId, body: SyncBody): Promise<void>;
};

/** A stand whose network flaps has its word anew so often at once; then every five seconds. */
const PACE = { intervalMs: 5_000, burst: 5 };

type PutOff = { readonly body: SyncBody; readonly stop: Stop };

/**
 * Bounds what one stand can make the books do by connecting: each sync reads and writes up to two hundred orders. Of those that
 * come too often the last one counts, a little later; that harms nothing, because what the stand hears then it either knows or
 * needs. One entry for each stand.
 */
export class Syncs {
  readonly #parts: SyncsParts;
  readonly #seldom: Seldom;
  /** When the stand may sync as often as ever again. */
  readonly #restedAt = new Map<StandId, Instant>();
  readonly #putOff = new Map<StandId, PutOff>();

  constructor(parts: SyncsParts) {
    this.#parts = parts;
    this.#seldom = new Seldom(parts);
  }

  /** How many stands wait. */
  get waiting(): number {
    return this.#putOff.size;
  }

  /** Resolves when it is done, or put off. Rejects with what `perform` does. */
  async hear(stand: StandId, body: SyncBody): Promise<void> {
    const waiting = this.#putOff.get(stand);
    const { waitMs } = this.#look(stand);
    if (waiting === undefined && waitMs === 0) return this.#perform(stand, body);
    this.#seldom.warn("a stand connects too often: its syncs are put off", { stand });
    const lost = body.lost || waiting?.body.lost === true;
    const stop = waiting?.stop ?? this.#parts.clock.after(waitMs, () => this.#takeUp(stand));
    this.#putOff.set(stand, { body: { ...body, lost }, stop });
  }

  /** What is put off is not done: a stand syncs anew with whoever comes next. */
  stop(): void {
    for (const { stop } of this.#putOff.values()) stop();
    this.#putOff.clear();
  }

  #look(stand: StandId): Look {
    return look(PACE, this.#restedAt.get(stand), this.#parts.clock.now());
  }

  #perform(stand: StandId, body: SyncBody): Promise<void> {
    this.#restedAt.set(stand, this.#look(stand).next);
    return this.#parts.perform(stand, body);
  }

  #takeUp(stand: StandId): void {
    const body = this.#putOff.get(stand)?.body;
    this.#putOff.delete(stand);
    if (body === undefined) return;
    this.#perform(stand, body).catch((error: unknown) => this.#parts.log.warn("sync not done", { stand, error }));
  }
}
