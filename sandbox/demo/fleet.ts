import { Hasher } from "../../backend/console/accounts/hasher.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import { changing } from "../../backend/stands/rows.ts";
import { openStore, type Store } from "../../backend/store/store.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { PublicJwk } from "../../protocol/keys.ts";
import { thumbprintOf } from "../../protocol/keys.ts";
import type { Clock } from "../../protocol/time.ts";
import { PLACE, SITE, STAND_ID, STAND_NAME } from "./goods.ts";

/** What the backend finds in its store when it starts: stands that have enrolled, and somebody who may look at them. */

/** Who signs in at the demo's console. */
export type Account = { readonly name: string; readonly password: string };

type Enrolled = {
  readonly id: StandId;
  readonly name: string;
  readonly site: string;
  readonly place: readonly [latitude: number, longitude: number];
  /** One that was only invited has none. */
  readonly key?: PublicJwk;
};

/** Where other stands of the same operator are; only the lobby's is a real one. */
const NEIGHBOURS = [
  { id: "gambir-1", name: "Kopi Gambir", site: "Stasiun Gambir, Jakarta", place: [-6.1767, 106.8306] },
  { id: "tugu-1", name: "Kopi Tugu", site: "Stasiun Tugu, Yogyakarta", place: [-7.789, 110.3634] },
  { id: "tunjungan-1", name: "Teh Tunjungan", site: "Tunjungan Plaza, Surabaya", place: [-7.2625, 112.7385] },
  { id: "ngurah-rai-1", name: "Air Ngurah Rai", site: "Bandara Ngurah Rai, Bali", place: [-8.7467, 115.1667] },
  { id: "makassar-1", name: "Kopi Makassar", site: "Pelabuhan Makassar", place: [-5.1289, 119.4068] },
  { id: "kualanamu-1", name: "Teh Kualanamu", site: "Bandara Kualanamu, Medan", place: [3.6422, 98.8853] },
  { id: "jayapura-1", name: "Kopi Jayapura", site: "Mal Jayapura", place: [-2.5337, 140.7181] },
] as const;
export type Neighbour = (typeof NEIGHBOURS)[number]["id"];

/** It has a code and has not come. */
const INVITED: Neighbour = "jayapura-1";
/** A program may sell faster here than customers ever buy. */
const PLAYFUL = { rate_a_minute: 600, rate_burst: 100 };

export type FleetParts = {
  /** The backend's store, which nobody else has open yet. */
  readonly file: string;
  readonly clock: Clock;
  readonly account: Account;
  /** The lobby's stand signs with it. */
  readonly key: PublicJwk;
  /** Of a neighbour: never used, as it sells nothing. */
  newKey(): PublicJwk;
};

/** Writes what is missing; what was changed in a state that was kept stays. */
export async function furnish({ file, clock, account, key, newKey }: FleetParts): Promise<void> {
  const store = await openStore({ place: { file }, clock });
  try {
    const wall = clock.wall();
    await admit(store, account, wall);
    const neighbours = NEIGHBOURS.map((each) => (each.id === INVITED ? each : { ...each, key: newKey() }));
    const own = { id: STAND_ID, name: STAND_NAME, site: SITE, place: PLACE, key };
    for (const stand of [own, ...neighbours]) await enrol(store, { ...stand, id: stand.id as StandId }, wall);
  } finally {
    await store.destroy();
  }
}

async function admit(store: Store, { name, password }: Account, wall: number): Promise<void> {
  const hash = await new Hasher().hash(password);
  await store
    .insertInto("accounts")
    .values({
      name,
      role: "admin",
      password: hash,
      subject: null,
      is_disabled: 0,
      password_ends_ms: null,
      created_ms: wall,
      signed_in_ms: null,
    })
    .onConflict((there) => there.column("name").doNothing())
    .execute();
}

async function enrol(
  store: Store,
  { id, name, site, place: [latitude, longitude], key }: Enrolled,
  wall: number,
): Promise<void> {
  const there = await store.selectFrom("stands").select("id").where("id", "=", id).executeTakeFirst();
  if (there !== undefined) return;
  await changing(store, async (whole, revision) => {
    const state = key === undefined ? ("invited" as const) : ("active" as const);
    const held = { late_policy: "hold", failed_policy: "hold", merchant: ONLY_MERCHANT } as const;
    const none = { revoked_ms: null, revoked_why: null };
    const since = { made_ms: wall, enrolled_ms: key === undefined ? null : wall };
    const row = { id, name, site, latitude, longitude, state, ...held, ...PLAYFUL, ...since, ...none, revision };
    await whole.insertInto("stands").values(row).execute();
    if (key === undefined) return;
    await whole
      .insertInto("stand_keys")
      .values({ kid: thumbprintOf(key), stand: id, x: key.x, since_ms: wall, revoked_ms: null })
      .execute();
  });
}
