import type { Printed } from "../device.ts";

/** What is bolted to a simulated stand. Names are letters, digits, `-` and `_`. */
export type StandShape = {
  readonly screen?: { readonly width: number; readonly height: number };
  /** `msPerRow`: how long one row of dots takes; default 0.5, and 0 prints at once. */
  readonly printer?: { readonly dots: number; readonly msPerRow?: number };
  readonly relays: readonly string[];
  readonly buttons: readonly string[];
  readonly sensors: readonly SensorShape[];
  /** Lamps and buzzers. */
  readonly outputs?: readonly string[];
};

/**
 * Also a door's switch. `follows`: fires by itself so long after the contact of that line opened at the end of a whole pulse,
 * unless jammed.
 */
export type SensorShape = {
  readonly name: string;
  readonly follows?: { readonly line: string; readonly afterMs: number };
};

/** `out-during` looks well until half of the next strip is printed, then the paper is out. */
export type Paper = "ok" | "low" | "out" | "out-during";
export type Cover = "closed" | "open";

/** `at` on the wall clock when the contact closed; `ms` is how long it was closed, null while it still is. */
export type Pulse = { readonly order: string; readonly line: string; readonly at: number; readonly ms: number | null };

/** `stuck`: the relay does not close, and says so. */
export type RelayMode = "working" | "stuck";

/** What can be seen or heard at the stand. */
export type StandNews =
  | { readonly is: "screen"; readonly lit: boolean }
  | { readonly is: "relay"; readonly line: string; readonly closed: boolean; readonly order: string }
  | { readonly is: "printed"; readonly ended: Printed; readonly rows: number }
  | { readonly is: "printer"; readonly paper: Paper; readonly cover: Cover }
  | { readonly is: "pressed"; readonly name: string; readonly heard: boolean }
  | { readonly is: "sensed"; readonly name: string; readonly heard: boolean }
  | { readonly is: "held"; readonly name: string; readonly active: boolean }
  | { readonly is: "output"; readonly name: string; readonly on: boolean };
