import type { GatewayConfig } from "../config.ts";
import type { Hardware } from "./hardware.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";

/** What every check is made with. */
export type Asking = {
  readonly machine: Machine;
  /** The configuration's file. */
  readonly file: string;
  /** What is wrong with it, for a person. */
  readonly unusable: string | undefined;
  readonly stand: Configured | undefined;
};

/** What the configuration speaks of. */
export type Configured = {
  readonly config: GatewayConfig;
  readonly network: Network;
  readonly hardware: Hardware;
};
