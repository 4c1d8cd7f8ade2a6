import type { Query, Transaction } from "../../store/query.ts";
import type { Tables } from "../../store/tables.ts";
import type { Audit, Pen } from "./audit.ts";
import { BEGINNING, type Link, misfit } from "./chain.ts";

/** `last`: what went last. `none`: nothing is old enough. `broken`: what is old does not fit together, so it stays for whoever looks into it. */
export type Sealed =
  | { readonly is: "sealed"; readonly entries: number; readonly last: Link }
  | { readonly is: "none" }
  | { readonly is: "broken"; readonly because: string };

/** What the log's own entries about it are named. */
export const SEALING = "audit.seal";
/** Entries of one transaction: nobody else writes meanwhile. */
const AT_ONCE = 500;

/** The last entry that was deleted for its age: what is left goes on from there. */
export async function sealOf(store: Query<Tables>): Promise<Link> {
  const row = await store.selectFrom("audit_seal").select(["number", "hash"]).executeTakeFirst();
  return row ?? { number: 0, hash: BEGINNING };
}

/**
 * Deletes the oldest entries, from the first on and without a gap, up to the first that was written at `beforeMs` or later. The last
 * that went is kept by number and hash, from which what is left is verified, and an entry of the log itself says which it was.
 */
export async function sealAudit(audit: Pick<Audit, "together">, beforeMs: number): Promise<Sealed> {
  let sealed: Sealed = { is: "none" };
  for (let entries = 0; ; ) {
    const some: Sealed = await audit.together((store, pen) => sealSome(store, pen, beforeMs));
    if (some.is === "broken") return some;
    if (some.is === "none") return sealed;
    entries += some.entries;
    sealed = { ...some, entries };
  }
}

async function sealSome(store: Transaction<Tables>, pen: Pen, beforeMs: number): Promise<Sealed> {
  const before = await sealOf(store);
  const old = await oldestBefore(store, beforeMs);
  const last = old.at(-1);
  if (last === undefined) return { is: "none" };
  const because = old.map((row, nth) => misfit(row, old[nth - 1] ?? before)).find((wrong) => wrong !== undefined);
  if (because !== undefined) return { is: "broken", because };
  const { number, hash } = last;
  await store.deleteFrom("audit").where("number", "<=", number).execute();
  const seal = { name: "audit", number, hash } as const;
  const insert = store.insertInto("audit_seal").values(seal);
  await insert.onConflict((known) => known.column("name").doUpdateSet({ number, hash })).execute();
  await pen({ who: "-", source: "retention", what: SEALING, details: { number, hash }, result: "done" });
  return { is: "sealed", entries: old.length, last: { number, hash } };
}

/** The clock may have been set back between two of them: the first that is young ends it, whatever comes after. */
async function oldestBefore(store: Transaction<Tables>, beforeMs: number): Promise<readonly Tables["audit"][]> {
  const rows = await store.selectFrom("audit").selectAll().orderBy("number").limit(AT_ONCE).execute();
  const young = rows.findIndex(({ at_ms }) => at_ms >= beforeMs);
  return young === -1 ? rows : rows.slice(0, young);
}
