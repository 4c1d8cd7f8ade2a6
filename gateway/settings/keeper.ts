import type { Log } from "../../host/log.ts";
import { within } from "../../host/within.ts";
import type { Settings } from "../../protocol/settings.ts";
import type { UsingBody } from "../../protocol/statements.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { GatewayConfig } from "../config.ts";
import type { OpenStand } from "../open-stand.ts";
import type { Trade } from "../trade/trade.ts";
import { type Fitted, fitTo } from "./fit.ts";
import type { Next, Refused, Shelf, Versioned } from "./shelf.ts";

export type TendedStand = Pick<OpenStand, "isBusy" | "isBetweenOrders" | "hold" | "trade" | "adopt">;

export type SettingsKeeperOptions = {
  readonly shelf: Shelf;
  /** The stand's own; its wires are what settings must fit. */
  readonly config: GatewayConfig;
  /** What a configuration says of selling, with the devices of this machine. */
  tradeOf(config: GatewayConfig): Trade;
  readonly clock: Clock;
  readonly log: Log;
  /** What is used, or refused, has become another. */
  changed(): void;
};

/** A customer may be in front: how soon to look again whether nobody is. */
const LOOK_MS = 500;
/** A disk that does not take them is not tried all the time. */
const AGAIN_MS = 60_000;
/** A process that ended so often while it took settings up, ended because of them. */
const MOST_TRIES = 2;
const LAST_CHANGE_MS = 5_000;

/**
 * Takes the backend's settings up: judged at once, on the disk before anybody is told, used from one order to the next, and given
 * back with words when the stand cannot use them. It goes on with the last good ones, also after a restart.
 */
export class SettingsKeeper {
  readonly #options: SettingsKeeperOptions;
  #stand: TendedStand | undefined;
  #changing: Promise<void> | undefined;
  #stopLooking: Stop = () => undefined;

  constructor(options: SettingsKeeperOptions) {
    this.#options = options;
  }

  get using(): UsingBody["settings"] {
    const { selling, refused } = this.#options.shelf;
    const version = selling?.version ?? 0;
    if (refused === undefined) return { version };
    return { version, refused: { version: refused.version, because: refused.because } };
  }

  /** What the stand begins with: as the last good settings say, or its own configuration where they fit no longer. */
  async firstConfig(): Promise<GatewayConfig> {
    const { shelf, config } = this.#options;
    await this.#forgive();
    if (shelf.selling === undefined) return config;
    const fitted = fitTo(shelf.selling.settings, config);
    if (fitted.is === "fits") return fitted.config;
    await this.#refuse({ ...shelf.selling, because: fitted.because, by: "fit" });
    return config;
  }

  /** From now on settings are taken up, whenever nobody is in front. */
  tend(stand: TendedStand): void {
    this.#stand = stand;
    this.#lookAfter(0);
  }

  /** Takes nothing more up; waits a little for what is being taken up. */
  async close(): Promise<void> {
    this.#stand = undefined;
    this.#stopLooking();
    await within(this.#options.clock, LAST_CHANGE_MS, this.#changing ?? Promise.resolve(), undefined);
  }

  /** Resolves when they are on the disk, whatever becomes of them. Only newer ones than all before count. */
  async hear(version: number, settings: Settings): Promise<void> {
    const { shelf, config, changed } = this.#options;
    if (version <= shelf.newest) return changed();
    const fitted = fitTo(settings, config);
    if (fitted.is === "refused") return this.#refuse({ version, settings, because: fitted.because, by: "fit" });
    await shelf.want({ version, settings, tries: 0 });
    this.#lookAfter(0);
  }

  /** Somebody has changed the configuration: what it did not fit may fit now. */
  async #forgive(): Promise<void> {
    const { shelf, config } = this.#options;
    const { refused, selling } = shelf;
    if (refused?.by !== "fit" || fitTo(refused.settings, config).is !== "fits") return;
    const { version, settings } = refused;
    if (version > (selling?.version ?? 0)) await shelf.want({ version, settings, tries: 0 });
    else await shelf.forgive();
  }

  #lookAfter(ms: number): void {
    if (this.#stand === undefined) return;
    const { clock, log } = this.#options;
    this.#stopLooking();
    this.#stopLooking = clock.after(ms, () => {
      this.#look().catch((error: unknown) => {
        log.error("settings not taken up", { error });
        this.#lookAfter(AGAIN_MS);
      });
    });
  }

  async #look(): Promise<void> {
    const stand = this.#stand;
    const { next } = this.#options.shelf;
    if (stand === undefined || next === undefined || this.#changing !== undefined) return;
    if (stand.isBusy || !stand.isBetweenOrders) return this.#lookAfter(LOOK_MS);
    const release = stand.hold();
    this.#changing = this.#take(next, stand).finally(() => {
      release();
      this.#changing = undefined;
    });
    await this.#changing;
    if (this.#options.shelf.next !== undefined) this.#lookAfter(0);
  }

  async #take(next: Next, stand: TendedStand): Promise<void> {
    const { shelf, config, tradeOf } = this.#options;
    const { version, settings } = next;
    if (next.tries >= MOST_TRIES) return this.#refuse({ version, settings, because: ENDED, by: "use" });
    const fitted: Fitted = fitTo(settings, config);
    if (fitted.is === "refused") return this.#refuse({ version, settings, because: fitted.because, by: "fit" });
    await shelf.tried(next);
    await this.#tryOut(stand, tradeOf(fitted.config), { version, settings });
  }

  /** Afterwards the stand sells by them, and has them on its disk; or by what it sold by before. */
  async #tryOut(stand: TendedStand, trade: Trade, settings: Versioned): Promise<void> {
    const { shelf, log, changed } = this.#options;
    const before = stand.trade;
    try {
      const because = await stand.adopt(trade);
      if (because !== undefined) throw new Unusable(because);
      await shelf.sell(settings);
    } catch (error) {
      await stand.adopt(before);
      if (!(error instanceof Unusable)) throw error;
      return this.#refuse({ ...settings, because: error.message, by: "use" });
    }
    log.info("settings taken up", { version: settings.version });
    changed();
  }

  async #refuse(refused: Refused): Promise<void> {
    const { shelf, log, changed } = this.#options;
    await shelf.refuse(refused);
    log.error("settings refused", { version: refused.version, because: refused.because });
    changed();
  }
}

class Unusable extends Error {}

const ENDED = "the stand's program ended each time that it took them up";
