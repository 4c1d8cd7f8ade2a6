import type { StandId } from "../../protocol/ids.ts";
import type { PublicJwk, SigningKey } from "../../protocol/keys.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";

/** Which of the backend's keys the stands shall trust. `version`: a stand that uses an older one is told. */
export type KeySetVersion = { readonly version: number; readonly keys: readonly PublicJwk[] };

/** Of the configuration: what seals, and what shall take its place. */
export type OwnKeys = { readonly current: SigningKey; readonly next?: SigningKey };

/** More were made by nobody; each try finds that another backend has written at the same moment. */
const TRIES = 20;

/**
 * The set that the configuration asks for, as a version: a new one when it is another than the newest. Version 0 is the set that
 * stands were told by hand, or when they enrolled, before there was any change.
 */
export async function announceKeys(store: Store, { current, next }: OwnKeys, wall: WallMs): Promise<KeySetVersion> {
  const wanted = [current, ...(next === undefined ? [] : [next])].map(({ publicJwk }) => publicJwk);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const newest = await newestKeys(store);
    if (newest !== undefined && isSame(newest.keys, wanted)) return newest;
    const version = newest === undefined ? 0 : newest.version + 1;
    const row = { version, keys: JSON.stringify(wanted), at_ms: wall };
    const made = await store
      .insertInto("backend_keys")
      .values(row)
      .onConflict((conflict) => conflict.column("version").doNothing())
      .executeTakeFirst();
    if (made.numInsertedOrUpdatedRows === 1n) return { version, keys: wanted };
  }
  throw new Error(
    `the backend's keys were changed by others ${TRIES} times at once: do all have the same configuration?`,
  );
}

/** What was asked for last, by whichever backend. */
export async function newestKeys(store: Store): Promise<KeySetVersion | undefined> {
  const row = await store.selectFrom("backend_keys").selectAll().orderBy("version", "desc").limit(1).executeTakeFirst();
  return row && versionOf(row);
}

/** From which version on, up to the newest, every set has this key: a stand that uses one of these trusts it. */
export async function trustedSince(store: Store, { publicJwk }: SigningKey): Promise<number | undefined> {
  const rows = await store.selectFrom("backend_keys").selectAll().orderBy("version", "desc").execute();
  const without = rows.map(versionOf).findIndex(({ keys }) => !keys.some(({ x }) => x === publicJwk.x));
  const having = without === -1 ? rows : rows.slice(0, without);
  return having.at(-1)?.version;
}

/** Which set each stand said last that it trusts. */
export async function usedVersions(store: Store): Promise<ReadonlyMap<StandId, number>> {
  const rows = await store.selectFrom("stands_using").select(["stand", "keys_version"]).execute();
  return new Map(rows.map(({ stand, keys_version }) => [stand, keys_version]));
}

const versionOf = ({ version, keys }: { readonly version: number; readonly keys: string }): KeySetVersion => ({
  version,
  keys: JSON.parse(keys) as PublicJwk[],
});

const isSame = (some: readonly PublicJwk[], others: readonly PublicJwk[]): boolean =>
  some.length === others.length && some.every(({ x }, nth) => x === others[nth]?.x);
