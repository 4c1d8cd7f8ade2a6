import { describe, expect, test } from "vitest";
import { announceKeys, newestKeys } from "../../../backend/stands/key-sets.ts";
import { RosterInMemory } from "../../../backend/stands/roster.ts";
import { Signing } from "../../../backend/stands/signing.ts";
import type { Store } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { newKeyPair, type SigningKey } from "../../../protocol/keys.ts";
import { commonTerms } from "../../support/common-terms.ts";
import { freshStore } from "../../support/stores.ts";
import { GATE, LOBBY, recordOf } from "./rig.ts";

const [one, two, three] = [newKeyPair().signing, newKeyPair().signing, newKeyPair().signing];

function opens(store: Store, current: SigningKey, next?: SigningKey, log: Log = silentLog): Promise<Signing> {
  const roster = new RosterInMemory(commonTerms, [recordOf(LOBBY), recordOf(GATE)]);
  return Signing.open({ store, own: { current, ...(next && { next }) }, roster, clock: steadyClock("keys"), log });
}

/** A stand says which set it trusts. */
async function uses(store: Store, stand: StandId, version: number): Promise<void> {
  const row = { stand, software: "1.0.0", settings_version: 0, refused_version: null, refused_because: null };
  await store.deleteFrom("stands_using").where("stand", "=", stand).execute();
  const more = { keys_version: version, certificate_ends_ms: null, at_ms: 1, said: "" };
  await store
    .insertInto("stands_using")
    .values({ ...row, ...more })
    .execute();
}

describe("the backend's key", () => {
  test("that never changed is version 0, however often the backend starts: nobody is told what he knows", async () => {
    const store = await freshStore();
    await opens(store, one);
    const signing = await opens(store, one);
    expect(signing.desired()).toEqual({ version: 0, keys: [one.publicJwk] });
    expect(signing.keyFor(LOBBY)).toBe(one);
  });

  test("and the next one are announced together; each stand is spoken to by the next when it says that it trusts it", async () => {
    const store = await freshStore();
    await opens(store, one);
    const signing = await opens(store, one, two);
    expect(signing.desired()).toEqual({ version: 1, keys: [one.publicJwk, two.publicJwk] });
    await uses(store, LOBBY, 1);
    await uses(store, GATE, 0);
    await signing.look();
    expect([signing.keyFor(LOBBY), signing.keyFor(GATE)]).toEqual([two, one]);
    expect(await signing.status()).toMatchObject({ version: 1, stands: 2, trusting: 1, missing: [GATE] });
  });

  test("is counted for the stands that are there, and of those that lag behind fifty are named at most", async () => {
    const store = await freshStore();
    const many = Array.from({ length: 60 }, (_, nth) => recordOf(`stand-${nth}` as StandId));
    const gone = [recordOf(LOBBY, { state: "revoked" }), recordOf(GATE, { state: "invited" })];
    const roster = new RosterInMemory(commonTerms, [...many, ...gone]);
    const parts = { store, roster, clock: steadyClock("keys"), log: silentLog };
    const status = await (await Signing.open({ ...parts, own: { current: one, next: two } })).status();
    expect(status).toMatchObject({ stands: 60, trusting: 0 });
    expect([status.missing.length, status.missing.includes(LOBBY)]).toEqual([50, false]);
  });

  test("that two backends announce at the same moment are two versions, the same for both", async () => {
    const store = await freshStore();
    const [a, b] = await Promise.all([
      announceKeys(store, { current: one }, 1),
      announceKeys(store, { current: one, next: two }, 1),
    ]);
    expect([a.version, b.version].sort()).toEqual([0, 1]);
    const newest = await newestKeys(store);
    expect(newest).toEqual(a.version > b.version ? a : b);
  });

  test("takes the other's place when the other is named no more; a stand that missed it is not spoken to by a third", async () => {
    const store = await freshStore();
    await opens(store, one, two);
    await uses(store, LOBBY, 0);
    const signing = await opens(store, two);
    expect(signing.desired()).toEqual({ version: 1, keys: [two.publicJwk] });
    const again = await opens(store, two, three);
    await uses(store, LOBBY, 1);
    await again.look();
    expect(again.keyFor(LOBBY)).toBe(two);
    await uses(store, LOBBY, 2);
    await again.look();
    expect(again.keyFor(LOBBY)).toBe(three);
  });

  test("that was called back is not used any more, by backends that have it still either", async () => {
    const store = await freshStore();
    await opens(store, one);
    const signing = await opens(store, one, two);
    await uses(store, LOBBY, 1);
    await signing.look();
    expect(signing.keyFor(LOBBY)).toBe(two);
    await opens(store, one);
    await signing.look();
    expect(signing.desired().version).toBe(2);
    expect(signing.keyFor(LOBBY)).toBe(one);
  });

  test("that no stand was ever told of is complained of loudly", async () => {
    const store = await freshStore();
    const said: string[] = [];
    const log = { ...silentLog, error: (what: string) => void said.push(what) };
    await opens(store, one, two, log);
    expect(said).toEqual([]);
    await opens(store, three, undefined, log);
    expect(said).toEqual([expect.stringContaining("never told of")]);
  });
});
