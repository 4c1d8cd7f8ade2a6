import type { Input, Relay } from "../../device/device.ts";
import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { Stop } from "../../protocol/time.ts";
import { isHandOver, type Opening } from "../order/words.ts";
import type { Menu } from "../trade/menu.ts";
import { type Obstacle, type Outlet, obstaclesTo, type PreflightParts } from "./preflight.ts";

export type ReadinessOptions = {
  readonly parts: PreflightParts;
  menu(): Menu;
  readonly log: Log;
  relayOf(line: string): Relay | undefined;
  /** What sees the goods of this line leave. */
  sensorOf(line: string): Input | undefined;
  /** An order is being served: nobody presses, and the printer has other things to do. */
  isServing(): boolean;
  changed(): void;
};

const LOOK_MS = 15_000;
/** How long a customer reads why the press did nothing. */
const READ_MS = 6_000;

/** Whether the stand could sell: looked at between orders, so that the screen says so before anybody presses. */
export class Readiness {
  readonly #options: ReadinessOptions;
  #obstacles: readonly Obstacle[] = [];
  #isClosed = false;
  #stopRound: Stop = () => undefined;
  #stopSensors: readonly Stop[] = [];

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  get obstacles(): readonly Obstacle[] {
    return this.#obstacles;
  }

  /** Begins to look from time to time, and whenever an outlet that was not clear may be. */
  open(): void {
    this.#listen();
    this.#lookAfter(0);
  }

  /** Other goods may leave elsewhere. Resolves when it has been looked whether they can. */
  async menuChanged(): Promise<void> {
    this.#listen();
    await this.#look();
  }

  #listen(): void {
    for (const stop of this.#stopSensors) stop();
    const sensors = new Set(this.#lines().flatMap((line) => this.#options.sensorOf(line) ?? []));
    this.#stopSensors = [...sensors].map((sensor) => sensor.onChange((isActive) => this.#sensed(isActive)));
  }

  /** Something has changed that only a look can judge. */
  again(): void {
    this.#lookAfter(0);
  }

  /** Before an order that is released so: everything. What stands in the way is shown for a while. */
  async before(opening: Opening): Promise<readonly Obstacle[]> {
    const outlets = isHandOver(opening) ? [] : [this.#outletOf(opening.line)];
    this.#now(await this.#obstaclesWith(outlets));
    if (this.#obstacles.length > 0) this.#lookAfter(READ_MS);
    return this.#obstacles;
  }

  /** Somebody found out otherwise; the next look decides. */
  lost(obstacle: Obstacle): void {
    if (this.#obstacles.includes(obstacle)) return;
    this.#now([...this.#obstacles, obstacle]);
    this.#lookAfter(READ_MS);
  }

  /** Somebody knows that this stands in the way no longer. */
  regained(obstacle: Obstacle): void {
    this.#now(this.#obstacles.filter((other) => other !== obstacle));
    this.#lookAfter(0);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopRound();
    for (const stop of this.#stopSensors) stop();
  }

  #lines(): readonly string[] {
    return [...new Set(this.#options.menu().map(({ opening }) => opening.line))];
  }

  #outletOf(line: string): Outlet {
    const sensor = this.#options.sensorOf(line);
    return { relay: this.#options.relayOf(line), ...(sensor === undefined ? {} : { sensor }) };
  }

  #sensed(isActive: boolean): void {
    if (!isActive && this.#obstacles.includes("sensor-stuck")) this.again();
  }

  #lookAfter(firstMs: number): void {
    if (this.#isClosed) return;
    const { parts, log } = this.#options;
    this.#stopRound();
    const run = (): Promise<void> => this.#look();
    this.#stopRound = every(parts.clock, log, { firstMs, everyMs: LOOK_MS, what: "readiness not known", run });
  }

  /** One product that can be released is enough to stay in service. */
  async #look(): Promise<void> {
    const { isServing } = this.#options;
    if (isServing()) return;
    const obstacles = await this.#obstaclesWith(this.#lines().map((line) => this.#outletOf(line)));
    if (!isServing()) this.#now(obstacles);
  }

  /** The commit that begins an order shows that the disk works; one that has failed is asked until it works again. */
  #obstaclesWith(outlets: readonly Outlet[]): Promise<readonly Obstacle[]> {
    return obstaclesTo(this.#options.parts, { outlets, probesJournal: this.#obstacles.includes("journal-failed") });
  }

  /** A door that was opened after the look began, or while its answer was on its way, is open. */
  #now(found: readonly Obstacle[]): void {
    const obstacles = [...new Set([...(this.#options.parts.interlocks?.active ?? []), ...found])];
    const isSame = obstacles.join() === this.#obstacles.join();
    this.#obstacles = obstacles;
    if (isSame) return;
    this.#options.log.info("readiness", { obstacles });
    this.#options.changed();
  }
}
