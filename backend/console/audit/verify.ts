import type { Store } from "../../store/store.ts";
import type { Tables } from "../../store/tables.ts";
import { BEGINNING, linkHash } from "./chain.ts";

/** `entries`: how many; `hash`: of the last. `broken`: the number of the first that does not fit, and why. */
export type Verdict =
  | { readonly is: "whole"; readonly entries: number; readonly hash: string }
  | { readonly is: "broken"; readonly number: number; readonly because: string };

/** What somebody wrote down elsewhere, such as from the log: entry `number` had this hash. */
export type Witness = { readonly number: number; readonly hash: string };

const PAGE = 1_000;

/**
 * Works out every entry's hash anew. Who can write to the database can also link all anew: that shows only against a `witness`
 * that was kept elsewhere.
 */
export async function verifyAudit(store: Store, witness?: Witness): Promise<Verdict> {
  const end = await store.selectFrom("audit_end").selectAll().executeTakeFirst();
  const last = { number: 0, hash: BEGINNING };
  for (;;) {
    const rows = await pageAfter(store, last.number);
    for (const row of rows) {
      const because = wrongWith(row, last, witness);
      if (because !== undefined) return { is: "broken", number: last.number + 1, because };
      last.number = row.number;
      last.hash = row.hash;
    }
    if (rows.length < PAGE) return conclude(last, end, witness);
  }
}

const pageAfter = (store: Store, number: number): Promise<Tables["audit"][]> =>
  store.selectFrom("audit").selectAll().where("number", ">", number).orderBy("number").limit(PAGE).execute();

function wrongWith(row: Tables["audit"], last: Witness, witness: Witness | undefined): string | undefined {
  if (row.number !== last.number + 1) return `entry ${last.number + 1} is missing`;
  const { at_ms, subject, hash, ...same } = row;
  if (linkHash(last.hash, { ...same, atMs: at_ms, about: subject }) !== hash) {
    return `entry ${row.number} is not what was written, or not after what stood before it`;
  }
  const isDenied = witness?.number === row.number && witness.hash !== hash;
  return isDenied ? `entry ${row.number} had the hash ${witness.hash} once, and has ${hash} now` : undefined;
}

function conclude(last: Witness, end: Witness | undefined, witness: Witness | undefined): Verdict {
  const { number, hash } = last;
  const least = Math.max(end?.number ?? 0, witness?.number ?? 0);
  if (number < least)
    return { is: "broken", number: number + 1, because: `entries ${number + 1} to ${least} are missing` };
  // Entries that were added while this was read are beyond the end that was read before.
  if (end === undefined && number > 0)
    return { is: "broken", number, because: "the mark of the last entry is missing" };
  return { is: "whole", entries: number, hash };
}
