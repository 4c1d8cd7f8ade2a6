import type { Log } from "../../../host/log.ts";
import type { Clock } from "../../../protocol/time.ts";
import type { Transaction } from "../../store/query.ts";
import type { Store } from "../../store/store.ts";
import type { Tables } from "../../store/tables.ts";
import type { AuditLine, AuditList } from "../api/words.ts";
import { BEGINNING, type Linked, linkHash } from "./chain.ts";

/** Who acts: an account, or `-` where nobody had signed in. */
export type Actor = {
  readonly who: string;
  /** Of the account at that moment; absent for who has none. */
  readonly role?: string;
  /** The address it comes from, or `terminal`. */
  readonly source: string;
};

/**
 * `begun`: what reaches beyond the store is written down before it is done, and its end after it. `done`; `refused`: nothing was
 * moved; `unknown`: it broke on the way, and may have been done.
 */
export type Entry = Actor & {
  /** `order.refund`, `account.change`. */
  readonly what: string;
  /** The order's, stand's, account's name. */
  readonly about?: string;
  /** Without secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly result: "begun" | "done" | "refused" | "unknown";
  readonly because?: string;
};

/** What whoever does something in a transaction writes it down with. */
export type Pen = (entry: Entry) => Promise<void>;

export type AuditParts = { readonly store: Store; readonly clock: Pick<Clock, "wall">; readonly log: Log };

const LONGEST_DETAILS = 8_192;
const END = { name: "audit", number: 0, hash: BEGINNING } as const;

/**
 * What was done with the console and at the operator's door, and what was refused. Entries are only ever added, one after the
 * other over all backends, each with the hash of the one before.
 */
export class Audit {
  readonly #parts: AuditParts;

  constructor(parts: AuditParts) {
    this.#parts = parts;
  }

  async write(entry: Entry): Promise<void> {
    await this.together(async (_store, pen) => pen(entry));
  }

  /**
   * Changes the store and writes down what was changed, or neither. One after the other over all backends: what `act` reads, nobody
   * changes by `together` before it has ended.
   */
  async together<Answer>(act: (store: Transaction<Tables>, pen: Pen) => Promise<Answer>): Promise<Answer> {
    const written: (Linked & { readonly hash: string })[] = [];
    const answer = await this.#parts.store.transaction().execute(async (store) => {
      let end = await takeEnd(store);
      const done = await act(store, async (entry) => {
        const linked = this.#linked(entry, end.number + 1);
        const hash = linkHash(end.hash, linked);
        await insert(store, linked, hash);
        end = { number: linked.number, hash };
        written.push({ ...linked, hash });
      });
      if (written.length > 0) await store.updateTable("audit_end").set(end).execute();
      return done;
    });
    for (const { number, hash, who, what, about, result } of written)
      this.#parts.log.info("audit", { number, hash, who, what, about, result });
    return answer;
  }

  /** Newest first; `after`: the `next` of the page before. */
  async list(limit: number, after?: number): Promise<AuditList> {
    const query = this.#parts.store
      .selectFrom("audit")
      .selectAll()
      .orderBy("number", "desc")
      .limit(limit + 1);
    const rows = await (after === undefined ? query : query.where("number", "<", after)).execute();
    const entries = rows.slice(0, limit).map(lineOf);
    const last = entries.at(-1);
    return { entries, ...(rows.length > limit && last !== undefined && { next: String(last.number) }) };
  }

  #linked(entry: Entry, number: number): Linked {
    const details = JSON.stringify(entry.details ?? {});
    return {
      number,
      atMs: this.#parts.clock.wall(),
      who: entry.who,
      role: entry.role ?? "",
      source: entry.source,
      what: entry.what,
      about: entry.about ?? "",
      details: details.length > LONGEST_DETAILS ? JSON.stringify({ leftOut: details.length }) : details,
      result: entry.result,
      because: entry.because ?? "",
    };
  }
}

/** Takes the right to write: in PostgreSQL the row, in a file the transaction has it already. */
async function takeEnd(store: Transaction<Tables>): Promise<{ readonly number: number; readonly hash: string }> {
  await store
    .insertInto("audit_end")
    .values(END)
    .onConflict((twice) => twice.column("name").doNothing())
    .execute();
  return store
    .updateTable("audit_end")
    .set((row) => ({ number: row.ref("number") }))
    .returning(["number", "hash"])
    .executeTakeFirstOrThrow();
}

async function insert(store: Transaction<Tables>, linked: Linked, hash: string): Promise<void> {
  const { atMs, about, ...same } = linked;
  await store
    .insertInto("audit")
    .values({ ...same, at_ms: atMs, subject: about, hash })
    .execute();
}

function lineOf(row: Tables["audit"]): AuditLine {
  const { role, subject, because } = row;
  return {
    number: row.number,
    atMs: row.at_ms,
    who: row.who,
    ...(role && { role }),
    from: row.source,
    what: row.what,
    ...(subject && { about: subject }),
    details: JSON.parse(row.details) as AuditLine["details"],
    result: row.result as AuditLine["result"],
    ...(because && { because }),
  };
}
