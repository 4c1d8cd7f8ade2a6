import type { Policy } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { StandKeyRow, StandRow } from "../../backend/stands/tables.ts";
import { openStore, type StorePlace } from "../../backend/store/store.ts";
import { steadyClock } from "../../host/clock.ts";
import type { StandId } from "../../protocol/ids.ts";
import { type PublicJwk, thumbprintOf } from "../../protocol/keys.ts";

export type Enrolled = { readonly id: StandId; readonly jwk: PublicJwk; readonly late?: Policy };

const AT_ONCE = 200;
const RATE = { rate_a_minute: 600, rate_burst: 100 };

/** Puts stands into a backend's store as if they had come one by one: a configuration has no room for thousands. */
export async function enrolAll(place: StorePlace, stands: readonly Enrolled[]): Promise<void> {
  const store = await openStore({ place, clock: steadyClock("enrol") });
  try {
    for (let from = 0; from < stands.length; from += AT_ONCE) {
      const some = stands.slice(from, from + AT_ONCE).map(rowsOf);
      const [rows, keys] = [some.map(({ stand }) => stand), some.map(({ key }) => key)];
      await store.insertInto("stands").values(rows).execute();
      await store.insertInto("stand_keys").values(keys).execute();
    }
    await store.updateTable("stand_revisions").set({ revision: 1 }).execute();
  } finally {
    await store.destroy();
  }
}

function rowsOf({ id, jwk, late = "hold" }: Enrolled): { readonly stand: StandRow; readonly key: StandKeyRow } {
  const now = Date.now();
  const stand: StandRow = {
    ...{ id, name: `Kopi ${id}`, site: "Bandung", latitude: -6.9147, longitude: 107.6098, merchant: ONLY_MERCHANT },
    ...{ state: "active", late_policy: late, failed_policy: "hold", ...RATE },
    ...{ made_ms: now, enrolled_ms: now, revoked_ms: null, revoked_why: null, revision: 1 },
  };
  return { stand, key: { kid: thumbprintOf(jwk), stand: id, x: jwk.x, since_ms: now, revoked_ms: null } };
}
