import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import { Seldom } from "../../host/seldom.ts";
import type { StandId, StatementId } from "../../protocol/ids.ts";
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
const PICTURES_MS = 200;
/** A picture is ten kilobytes, and a commit. */
const PICTURES_AT_ONCE = 20;
const PICTURES_BOUND = 500;

type SeenBody = Extract<ReportBody, { type: "seen" }>;

/**
 * Takes in what stands say of themselves. The link that it comes by carries orders, one message after the other, so nothing of this waits
 * for the store, and however often a stand says something, the last word is what is written: what stands use twice a second in one
 * commit, tried again when the store fails; when ten thousand stands are back at once that is fifty commits. What a crash takes is said
 * anew: a stand that is told what it has already says so. Pictures are written five times a second, twenty at once; what does not find
 * room or cannot be written is lost, and asked for anew.
 */
export class Reports {
  readonly #parts: ReportsParts;
  readonly #seldom: Seldom;
  /** By stand, so bounded by the stands whose seals are believed. */
  readonly #unwritten = new Map<StandId, Said>();
  readonly #pictures = new Map<StandId, SeenBody>();
  readonly #stops: readonly Stop[];

  constructor(parts: ReportsParts) {
    const { clock, log } = parts;
    this.#parts = parts;
    this.#seldom = new Seldom(parts);
    const round = (everyMs: number, what: string, run: () => Promise<void>) =>
      every(clock, log, { firstMs: everyMs, everyMs, what, run });
    this.#stops = [
      round(WRITE_MS, "what stands use not written", () => this.#write()),
      round(PICTURES_MS, "pictures not written", () => this.#writePictures()),
    ];
  }

  /** How many stands' words, and pictures, wait to be written. */
  get waiting(): number {
    return this.#unwritten.size + this.#pictures.size;
  }

  /** Writes what waits; what the store does not take is lost. */
  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#write().catch((error: unknown) => this.#parts.log.warn("what stands use not written", { error }));
  }

  /** Never rejects. `id`: of the statement that said it. */
  async hear(stand: StandId, body: ReportBody, id?: StatementId): Promise<void> {
    if (body.type === "using")
      this.#unwritten.set(stand, { stand, body, atMs: this.#parts.nowMs(), ...(id && { id }) });
    else if (this.#pictures.size < PICTURES_BOUND || this.#pictures.has(stand)) this.#pictures.set(stand, body);
    else this.#seldom.warn("pictures dropped: more than can be written", { stand });
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

  async #writePictures(): Promise<void> {
    const { pictures } = this.#parts;
    for (const [stand, body] of [...this.#pictures].slice(0, PICTURES_AT_ONCE)) {
      this.#pictures.delete(stand);
      await pictures
        .heard(stand, body)
        .catch((error: unknown) => this.#seldom.warn("picture not written", { stand, error }));
    }
  }
}
