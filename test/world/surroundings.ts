import type { Log } from "../../host/log.ts";
import type { Random, StandId } from "../../protocol/ids.ts";
import type { PublicJwk } from "../../protocol/keys.ts";
import type { Bank } from "./bank.ts";
import type { Place } from "./house.ts";
import type { Network } from "./network.ts";
import type { Timeline } from "./timeline.ts";

/** What a process finds around it in a simulated world. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly place: Place;
  readonly random: Random;
  readonly network: Network;
  readonly bank: Bank;
  readonly log: Log | undefined;
  readonly stands: readonly { readonly id: StandId; readonly publicJwk: PublicJwk }[];
  readonly backend: { readonly publicJwk: PublicJwk };
  /** Something happened that never should. */
  bug(error: unknown): void;
}
