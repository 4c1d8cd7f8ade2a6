import type { Stop } from "./device.ts";

/** What the devices need of time; every clock of the processes that use them fits. */
export interface DeviceClock {
  /** Steady time in milliseconds; never goes back. */
  now(): { readonly ms: number };
  /** Milliseconds since 1970, for records only. */
  wall(): number;
  /** Runs `run` once, no earlier than `ms` milliseconds from now, unless stopped before. */
  after(ms: number, run: () => void): Stop;
}
