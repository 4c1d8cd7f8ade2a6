import { join } from "node:path";
import type { GatewayConfig } from "../../../gateway/config.ts";
import type { Drawing } from "../../../gateway/drawing.ts";
import { StandCare } from "../../../gateway/settings/care.ts";
import { SettingsKeeper } from "../../../gateway/settings/keeper.ts";
import { Shelf } from "../../../gateway/settings/shelf.ts";
import { TrustedKeys } from "../../../gateway/settings/trusted-keys.ts";
import { tradeOf } from "../../../gateway/trade/trade-of.ts";
import { silentLog } from "../../../host/log.ts";
import type { UsingBody } from "../../../protocol/statements.ts";
import { promptDisk } from "../../support/dying-disk.ts";
import { inputInHand } from "../../support/input-in-hand.ts";
import { STAND } from "../../support/sale.ts";
import { benchConfig } from "../../support/settings.ts";
import { type Bench, backendJwk, blankDrawing, standOnBench } from "../../support/stand-on-bench.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

export type CaredFor = {
  readonly bench: Bench;
  readonly shelf: Shelf;
  readonly keys: TrustedKeys;
  /** What the stand last told of what it uses. */
  using(): UsingBody | undefined;
  close(): Promise<void>;
};

export type CaredForOptions = {
  /** Where settings are kept. */
  readonly folder: string;
  readonly config?: GatewayConfig;
  readonly drawing?: Drawing;
};

/** A stand on the bench whose settings and keys the backend may change, as a running daemon puts it together. */
export async function caredFor({
  folder,
  config = benchConfig,
  drawing = blankDrawing,
}: CaredForOptions): Promise<CaredFor> {
  const clock = new VirtualClock();
  const shelf = new Shelf({ folder: join(folder, "settings"), stand: STAND, log: silentLog, hands: promptDisk });
  const keys = new TrustedKeys({ folder: join(folder, "settings"), seed: [backendJwk], hands: promptDisk });
  const input = () => inputInHand().input;
  const settings = new SettingsKeeper({
    shelf,
    config,
    tradeOf: (candidate) => tradeOf(candidate, input),
    clock,
    log: silentLog,
    changed: () => care.changed(),
  });
  const care = new StandCare({
    settings,
    keys,
    software: "1.2.3",
    clock,
    log: silentLog,
    certificateEndsInMs: () => 86_400_000,
  });
  const { sensorOf: _, inputs: __, ...trade } = tradeOf(await settings.firstConfig(), input);
  const bench = await standOnBench({ clock, parts: { ...trade, care, drawing, backendKeys: keys } });
  care.tend(bench.stand);
  settings.tend(bench.stand);
  return {
    bench,
    shelf,
    keys,
    using: () => bench.backend.heard.filter((body) => body.type === "using").at(-1),
    close: async () => {
      await settings.close();
      await bench.close();
    },
  };
}
