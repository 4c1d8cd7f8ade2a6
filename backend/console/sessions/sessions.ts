import type { Clock, Stop } from "../../../protocol/time.ts";
import type { Query } from "../../store/query.ts";
import type { Store } from "../../store/store.ts";
import type { Tables } from "../../store/tables.ts";
import type { Role } from "../api/words.ts";
import { csrfOf, hashOf, newToken } from "./tokens.ts";

/** Who is signed in, as the account is now. */
export type Signed = {
  readonly name: string;
  readonly role: Role;
  readonly csrf: string;
  readonly mustChangePassword: boolean;
  readonly isForeign: boolean;
  /** Names the session, and lets nobody in. */
  readonly session: string;
};

export type Lifetimes = {
  /** Without a call. */
  readonly idleMs: number;
  /** From its beginning, whatever is called. */
  readonly longestMs: number;
};

export type SessionsParts = {
  readonly store: Store;
  readonly clock: Pick<Clock, "wall">;
  readonly lifetimes: Lifetimes;
};

/** An idle session ends up to so much earlier than it might: not every call is worth a commit. */
const TOUCH_MS = 60_000;
const MOST_OF_ONE = 10;

/** The sessions of all backends: what counts is in the store, at every call. */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly #hearers = new Set<() => void>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** A new session, whatever the browser had before. The oldest of an account that has ten ends. Answers its id, for the cookie. */
  async begin(store: Query<Tables>, account: string, source: string): Promise<string> {
    const id = newToken();
    const now = this.#parts.clock.wall();
    await store
      .insertInto("sessions")
      .values({ hash: hashOf(id), account, begun_ms: now, seen_ms: now, source })
      .execute();
    const all = await store
      .selectFrom("sessions")
      .select("hash")
      .where("account", "=", account)
      .orderBy("begun_ms", "desc")
      .execute();
    const surplus = all.map(({ hash }) => hash).filter((hash) => hash !== hashOf(id));
    for (const hash of surplus.slice(MOST_OF_ONE - 1)) await endOne(store, hash);
    return id;
  }

  /** Whose session this is; nothing of one that is over. `isUse`: it counts as a call, and puts off the end. */
  async of(id: string | undefined, isUse = true): Promise<Signed | undefined> {
    if (id === undefined) return undefined;
    const hash = hashOf(id);
    const row = await this.#find([hash]).executeTakeFirst();
    if (row === undefined) return undefined;
    if (isUse) await this.#touch(hash, row.seen_ms);
    return {
      name: row.name,
      role: row.role,
      csrf: csrfOf(id),
      mustChangePassword: row.password_ends_ms !== null,
      isForeign: row.password === null,
      session: hash,
    };
  }

  /** Which of these last, and with which role now. */
  async lasting(hashes: readonly string[]): Promise<ReadonlyMap<string, Role>> {
    if (hashes.length === 0) return new Map();
    const rows = await this.#find(hashes).execute();
    return new Map(rows.map(({ hash, role }) => [hash, role]));
  }

  async end(session: string): Promise<void> {
    await endOne(this.#parts.store, session);
    this.changed();
  }

  /** Deletes what is over. */
  async sweep(): Promise<void> {
    const { idleMs, longestMs } = this.#parts.lifetimes;
    const now = this.#parts.clock.wall();
    await this.#parts.store
      .deleteFrom("sessions")
      .where((row) => row.or([row("begun_ms", "<=", now - longestMs), row("seen_ms", "<=", now - idleMs)]))
      .execute();
  }

  /** `hear` is told that sessions may have ended by this process. */
  onChange(hear: () => void): Stop {
    this.#hearers.add(hear);
    return () => void this.#hearers.delete(hear);
  }

  changed(): void {
    for (const hear of [...this.#hearers]) hear();
  }

  #find(hashes: readonly string[]) {
    const { store, clock, lifetimes } = this.#parts;
    const now = clock.wall();
    return store
      .selectFrom("sessions")
      .innerJoin("accounts", "accounts.name", "sessions.account")
      .select(["hash", "seen_ms", "name", "role", "password", "password_ends_ms"])
      .where("hash", "in", hashes)
      .where("is_disabled", "=", 0)
      .where("begun_ms", ">", now - lifetimes.longestMs)
      .where("seen_ms", ">", now - lifetimes.idleMs);
  }

  async #touch(hash: string, seenMs: number): Promise<void> {
    const now = this.#parts.clock.wall();
    if (now - seenMs < Math.min(TOUCH_MS, this.#parts.lifetimes.idleMs / 2)) return;
    await this.#parts.store.updateTable("sessions").set({ seen_ms: now }).where("hash", "=", hash).execute();
  }
}

const endOne = async (store: Query<Tables>, session: string): Promise<void> => {
  await store.deleteFrom("sessions").where("hash", "=", session).execute();
};

/** Ends all of an account's, in the transaction that changes it. */
export const endAllOf = async (store: Query<Tables>, account: string): Promise<void> => {
  await store.deleteFrom("sessions").where("account", "=", account).execute();
};
