import { readVersion } from "../../host/version.ts";
import type { GatewayConfig } from "../config.ts";
import type { Devices } from "../devices.ts";
import type { Ground } from "../ground.ts";
import type { OpenStand } from "../open-stand.ts";
import type { Care } from "../parts.ts";
import { careFolderOf } from "../setup.ts";
import { tradeOf } from "../trade/trade-of.ts";
import { StandCare } from "./care.ts";
import { SettingsKeeper } from "./keeper.ts";
import { Shelf } from "./shelf.ts";

export type OpenedCare = {
  readonly care: Care;
  /** What the stand begins with. */
  readonly config: GatewayConfig;
  /** From now on what the backend wants is done. */
  tend(stand: OpenStand): void;
  /** By what the stand works has changed in a way that only others see. */
  changed(): void;
  close(): Promise<void>;
};

/** What the stand keeps of the backend's settings and keys, opened. */
export async function openCare(
  { setup, clock, log }: Ground,
  devices: Devices,
  certificateEndsInMs: () => number | undefined,
): Promise<OpenedCare> {
  const { config, backendKeys: keys } = setup;
  const shelf = new Shelf({ folder: careFolderOf(config), stand: config.stand.id, log });
  const settings = new SettingsKeeper({
    shelf,
    config,
    tradeOf: (candidate) => tradeOf(candidate, (name) => devices.input(name)),
    clock,
    log,
    changed: () => care.changed(),
  });
  const care = new StandCare({ settings, keys, software: readVersion(), clock, log, certificateEndsInMs });
  return {
    care,
    config: await settings.firstConfig(),
    tend: (stand) => {
      care.tend(stand);
      settings.tend(stand);
    },
    changed: () => care.changed(),
    close: () => settings.close(),
  };
}
