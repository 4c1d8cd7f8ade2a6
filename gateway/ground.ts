import type { Log } from "../host/log.ts";
import type { Random } from "../protocol/ids.ts";
import type { Clock } from "../protocol/time.ts";
import type { Setup } from "./setup.ts";

/** What a running stand rests on. */
export type Ground = {
  readonly setup: Setup;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Names this boot of the machine. */
  readonly boot: string;
  readonly random: Random;
  readonly log: Log;
};
