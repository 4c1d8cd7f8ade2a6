import type { StandId } from "../../protocol/ids.ts";
import type { Rupiah } from "../../protocol/rupiah.ts";
import type { Instant } from "../../protocol/time.ts";
import { type Look, look } from "../bucket.ts";
import type { MerchantId } from "../providers/provider.ts";

/** `aMinute` in the long run, `burst` at once after a quiet time; both 1 or more. */
export type Rate = { readonly aMinute: number; readonly burst: number };
/** Smallest and largest amount of one order. */
export type Bounds = { readonly least: Rupiah; readonly most: Rupiah };

export type AdmissionRules = {
  /** Asked for each charge: a stand that came just now is in it. */
  readonly stands: Pick<ReadonlyMap<StandId, Rate>, "get">;
  readonly merchants: ReadonlyMap<MerchantId, Rate & Bounds>;
};

/** `retryAfterMs`: as things are now, it would be admitted then. */
export type Admitted = "admitted" | "bad-amount" | { readonly retryAfterMs: number };

const MINUTE_MS = 60_000;
/** A charge, its end, and what was said a second time. */
const WORDS_A_CHARGE = 4;
/** More than a stand that was alone for days has to tell. */
const WORDS_AT_ONCE = 2_000;

/**
 * Which charges may go on to the provider, and how much of what a stand says of its orders is written into the books, so that a
 * broken or stolen stand can neither flood an account nor hold up the other stands. Touches nothing but the instants that it is
 * handed. Remembers two instants for each stand and one for each merchant of its rules; whoever is not in them is not bounded
 * here: he cannot speak, or has no account.
 */
export class Admission {
  readonly #rules: AdmissionRules;
  readonly #words = new Map<StandId, Instant>();
  readonly #stands = new Map<StandId, Instant>();
  readonly #merchants = new Map<MerchantId, Instant>();

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
  }

  /** Whether one more statement of the stand about an order is heard now; counts it if so. What is not heard comes again. */
  hears(stand: StandId, now: Instant): boolean {
    const rate = this.#rules.stands.get(stand);
    const words = rate && { aMinute: rate.aMinute * WORDS_A_CHARGE, burst: WORDS_AT_ONCE };
    const { waitMs = 0, next } = lookAt(words, this.#words.get(stand), now);
    if (waitMs > 0) return false;
    if (next !== undefined) this.#words.set(stand, next);
    return true;
  }

  /** Counts the charge when it is admitted, and not otherwise. */
  admit(stand: StandId, merchant: MerchantId, amount: Rupiah, now: Instant): Admitted {
    const bounds = this.#rules.merchants.get(merchant);
    if (bounds !== undefined && (amount < bounds.least || amount > bounds.most)) return "bad-amount";
    const own = lookAt(this.#rules.stands.get(stand), this.#stands.get(stand), now);
    const shared = lookAt(bounds, this.#merchants.get(merchant), now);
    const waitMs = Math.max(own.waitMs ?? 0, shared.waitMs ?? 0);
    if (waitMs > 0) return { retryAfterMs: Math.ceil(waitMs) };
    if (own.next !== undefined) this.#stands.set(stand, own.next);
    if (shared.next !== undefined) this.#merchants.set(merchant, shared.next);
    return "admitted";
  }
}

/** Whoever has no rate is not bounded. */
const lookAt = (rate: Rate | undefined, fullAt: Instant | undefined, now: Instant): Partial<Look> =>
  rate === undefined ? {} : look({ intervalMs: MINUTE_MS / rate.aMinute, burst: rate.burst }, fullAt, now);
