import { createHash } from "node:crypto";
import type { Clock } from "../../../protocol/time.ts";
import { networkOf } from "../../pay/throttle.ts";
import type { Transaction } from "../../store/query.ts";
import type { Store } from "../../store/store.ts";
import type { Tables } from "../../store/tables.ts";

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
   * how many milliseconds the next may come. Whether the account exists makes no difference. Who has to wait costs no commit.
   */
  async begin(account: string, address: string): Promise<number> {
    const keys = keysOf(account, address);
    const waitMs = await this.#pauseOf(keys);
    return waitMs > 0 ? waitMs : this.#count(keys);
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

  async #pauseOf(keys: readonly Key[]): Promise<number> {
    const names = keys.map(({ key }) => key);
    const rows = await this.#store.selectFrom("sign_in_tries").select("until_ms").where("key", "in", names).execute();
    return longestOf(rows, this.#clock.wall());
  }

  /** Under all three rows, always taken in one order: other backends count before or after. */
  #count(keys: readonly Key[]): Promise<number> {
    const now = this.#clock.wall();
    return this.#store.transaction().execute(async (whole) => {
      const rows: Row[] = [];
      for (const { key } of keys) rows.push(await taken(whole, key));
      const waitMs = longestOf(rows, now);
      if (waitMs > 0) return waitMs;
      for (const [nth, { key, patience }] of keys.entries()) {
        const row = rows[nth];
        const isForgotten = row === undefined || row.last_ms < now - FORGOTTEN_MS;
        const failures = isForgotten ? 1 : row.failures + 1;
        const counted = { failures, last_ms: now, until_ms: now + pauseMs(failures, patience) };
        await whole.updateTable("sign_in_tries").set(counted).where("key", "=", key).execute();
      }
      return 0;
    });
  }
}

type Row = Pick<Tables["sign_in_tries"], "failures" | "last_ms" | "until_ms">;

/** The row, which nobody else changes until the transaction ends. */
async function taken(whole: Transaction<Tables>, key: string): Promise<Row> {
  await whole
    .insertInto("sign_in_tries")
    .values({ key, failures: 0, last_ms: 0, until_ms: 0 })
    .onConflict((known) => known.column("key").doNothing())
    .execute();
  return whole
    .updateTable("sign_in_tries")
    .set((row) => ({ failures: row.ref("failures") }))
    .where("key", "=", key)
    .returning(["failures", "last_ms", "until_ms"])
    .executeTakeFirstOrThrow();
}

const longestOf = (rows: readonly Pick<Row, "until_ms">[], now: number): number =>
  Math.max(0, ...rows.map(({ until_ms }) => until_ms - now));

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
