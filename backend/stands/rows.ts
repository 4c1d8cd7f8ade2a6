import type { StandId } from "../../protocol/ids.ts";
import type { PublicJwk } from "../../protocol/keys.ts";
import type { Store } from "../store/store.ts";
import type { StandRecord } from "./record.ts";
import type { StandRow } from "./tables.ts";

/** How stands lie in the store. */

/** A part of the store that a transaction sees. */
export type Asked = Pick<Store, "selectFrom" | "insertInto" | "updateTable">;

/** The last change of any stand. */
export async function revisionNow(store: Asked): Promise<number> {
  const row = await store
    .selectFrom("stand_revisions")
    .select("revision")
    .where("name", "=", "stands")
    .executeTakeFirstOrThrow();
  return row.revision;
}

/**
 * Changes stands, one change at a time whoever makes it: the revision's row is locked until the commit, so whoever reads up to a
 * revision has read all that came before it. `work` gives it to the rows that it writes.
 */
export const changing = <Result>(
  store: Store,
  work: (whole: Asked, revision: number) => Promise<Result>,
): Promise<Result> =>
  store.transaction().execute(async (whole) => {
    const { revision } = await whole
      .updateTable("stand_revisions")
      .set((row) => ({ revision: row("revision", "+", 1) }))
      .where("name", "=", "stands")
      .returning("revision")
      .executeTakeFirstOrThrow();
    return work(whole, revision);
  });

/** All that were changed after this revision, as they are now. */
export async function changedSince(store: Asked, revision: number): Promise<readonly StandRecord[]> {
  const rows = await store.selectFrom("stands").selectAll().where("revision", ">", revision).execute();
  if (rows.length === 0) return [];
  const changed = store.selectFrom("stands").select("id").where("revision", ">", revision);
  const keys = await store
    .selectFrom("stand_keys")
    .select(["stand", "x"])
    .where("revoked_ms", "is", null)
    .where("stand", "in", changed)
    .orderBy("since_ms")
    .execute();
  const ends = await store
    .selectFrom("stand_certificates")
    .select(({ fn }) => ["stand", fn.max("ends_ms").as("ends_ms")])
    .where("revoked_ms", "is", null)
    .where("stand", "in", changed)
    .groupBy("stand")
    .execute();
  const keysOf = groupsOf(keys);
  const endOf = new Map(ends.map(({ stand, ends_ms }) => [stand, ends_ms]));
  return rows.map((row) => recordOf(row, keysOf.get(row.id) ?? [], endOf.get(row.id)));
}

function groupsOf(rows: readonly { readonly stand: StandId; readonly x: string }[]): Map<StandId, PublicJwk[]> {
  const groups = new Map<StandId, PublicJwk[]>();
  for (const { stand, x } of rows) {
    const jwk: PublicJwk = { kty: "OKP", crv: "Ed25519", x };
    const group = groups.get(stand);
    if (group === undefined) groups.set(stand, [jwk]);
    else group.push(jwk);
  }
  return groups;
}

function recordOf(row: StandRow, keys: readonly PublicJwk[], endsMs: number | undefined): StandRecord {
  const { latitude, longitude } = row;
  return {
    id: row.id,
    name: row.name,
    ...(row.site === null ? {} : { site: row.site }),
    ...(latitude === null || longitude === null ? {} : { place: { latitude, longitude } }),
    merchant: row.merchant,
    state: row.state,
    policies: { late: row.late_policy, failed: row.failed_policy },
    rate: { aMinute: row.rate_a_minute, burst: row.rate_burst },
    keys: row.state === "active" ? keys : [],
    ...(row.enrolled_ms === null ? {} : { enrolledMs: row.enrolled_ms }),
    ...(endsMs === undefined ? {} : { certificateEndsMs: endsMs }),
    isConfigured: false,
  };
}
