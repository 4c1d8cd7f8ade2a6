import type { Terms } from "../../backend/ledger/words.ts";
import type { MerchantId } from "../../backend/providers/provider.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { KeySet } from "../../protocol/keys.ts";
import type { Clock } from "../../protocol/time.ts";
import { refunding } from "../support/terms.ts";
import type { Place } from "../world/house.ts";
import type { MerchantRig } from "./merchant-rig.ts";
import type { WayIn } from "./rig-broker.ts";

/** What the backend's machine stands on. */
export type BackendGround = {
  readonly place: Place;
  readonly broker: WayIn;
  readonly midtransPort: number;
  readonly merchants: readonly MerchantRig[];
  /** Whom each stand sells for. */
  readonly sellers: ReadonlyMap<StandId, MerchantId>;
  readonly standKeys: () => KeySet;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly terms: Partial<Terms>;
  /** Every order has a page for its customer. */
  readonly pages: boolean;
  /** For one call to Midtrans. */
  readonly timeoutMs: number;
};

/** The provider's codes outlive the stands' patience by far; nobody asks before a notification has had its chance. */
export const TERMS: Terms = {
  payableMs: 900_000,
  retryPausesMs: [100, 200],
  firstAskMs: 60_000,
  slowestAskMs: 300_000,
  lapseMs: 30_000,
  ...refunding,
};
