import { createHash } from "node:crypto";
import { type CertificateAuthority, type CertificateRequest, readRequest } from "../../host/certificates.ts";
import { type EnrolRequest, enrolProof, isProof, type RenewRequest, renewProof } from "../../protocol/enrolment.ts";
import type { StandId } from "../../protocol/ids.ts";
import { type PublicJwk, thumbprintOf } from "../../protocol/keys.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { hashOfCode, judgeCode } from "./codes.ts";
import { endPapers, type Kept } from "./registry.ts";
import type { Roster } from "./roster.ts";
import { type Asked, changing } from "./rows.ts";

/** A machine is the stand now, and this certificate says so at the broker. `again`: it was before, and had asked before. */
export type Enrolled = {
  readonly is: "enrolled";
  readonly stand: StandId;
  readonly name: string;
  readonly site?: string;
  readonly certificate: string;
  readonly again: boolean;
};
export type Renewed = { readonly is: "renewed"; readonly certificate: string; readonly again: boolean };
/** `because` is for the log alone: whoever tries hears the same whatever it was. `stand`: whose code it was, where it was one. */
export type TurnedDown = { readonly is: "refused"; readonly because: string; readonly stand?: StandId };
export type TooOften = { readonly is: "too-often" };

export type EnrollingParts = {
  readonly store: Store;
  readonly roster: Pick<Roster, "get" | "keys">;
  readonly authority: CertificateAuthority;
  /** How long a certificate is good. */
  readonly certificateMs: number;
  wall(): WallMs;
  /** The store has something new. Resolves when this process acts by it. */
  changed(): Promise<void>;
};

/** Somebody who has a stand's key gets no more certificates than that: each revoked one stays in the list until its end. */
const RENEWALS_A_DAY = 5;
const DAY_MS = 86_400_000;

/** Makes machines into stands: a code, once, for the keys that its machine has made. */
export class Enrolling {
  readonly #parts: EnrollingParts;

  constructor(parts: EnrollingParts) {
    this.#parts = parts;
  }

  async redeem(asked: EnrolRequest): Promise<Enrolled | TurnedDown> {
    if (!isProof(asked.key, enrolProof(asked), asked.proof)) return refused("the proof does not fit the key");
    const read = readRequest(asked.csr);
    if (read.is === "bad") return refused(`the certificate request: ${read.because}`);
    // Looked up before anything is locked: whoever guesses holds up nobody.
    const first = await judge(this.#parts.store, asked, this.#parts.wall());
    if (first.is === "refused") return first;
    const redeemed = await changing(this.#parts.store, (whole, revision) =>
      this.#redeem(whole, revision, asked, read.request),
    );
    await this.#parts.changed();
    return redeemed;
  }

  async renew(asked: RenewRequest): Promise<Renewed | TurnedDown | TooOften> {
    const { store, roster, wall } = this.#parts;
    const known = roster.get(asked.stand);
    if (known === undefined || known.isConfigured) return refused("no stand of the registry");
    const key = proverOf(known.keys, renewProof(asked), asked.proof);
    if (key === undefined) return refused("not by a key of the stand", asked.stand);
    const read = readRequest(asked.csr);
    if (read.is === "bad") return refused(`the certificate request: ${read.because}`, asked.stand);
    const before = await certificateOf(store, read.request);
    if (before !== undefined) return again(before, asked.stand, wall());
    const kid = thumbprintOf(key);
    const renewed = await changing(store, (whole, revision) =>
      this.#renew(whole, revision, { stand: asked.stand, kid }, read.request),
    );
    if (renewed.is === "renewed") await this.#parts.changed();
    return renewed;
  }

  async #redeem(
    whole: Asked,
    revision: number,
    asked: EnrolRequest,
    request: CertificateRequest,
  ): Promise<Enrolled | TurnedDown> {
    const wall = this.#parts.wall();
    const judged = await judge(whole, asked, wall);
    if (judged.is === "refused") return judged;
    const { stand } = judged;
    const kid = thumbprintOf(asked.key);
    const wrong = await this.#wrongWithKey(whole, kid, stand, request);
    if (wrong !== undefined) return refused(wrong, stand);
    if (judged.is === "good") await take(whole, { ...asked, stand, kid, keyHash: keyHashOf(request), wall });
    const columns = { state: "active", enrolled_ms: wall, revoked_ms: null, revoked_why: null, revision } as const;
    const row = await whole
      .updateTable("stands")
      .set(judged.is === "good" ? columns : { revision })
      .where("id", "=", stand)
      .returning(["name", "site"])
      .executeTakeFirstOrThrow();
    const certificate = await this.#certify(whole, stand, request);
    const site = row.site === null ? {} : { site: row.site };
    return { is: "enrolled", stand, name: row.name, ...site, certificate, again: judged.is === "again" };
  }

  /** A key that was another's, or was taken from this stand, is nobody's any more; nor is that of an ended certificate. */
  async #wrongWithKey(
    whole: Asked,
    kid: string,
    stand: StandId,
    request: CertificateRequest,
  ): Promise<string | undefined> {
    const { roster } = this.#parts;
    if (roster.get(stand)?.isConfigured) return "the stand has come into the configuration";
    const known = await whole.selectFrom("stand_keys").selectAll().where("kid", "=", kid).executeTakeFirst();
    const owner = known?.stand ?? roster.keys.get(kid)?.owner;
    if (owner !== undefined && owner !== stand) return "the key is that of another stand";
    if (known !== undefined && known.revoked_ms !== null) return "the key was revoked";
    const before = await certificateOf(whole, request);
    if (before === undefined) return undefined;
    const is = again(before, stand, this.#parts.wall());
    return is.is === "refused" ? is.because : undefined;
  }

  async #renew(
    whole: Asked,
    revision: number,
    { stand, kid }: { readonly stand: StandId; readonly kid: string },
    request: CertificateRequest,
  ): Promise<Renewed | TurnedDown | TooOften> {
    // Asked anew: another backend may have revoked the stand, or given its place to another machine, a moment ago.
    const key = await whole
      .selectFrom("stand_keys")
      .select("kid")
      .where("kid", "=", kid)
      .where("stand", "=", stand)
      .where("revoked_ms", "is", null)
      .executeTakeFirst();
    if (key === undefined) return refused("the key was revoked", stand);
    const { made } = await whole
      .selectFrom("stand_certificates")
      .select(({ fn }) => fn.countAll<number>().as("made"))
      .where("stand", "=", stand)
      .where("made_ms", ">", this.#parts.wall() - DAY_MS)
      .executeTakeFirstOrThrow();
    if (Number(made) >= RENEWALS_A_DAY) return { is: "too-often" };
    await whole.updateTable("stands").set({ revision }).where("id", "=", stand).execute();
    return { is: "renewed", certificate: await this.#certify(whole, stand, request), again: false };
  }

  /** The certificate for this key; the same one for who asks again. */
  async #certify(whole: Asked, stand: StandId, request: CertificateRequest): Promise<string> {
    const known = await certificateOf(whole, request);
    if (known !== undefined && known.revoked_ms === null) return known.pem;
    const { authority, certificateMs, wall } = this.#parts;
    const nowMs = wall();
    const { certificate, serial, endsMs } = authority.issue(request, { name: stand, nowMs, forMs: certificateMs });
    const row = { serial, stand, key_hash: keyHashOf(request), pem: certificate, made_ms: nowMs, ends_ms: endsMs };
    await whole
      .insertInto("stand_certificates")
      .values({ ...row, revoked_ms: null })
      .execute();
    return certificate;
  }
}

type Judged = { readonly is: "good" | "again"; readonly stand: StandId };

async function judge(store: Asked, { code, key }: EnrolRequest, wall: WallMs): Promise<Judged | TurnedDown> {
  const row = await store.selectFrom("stand_codes").selectAll().where("hash", "=", hashOfCode(code)).executeTakeFirst();
  const facts = row && { endsMs: row.ends_ms, droppedMs: row.dropped_ms, usedMs: row.used_ms, usedKid: row.used_kid };
  const is = judgeCode(facts, thumbprintOf(key), wall);
  if (row === undefined || is === "unknown") return refused("no such code");
  if (is === "good" || is === "again") return { is, stand: row.stand };
  return refused(WORDS[is], row.stand);
}

const WORDS = {
  dropped: "the code was taken back",
  used: "the code was used before",
  over: "the code's time is over",
} as const;

type Taking = Pick<EnrolRequest, "code" | "key"> & Kept & { readonly stand: StandId; readonly wall: WallMs };

/** The code is used, and its key is the stand's only one. */
async function take(whole: Asked, { code, key, stand, kid, keyHash, wall }: Taking): Promise<void> {
  const used = { used_ms: wall, used_kid: kid };
  await whole.updateTable("stand_codes").set(used).where("hash", "=", hashOfCode(code)).execute();
  await endPapers(whole, stand, wall, { kid, keyHash });
  await whole
    .insertInto("stand_keys")
    .values({ kid, stand, x: key.x, since_ms: wall, revoked_ms: null })
    .onConflict((conflict) => conflict.column("kid").doNothing())
    .execute();
}

type Certified = {
  readonly stand: StandId;
  readonly pem: string;
  readonly ends_ms: number;
  readonly revoked_ms: number | null;
};

const certificateOf = (store: Asked, request: CertificateRequest): Promise<Certified | undefined> =>
  store
    .selectFrom("stand_certificates")
    .select(["stand", "pem", "ends_ms", "revoked_ms"])
    .where("key_hash", "=", keyHashOf(request))
    .executeTakeFirst();

/** What a repeated request gets: what it got before, as long as that is good. */
function again(known: Certified, stand: StandId, wall: WallMs): Renewed | TurnedDown {
  const isGood = known.stand === stand && known.revoked_ms === null && known.ends_ms > wall;
  if (!isGood) return refused("the certificate's key was used before", stand);
  return { is: "renewed", certificate: known.pem, again: true };
}

const keyHashOf = ({ publicKey }: CertificateRequest): string =>
  createHash("sha256")
    .update(publicKey.export({ format: "der", type: "spki" }))
    .digest("base64url");

const proverOf = (keys: readonly PublicJwk[], over: Buffer, proof: string): PublicJwk | undefined =>
  keys.find((key) => isProof(key, over, proof));

function refused(because: string, stand?: StandId): TurnedDown {
  return { is: "refused", because, ...(stand && { stand }) };
}
