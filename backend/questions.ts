import { putNewest } from "../host/newest.ts";
import type { OrderId } from "../protocol/ids.ts";
import { type Clock, type Instant, later, leftMs } from "../protocol/time.ts";
import { CLOSEST_ASK_MS } from "./ledger/effects.ts";
import type { Merchants } from "./merchants/merchants.ts";
import type { Attempt, Standing } from "./providers/provider.ts";

/** A standing, or in how long the provider may be asked for it. */
export type Looked = Standing | { readonly againMs: number };

export type QuestionsParts = {
  readonly clock: Pick<Clock, "now">;
  readonly merchants: Pick<Merchants, "provider">;
};

/** How many orders' last questions are remembered, to keep their distance; the oldest are forgotten. */
const ASKED_BOUND = 10_000;

/** Asks providers how attempts stand, of one order never sooner than `CLOSEST_ASK_MS` after the last time, whoever wants to know. */
export class Questions {
  readonly #parts: QuestionsParts;
  readonly #askedAt = new Map<OrderId, Instant>();

  constructor(parts: QuestionsParts) {
    this.#parts = parts;
  }

  async ask(attempt: Attempt, signal: AbortSignal): Promise<Looked> {
    const { clock, merchants } = this.#parts;
    const now = clock.now();
    const last = this.#askedAt.get(attempt.order);
    const tooEarlyMs = last === undefined ? 0 : leftMs(later(last, CLOSEST_ASK_MS), now);
    if (tooEarlyMs > 0) return { againMs: tooEarlyMs };
    putNewest(this.#askedAt, attempt.order, now, ASKED_BOUND);
    return merchants.provider(attempt.merchant).standing(attempt, signal);
  }
}
