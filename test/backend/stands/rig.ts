import type { MerchantId } from "../../../backend/providers/provider.ts";
import { Enrolling } from "../../../backend/stands/enrolling.ts";
import { Following } from "../../../backend/stands/following.ts";
import { Registry } from "../../../backend/stands/registry.ts";
import { RosterInMemory, type StandRecord } from "../../../backend/stands/roster.ts";
import type { Store } from "../../../backend/store/store.ts";
import { newAuthority, newRequest, openAuthority } from "../../../host/certificates.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { type EnrolRequest, enrolProof, prove, type RenewRequest, renewProof } from "../../../protocol/enrolment.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { newKeyPair, type SigningKey } from "../../../protocol/keys.ts";
import { commonTerms } from "../../support/common-terms.ts";

export const LOBBY = "lobby-1" as StandId;
export const GATE = "gate-1" as StandId;
export const DAY_MS = 86_400_000;
export const CODE_MS = 30 * 60_000;

export const authority = openAuthority(newAuthority({ name: "stands", nowMs: Date.now(), forMs: 3_650 * DAY_MS }));

/** One backend's part for stands on this store; `wall` may be turned. */
export type Office = {
  readonly store: Store;
  readonly roster: RosterInMemory;
  readonly registry: Registry;
  readonly enrolling: Enrolling;
  readonly following: Following;
  wall: number;
};

export function openOffice(store: Store, fixed: readonly StandRecord[] = []): Office {
  const roster = new RosterInMemory(commonTerms, fixed);
  const following = new Following({ store, roster, clock: steadyClock("office"), log: silentLog });
  const changed = () => following.look();
  const wall = () => office.wall;
  const isConfigured = (id: StandId) => roster.get(id)?.isConfigured === true;
  const selling = ["kopi" as MerchantId];
  const office: Office = {
    store,
    roster,
    following,
    registry: new Registry({ store, codeMs: CODE_MS, selling, isConfigured, wall, changed }),
    enrolling: new Enrolling({ store, roster, authority, certificateMs: 90 * DAY_MS, wall, changed }),
    wall: Date.now(),
  };
  return office;
}

/** A new stand's code. */
export async function codeFor({ registry }: Office, stand: StandId): Promise<string> {
  const done = await registry.add(stand, {});
  if (done.is !== "invited") throw new Error(done.because);
  return done.invitation.code;
}

/** A new code for a stand that is there. */
export async function codeAgain({ registry }: Office, stand: StandId): Promise<string> {
  const done = await registry.invite(stand);
  if (done.is !== "invited") throw new Error(done.because);
  return done.invitation.code;
}

/** A machine with keys of its own, as `gateway enroll` makes them. */
export function newMachine(signing: SigningKey = newKeyPair().signing) {
  const { key: tlsKey, csr } = newRequest("");
  const enrols = (code: string, more: Partial<EnrolRequest> = {}): EnrolRequest => {
    const asked = { code, key: signing.publicJwk, csr, ...more };
    return { ...asked, proof: more.proof ?? prove(signing, enrolProof(asked)) };
  };
  const renews = (stand: StandId, fresh: string = newRequest("").csr): RenewRequest => ({
    stand,
    csr: fresh,
    proof: prove(signing, renewProof({ stand, csr: fresh })),
  });
  return { signing, kid: signing.kid, tlsKey, csr, enrols, renews };
}

export const recordOf = (id: StandId, more: Partial<StandRecord> = {}): StandRecord => ({
  id,
  name: id,
  merchant: "kopi" as MerchantId,
  state: "active",
  policies: { late: "refund", failed: "hold" },
  rate: { aMinute: 20, burst: 10 },
  keys: [],
  isConfigured: false,
  ...more,
});
