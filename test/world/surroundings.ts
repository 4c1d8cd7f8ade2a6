import type { Policies } from "../../backend/ledger/words.ts";
import type { MerchantId } from "../../backend/providers/provider.ts";
import type { Log } from "../../host/log.ts";
import type { Random, StandId } from "../../protocol/ids.ts";
import type { PublicJwk } from "../../protocol/keys.ts";
import type { Banks } from "./banks.ts";
import type { Place } from "./house.ts";
import type { Network } from "./network.ts";
import type { Timeline } from "./timeline.ts";

/** What a process finds around it in a simulated world. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly place: Place;
  readonly random: Random;
  readonly network: Network;
  readonly banks: Banks;
  readonly log: Log | undefined;
  readonly stands: readonly {
    readonly id: StandId;
    readonly publicJwk: PublicJwk;
    readonly settings: { readonly merchant: MerchantId; readonly policies: Policies };
  }[];
  readonly backend: { readonly publicJwk: PublicJwk };
  /** Something happened that never should. */
  bug(error: unknown): void;
}
