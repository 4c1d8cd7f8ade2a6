import { createHash } from "node:crypto";
import type { Clock } from "../../../protocol/time.ts";
import { networkOf } from "../../pay/throttle.ts";
import type { Store } from "../../store/store.ts";
import { isTaken } from "../../store/taken.ts";

/** How many failures are free, and how long the longest pause is after more of them; pauses double from one second on. */
type Patience = { readonly free: number; readonly longestMs: number };

/**
 * `pair`: one account from one network. `network`: any accounts from it. `account`: from anywhere, and never for long, because
 * otherwise anybody could keep its owner out.
 */
const PATIENCE = {
  pair: { free: 5, longestMs: 15 * 60_000 },
  network: { free: 20, longestMs: 15 * 60_000 },
  account: { free: 50, longestMs: 30_000 },
} as const satisfies Readonly<Record<string, Patience>>;

const FORGOTTEN_MS = 24 * 3_600_000;
const RACES = 8;
/** Who tries from more networks than this has other means; the longest quiet are forgotten. */
const BOUND = 100_000;

type Key = { readonly key: string; readonly patience: Patience };

/** What sign-ins that failed cost those who come after, over all backends. */
export class Tries {
  readonly #store: Store;
  readonly #clock: Pick<Clock, "wall">;

  constructor({ store, clock }: { readonly store: Store; readonly clock: Pick<Clock, "wall"> }) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Counts a try as failed before it is looked at, so that many at once count as many. Answers 0 where it may be looked at, else in
   * how many milliseconds the next may come. Whether the account exists makes no difference.
   */
  async begin(account: string, address: string): Promise<number> {
    for (const key of keysOf(account, address)) {
      const waitMs = await this.#count(key);
      if (waitMs > 0) return waitMs;
    }
    return 0;
  }

  /** It was the right password: this account's failures from here are forgotten, and the try itself. */
  async succeed(account: string, address: string): Promise<void> {
    const [pair, ...others] = keysOf(account, address);
    if (pair !== undefined) await this.#store.deleteFrom("sign_in_tries").where("key", "=", pair.key).execute();
    for (const { key } of others) {
      await this.#store
        .updateTable("sign_in_tries")
        .set((row) => ({ failures: row("failures", "-", 1), until_ms: 0 }))
        .where("key", "=", key)
        .where("failures", ">", 0)
        .execute();
    }
  }

  async sweep(): Promise<void> {
    const store = this.#store;
    await store
      .deleteFrom("sign_in_tries")
      .where("last_ms", "<", this.#clock.wall() - FORGOTTEN_MS)
      .execute();
    const surplus = await store
      .selectFrom("sign_in_tries")
      .select("last_ms")
      .orderBy("last_ms", "desc")
      .offset(BOUND)
      .limit(1)
      .executeTakeFirst();
    if (surplus !== undefined)
      await store.deleteFrom("sign_in_tries").where("last_ms", "<=", surplus.last_ms).execute();
  }

  /** Another backend may count at the same time: whoever finds another count than it has read reads anew. */
  async #count(key: Key): Promise<number> {
    for (let race = 0; race < RACES; race += 1) {
      const counted = await this.#countOnce(key);
      if (counted !== "raced") return counted;
    }
    return 1_000;
  }

  async #countOnce({ key, patience }: Key): Promise<number | "raced"> {
    const now = this.#clock.wall();
    const found = await this.#store.selectFrom("sign_in_tries").selectAll().where("key", "=", key).executeTakeFirst();
    if (found === undefined) return this.#insert(key, now);
    const isForgotten = found.last_ms < now - FORGOTTEN_MS;
    if (!isForgotten && found.until_ms > now) return found.until_ms - now;
    const failures = isForgotten ? 1 : found.failures + 1;
    const done = await this.#store
      .updateTable("sign_in_tries")
      .set({ failures, last_ms: now, until_ms: now + pauseMs(failures, patience) })
      .where("key", "=", key)
      .where("failures", "=", found.failures)
      .where("until_ms", "=", found.until_ms)
      .executeTakeFirst();
    return done.numUpdatedRows === 1n ? 0 : "raced";
  }

  async #insert(key: string, now: number): Promise<number | "raced"> {
    try {
      await this.#store.insertInto("sign_in_tries").values({ key, failures: 1, last_ms: now, until_ms: 0 }).execute();
      return 0;
    } catch (error) {
      if (isTaken(error)) return "raced";
      throw error;
    }
  }
}

/** After this many failures. */
export const pauseMs = (failures: number, { free, longestMs }: Patience): number =>
  failures < free ? 0 : Math.min(longestMs, 1_000 * 2 ** Math.min(30, failures - free));

/** What was typed as a name may be a password: it is not stored as it is. */
function keysOf(account: string, address: string): readonly Key[] {
  const [name, network] = [digest(account), networkOf(address)];
  return [
    { key: `pair ${name} ${network}`, patience: PATIENCE.pair },
    { key: `network ${network}`, patience: PATIENCE.network },
    { key: `account ${name}`, patience: PATIENCE.account },
  ];
}

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 22);
