import type { Store } from "../../store/store.ts";
import type { Tables } from "../../store/tables.ts";
import { type Link, misfit } from "./chain.ts";
import { SEALING, sealOf } from "./seal.ts";

/**
 * `entries`: how many were ever written, the first `sealed` of which were deleted for their age; `hash`: of the last. `broken`: the
 * number of the first that does not fit, and why. `gone`: the witness speaks of an entry that was deleted, so nobody can say.
 */
export type Verdict =
  | { readonly is: "whole"; readonly entries: number; readonly sealed: number; readonly hash: string }
  | { readonly is: "broken"; readonly number: number; readonly because: string }
  | { readonly is: "gone"; readonly sealed: number };

/** What somebody wrote down elsewhere, such as from the log: entry `number` had this hash. */
export type Witness = Link;

const PAGE = 1_000;

/**
 * Works out every entry's hash anew, from where the oldest part was sealed off. Who can write to the database can also link all anew:
 * that shows only against a `witness` that was kept elsewhere.
 */
export async function verifyAudit(store: Store, witness?: Witness): Promise<Verdict> {
  for (;;) {
    const seal = await sealOf(store);
    const verdict = await verifyFrom(seal, store, witness);
    // Sealed while this was read: what is missing may have gone for its age.
    if (verdict.is !== "broken" || (await sealOf(store)).number === seal.number) return verdict;
  }
}

async function verifyFrom(seal: Link, store: Store, witness: Witness | undefined): Promise<Verdict> {
  if (witness !== undefined && witness.number < seal.number) return { is: "gone", sealed: seal.number };
  const denied = deniedBy(witness, seal) ?? (await hidden(store, seal));
  return denied === undefined ? follow(seal, store, witness) : { is: "broken", number: seal.number, because: denied };
}

async function follow(seal: Link, store: Store, witness: Witness | undefined): Promise<Verdict> {
  const end = await store.selectFrom("audit_end").selectAll().executeTakeFirst();
  let last: Link = seal;
  let sealing: string | undefined;
  for (;;) {
    const rows = await pageAfter(store, last.number);
    for (const row of rows) {
      const because = misfit(row, last) ?? deniedBy(witness, row);
      if (because !== undefined) return { is: "broken", number: last.number + 1, because };
      if (row.what === SEALING) sealing = row.details;
      last = row;
    }
    if (rows.length < PAGE) return wrongSeal(seal, sealing) ?? conclude(last, end, seal, witness);
  }
}

const pageAfter = (store: Store, number: number): Promise<Tables["audit"][]> =>
  store.selectFrom("audit").selectAll().where("number", ">", number).orderBy("number").limit(PAGE).execute();

const deniedBy = (witness: Witness | undefined, { number, hash }: Link): string | undefined =>
  witness?.number === number && witness.hash !== hash
    ? `entry ${number} had the hash ${witness.hash} once, and has ${hash} now`
    : undefined;

/** Whoever lists the log would show them as its oldest. */
async function hidden(store: Store, seal: Link): Promise<string | undefined> {
  const asking = store.selectFrom("audit").select("number").where("number", "<=", seal.number).orderBy("number");
  const row = await asking.executeTakeFirst();
  return row && `entry ${row.number} is there again, though entries 1 to ${seal.number} were sealed off`;
}

/** The newest entry about it is always younger than what it sealed off. */
function wrongSeal(seal: Link, sealing: string | undefined): Verdict | undefined {
  const { number, hash } = seal;
  const isWritten = sealing === undefined ? number === 0 : sealing === JSON.stringify({ number, hash });
  const because = `nothing in the log says that entries 1 to ${number} were sealed off with the hash ${hash}`;
  return isWritten ? undefined : { is: "broken", number: Math.max(1, number), because };
}

function conclude(last: Link, end: Link | undefined, seal: Link, witness: Witness | undefined): Verdict {
  const { number, hash } = last;
  const least = Math.max(end?.number ?? 0, witness?.number ?? 0);
  if (number < least)
    return { is: "broken", number: number + 1, because: `entries ${number + 1} to ${least} are missing` };
  // Entries that were added while this was read are beyond the end that was read before.
  if (end === undefined && number > 0)
    return { is: "broken", number, because: "the mark of the last entry is missing" };
  return { is: "whole", entries: number, sealed: seal.number, hash };
}
