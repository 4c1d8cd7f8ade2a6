import { tomlLine } from "../../../host/toml-text.ts";
import type { StandId } from "../../../protocol/ids.ts";
import type { PublicJwk } from "../../../protocol/keys.ts";

/** A stand in the lab: what hangs where, and its configuration. */

export const STAND = "stand-1" as StandId;

/** What it is given by hand before it sells. */
export type Given = {
  /** As the virtual machine reaches it. */
  readonly broker: string;
  /** Where the machine asks the world, see `outside.ts`. */
  readonly door: string;
  readonly standKey: string;
  readonly backendKeys: { readonly keys: readonly PublicJwk[] };
};

export const FILES = {
  config: "/etc/qris-gateway/gateway.toml",
  backendKeys: "/etc/qris-gateway/backend-keys.json",
} as const;

/** BCM numbers. Buttons and the sensor are contacts to ground. */
export const LINE = { coffee: 17, tea: 5, cancel: 6, chute: 13, relay: 22 } as const;

/** Of the two products; the second is long enough to do something in the midst of it. */
export const PULSE_MS = { coffee: 400, tea: 4_000 } as const;
const SENSOR_WINDOW_MS = 1_500;
/** The emulated processor is ten times slower than a Pi's, and stands still when its host is busy. */
const SILENCE_SECONDS = 15;

export type Fittings = {
  /** An ST7789 of 240 × 320; without it the code goes on paper. */
  readonly screen: boolean;
  readonly printer: boolean;
  /** Where nothing looks for what falls, nothing is missed. */
  readonly sensor: boolean;
  /** How long the relays' guard waits for a daemon that says nothing. */
  readonly silenceSeconds?: number;
  readonly journal: string;
  readonly broker: string;
};

type Values = Readonly<Record<string, unknown>>;

const table = (header: string, values: Values): string =>
  [header, ...Object.entries(values).map(([name, value]) => tomlLine(name, value)), ""].join("\n");

const PANEL = { driver: "spi-panel", model: "st7789-240x320", dc_line: 25, reset_line: 24, backlight_line: 18 };

export const standToml = ({ screen, printer, sensor, journal, broker, silenceSeconds }: Fittings): string =>
  [
    table("[stand]", { id: STAND, name: "Kopi Lobi" }),
    table("[link]", { url: broker }),
    table("[keys]", { private_file: "credential:stand-key", backend_file: FILES.backendKeys }),
    table("[journal]", { file: journal }),
    table("[screen]", screen ? PANEL : { driver: "none" }),
    table("[printer]", printer ? { driver: "escpos", port: "usb", paper: "58mm", speed_mm: 500 } : { driver: "none" }),
    table("[pins]", { driver: "gpio", silence_seconds: silenceSeconds ?? SILENCE_SECONDS }),
    table("[[pins.relays]]", { name: "slot-1", line: LINE.relay, most_ms: 5_000 }),
    ...(["coffee", "tea", "cancel", "chute"] as const).map((name) =>
      table("[[pins.inputs]]", { name, line: LINE[name] }),
    ),
    table("[rules]", { charge_patience_ms: 60_000, payment_patience_ms: 300_000 }),
    ...(["coffee", "tea"] as const).map((id) =>
      table("[[products]]", {
        ...{ id, name: id, price: 15_000, button: id, line: "slot-1", pulse_ms: PULSE_MS[id] },
        ...(sensor ? { sensor: "chute", sensor_window_ms: SENSOR_WINDOW_MS } : {}),
      }),
    ),
  ].join("\n");
