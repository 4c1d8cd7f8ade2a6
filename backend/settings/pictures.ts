import { putNewest } from "../../host/newest.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { CareBody, ReportBody } from "../../protocol/statements.ts";
import { type Clock, type Instant, sinceMs } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";

/** What a stand's glass showed. */
export type Picture = {
  /** Absent where there is no glass. */
  readonly png?: Uint8Array;
  readonly page: string;
  /** When it came, on the clock that the backends share. */
  readonly atMs: number;
  /** Whether it is the answer to this very question. */
  readonly isFresh: boolean;
};

export type PicturesParts = {
  readonly store: Store;
  readonly clock: Clock;
  say(stand: StandId, body: CareBody): Promise<boolean>;
  /** A text that nobody had before. */
  newId(): string;
  /** On the clock that the backends share. */
  nowMs(): number;
};

type SeenBody = Extract<ReportBody, { type: "seen" }>;

/** When a stand was asked last, and which answer was there before. */
type Asked = { readonly at: Instant; readonly before: Promise<string | undefined> };

const LOOK_AGAIN_MS = 250;
/** Viewers of one stand share a question that is so young. */
const SHARE_MS = 1_000;
/** Who has asked too long ago is forgotten. */
const ASKED_BOUND = 1_000;

/** Pictures of what stands show. The answer may reach another backend, so it is looked for in the store. */
export class Pictures {
  readonly #parts: PicturesParts;
  readonly #asked = new Map<StandId, Asked>();
  readonly #waiting = new Map<StandId, Set<() => void>>();

  constructor(parts: PicturesParts) {
    this.#parts = parts;
  }

  /** A stand has answered; the last picture of each is kept. */
  async heard(stand: StandId, { png, page }: SeenBody): Promise<void> {
    const { store, newId, nowMs } = this.#parts;
    const row = { answer: newId(), png: png ?? null, page, at_ms: nowMs() };
    await store
      .insertInto("pictures")
      .values({ stand, ...row })
      .onConflict((known) => known.column("stand").doUpdateSet(row))
      .execute();
    for (const wake of this.#waiting.get(stand) ?? []) wake();
  }

  /** The last one, however old. */
  async last(stand: StandId): Promise<Picture | undefined> {
    return (await this.#find(stand))?.picture;
  }

  /** Asks the stand, and waits so long for its answer; then the last one that there is, which is not fresh. */
  async freshPicture(stand: StandId, withinMs: number): Promise<Picture | undefined> {
    const { clock } = this.#parts;
    const begun = clock.now();
    const before = await this.#ask(stand, begun);
    for (;;) {
      const found = await this.#find(stand);
      if (found !== undefined && found.answer !== before) return { ...found.picture, isFresh: true };
      const leftMs = withinMs - (sinceMs(begun, clock.now()) ?? withinMs);
      if (leftMs <= 0) return found?.picture;
      await this.#wait(stand, Math.min(leftMs, LOOK_AGAIN_MS));
    }
  }

  /** Resolves to the answer that was there before the question. */
  #ask(stand: StandId, now: Instant): Promise<string | undefined> {
    const last = this.#asked.get(stand);
    const ageMs = last === undefined ? undefined : sinceMs(last.at, now);
    if (last !== undefined && ageMs !== undefined && ageMs < SHARE_MS) return last.before;
    const before = this.#askNow(stand);
    putNewest(this.#asked, stand, { at: now, before }, ASKED_BOUND);
    return before;
  }

  async #askNow(stand: StandId): Promise<string | undefined> {
    const before = (await this.#find(stand))?.answer;
    await this.#parts.say(stand, { type: "look" });
    return before;
  }

  /** Until the stand has answered this backend, or it is time to look whether it answered another one. */
  #wait(stand: StandId, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(stand) ?? new Set();
      this.#waiting.set(stand, waiting);
      const wake = (): void => {
        stop();
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(stand);
        resolve();
      };
      const stop = this.#parts.clock.after(ms, wake);
      waiting.add(wake);
    });
  }

  async #find(stand: StandId): Promise<{ readonly answer: string; readonly picture: Picture } | undefined> {
    const { store } = this.#parts;
    const row = await store.selectFrom("pictures").where("stand", "=", stand).selectAll().executeTakeFirst();
    if (row === undefined) return undefined;
    const { answer, png, page, at_ms } = row;
    const image = png === null ? {} : { png: Buffer.from(png, "base64url") };
    return { answer, picture: { ...image, page, atMs: at_ms, isFresh: false } };
  }
}
