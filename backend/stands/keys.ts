import { putNewest } from "../../host/newest.ts";
import type { StandId } from "../../protocol/ids.ts";
import { type KeySet, type KnownKey, type PublicJwk, publicKeyFrom, thumbprintOf } from "../../protocol/keys.ts";

type Claim = { readonly owner: StandId; readonly jwk: PublicJwk };

/** So many keys are kept ready for use; any other is read anew, which takes some microseconds. */
const READY_BOUND = 1_024;

/**
 * The stands' keys by their thumbprints. Ten thousand of OpenSSL's key objects would take more room than all else that is known
 * of the stands, so a key becomes one when it is asked for.
 */
export class StandKeys implements KeySet {
  readonly #claims = new Map<string, Claim>();
  readonly #kidsOf = new Map<StandId, readonly string[]>();
  /** Longest unused first. */
  readonly #ready = new Map<string, KnownKey>();
  readonly #bound: number;

  constructor(bound: number = READY_BOUND) {
    this.#bound = bound;
  }

  /** How many are ready for use. */
  get ready(): number {
    return this.#ready.size;
  }

  get(kid: string): KnownKey | undefined {
    const claim = this.#claims.get(kid);
    if (claim === undefined) return undefined;
    const known = this.#ready.get(kid) ?? { owner: claim.owner, key: publicKeyFrom(claim.jwk).key };
    putNewest(this.#ready, kid, known, this.#bound);
    return known;
  }

  /** Whose key this is. */
  ownerOf(kid: string): StandId | undefined {
    return this.#claims.get(kid)?.owner;
  }

  /** From now on these are the keys of `owner`, and no others. A key that is another stand's already stays that one's. */
  change(owner: StandId, keys: readonly PublicJwk[]): void {
    for (const kid of this.#kidsOf.get(owner) ?? []) this.#drop(kid);
    const claims = keys.map((jwk) => ({ kid: thumbprintOf(jwk), jwk })).filter(({ kid }) => !this.#claims.has(kid));
    for (const { kid, jwk } of claims) this.#claims.set(kid, { owner, jwk });
    if (claims.length === 0) this.#kidsOf.delete(owner);
    else this.#kidsOf.set(owner, [...new Set(claims.map(({ kid }) => kid))]);
  }

  #drop(kid: string): void {
    this.#claims.delete(kid);
    this.#ready.delete(kid);
  }
}
