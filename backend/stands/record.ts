import type { StandId } from "../../protocol/ids.ts";
import type { PublicJwk } from "../../protocol/keys.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { Policies } from "../ledger/words.ts";
import type { Rate } from "../merchants/admission.ts";
import type { MerchantId } from "../providers/provider.ts";

/** In degrees: -90 to 90, -180 to 180. */
export type Place = { readonly latitude: number; readonly longitude: number };

/**
 * `invited`: it has a name here and a code, or had one; it cannot speak yet. `active`: its keys are believed. `revoked`: they are
 * not believed any more, and no code of it is good.
 */
export const standStates = ["invited", "active", "revoked"] as const;
export type StandState = (typeof standStates)[number];

/** One stand as the backend knows it. */
export type StandRecord = {
  readonly id: StandId;
  /** For people; the id where it has no other. */
  readonly name: string;
  /** Where it stands, in words. */
  readonly site?: string;
  readonly place?: Place;
  /** Whom it sells for. */
  readonly merchant: MerchantId;
  readonly state: StandState;
  readonly policies: Policies;
  /** How many charges it may ask for. */
  readonly rate: Rate;
  /** By which its word is believed; none unless it is active. */
  readonly keys: readonly PublicJwk[];
  readonly enrolledMs?: WallMs;
  /** Of its newest certificate for the broker. */
  readonly certificateEndsMs?: WallMs;
  /** It stands in the configuration: nothing here can change it. */
  readonly isConfigured: boolean;
};
