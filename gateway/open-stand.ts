import type { Page } from "../device/drawing/page.ts";
import { every } from "../host/every.ts";
import { within } from "../host/within.ts";
import { JournalFault } from "../journal/journal.ts";
import { dailySweep } from "../journal/sweep.ts";
import type { StatementId } from "../protocol/ids.ts";
import type { DownBody } from "../protocol/statements.ts";
import type { Stop } from "../protocol/time.ts";
import { type Assembly, assemble, type Whole } from "./assembly.ts";
import { type Drawing, loadDrawing, nothingToDrawOn } from "./drawing.ts";
import { Link } from "./link.ts";
import { firstTrade, type StandParts } from "./parts.ts";
import { isOfLink, type LinkObstacle, type Obstacle } from "./readiness/preflight.ts";
import { isCustomers, type PageName, pageNameOf, pageOf } from "./screen/pages.ts";
import type { View } from "./screen/view.ts";
import { type Shown, whatIsShown } from "./screen/what-is-shown.ts";
import { type Begun, isOccupied, type Stand } from "./stand.ts";
import { type Sale, saleOf } from "./trade/menu.ts";
import type { Trade } from "./trade/trade.ts";
import { tryTrade } from "./trade/try-trade.ts";
import { endIfDark, endIfInterlocked } from "./unpayable.ts";

/** What became of a press of a product's button. `service`: it was a technician's, for a test print. */
export type Pressed = "begun" | "service" | Exclude<Begun, { readonly begun: unknown }>;

const KEEP_DAYS = 90;
/** Longer than the longest pulse and the longest look at a sensor. */
const LAST_RELEASE_MS = 45_000;
/** A screen that hangs does not hold up the end. */
const LAST_PICTURE_MS = 2_000;

const lacksLink = (became: Begun): boolean =>
  typeof became === "object" && "obstacles" in became && became.obstacles.some(isOfLink);

/** Puts a stand together and sets it going: takes up what the journal holds, connects, performs what is owed. */
export async function openStand(parts: StandParts): Promise<OpenStand> {
  const { screen, printer } = parts.devices;
  const drawing =
    parts.drawing ?? (screen === undefined && printer === undefined ? nothingToDrawOn : await loadDrawing());
  const opened = new OpenStand(parts, drawing);
  await opened.open();
  return opened;
}

/** A whole stand at work. */
export class OpenStand {
  readonly #parts: StandParts;
  readonly #drawing: Drawing;
  readonly #all: Assembly;
  readonly #hearTrade = new Set<() => void>();
  #trade: Trade;
  #holds = 0;
  #isLeaving = false;
  #link: Link | undefined;
  #stopSweeping: Stop = () => undefined;
  #isStopping = false;

  constructor(parts: StandParts, drawing: Drawing) {
    this.#parts = parts;
    this.#drawing = drawing;
    this.#trade = firstTrade(parts);
    this.#all = assemble(parts, drawing, this.#whole());
  }

  get stand(): Stand {
    return this.#all.stand;
  }

  /** `undefined` until `open` has taken up the journal. */
  get link(): Link | undefined {
    return this.#link;
  }

  get hasScreen(): boolean {
    return this.#all.display !== undefined;
  }

  /** Why the newest page is not on the glass; `undefined` while it is, or where there is no glass. */
  get screenFailure(): string | undefined {
    return this.#all.display?.failure;
  }

  /** What the last look found in the way of selling. */
  get obstacles(): readonly Obstacle[] {
    return this.#all.readiness.obstacles;
  }

  /** Why no backend can be asked now. */
  get linkObstacle(): LinkObstacle | undefined {
    return this.#link === undefined ? "link-down" : this.#link.obstacle;
  }

  /** By what it sells now. */
  get trade(): Trade {
    return this.#trade;
  }

  /** Resolves when the page of this moment is on the glass, or the screen has failed; at once where there is no glass. */
  async firstPage(): Promise<void> {
    await this.#all.display?.settled();
  }

  pageNow(): Page {
    return pageOf(this.#viewNow());
  }

  /** What the journal holds comes first: a statement that is heard must find the order in front in its place. */
  async open(): Promise<void> {
    await this.#all.stand.open();
    this.#link = this.#newLink();
    this.#all.performer.start();
    this.#all.interlocks.open();
    this.#all.readiness.open();
    this.#all.signals.open();
    this.#stopSweeping = this.#sweepDaily();
  }

  /** A product's button, by its name in the menu; other names mean nothing. Resolves when the press has been dealt with. */
  async press(button: string): Promise<Pressed | "unknown"> {
    const { log } = this.#parts;
    const product = this.#trade.menu.find((each) => each.button === button);
    if (product === undefined || this.#isStopping) return "unknown";
    if (this.#all.service?.isOpen === true) {
      await this.#all.service.print();
      return "service";
    }
    const became = await this.order(saleOf(product));
    const pressed = typeof became === "object" && "begun" in became ? "begun" : became;
    log.info("pressed", { button, product: product.id, became: pressed });
    return pressed;
  }

  /** A customer is being served, or a technician, or it is held: no order begins now. */
  get isBusy(): boolean {
    return (
      this.#holds > 0 || this.#isStopping || this.#all.service?.isOpen === true || isOccupied(this.#all.stand.front)
    );
  }

  /** An order that the journal does not take has not begun: nothing was asked for, and nobody can pay. */
  async order(sale: Sale): Promise<Begun> {
    if (this.isBusy) return "busy";
    try {
      const became = await this.#all.stand.begin(sale);
      if (lacksLink(became)) this.#link?.hurry();
      return became;
    } catch (fault) {
      if (!(fault instanceof JournalFault)) throw fault;
      this.#journalFailed(fault);
      return { obstacles: ["journal-failed"] };
    }
  }

  async cancel(): Promise<void> {
    if (this.#isStopping) return;
    if (this.#all.service?.isOpen === true) this.#all.service.close();
    else await this.#all.stand.cancel();
  }

  /** Whether a technician may have the screen: nobody is served, nobody reads what to tell the staff, and it is not there yet. */
  get isFreeForService(): boolean {
    const seen = { front: this.#all.stand.front, now: this.#parts.clock.now() };
    return this.#all.service?.isOpen === false && !this.#isStopping && !isCustomers(seen);
  }

  /** Shows the service page, or prints it where there is no screen. */
  async serve(): Promise<void> {
    if (this.isFreeForService) await this.#all.service?.open();
  }

  /** Nobody is served, nothing moves, and no customer of the last order may still be paid out here. */
  get isBetweenOrders(): boolean {
    const { stand, hands, service } = this.#all;
    return stand.isBetweenOrders && !hands.isReleasing && service?.isOpen !== true;
  }

  /** No order begins until the answer is called. */
  hold(): Stop {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#holds -= 1;
      isHeld = false;
    };
  }

  /** Goes out of service for a newer version of itself, or comes back. What is under way goes on. */
  leave(isLeaving: boolean): void {
    this.#isLeaving = isLeaving;
    if (isLeaving) this.#all.readiness.lost("updating");
    else this.#all.readiness.regained("updating");
  }

  /**
   * Sells by this from now on; only between orders, and while it is held. Resolves to why it cannot, in words, when it can
   * not: then the one before is to be taken up again.
   */
  async adopt(trade: Trade): Promise<string | undefined> {
    this.#trade = trade;
    for (const hear of this.#hearTrade) hear();
    this.#changed();
    const { display, readiness } = this.#all;
    const { screen, relayOf } = this.#parts.devices;
    const view = this.#viewNow();
    return tryTrade({
      trade,
      view,
      display,
      readiness,
      screen,
      relayOf,
      draw: this.#drawing.page,
      clock: this.#parts.clock,
    });
  }

  /** Tells whenever another trade is taken up. `hear` must not throw. */
  onTrade(hear: () => void): Stop {
    this.#hearTrade.add(hear);
    return () => this.#hearTrade.delete(hear);
  }

  /** What kind of page is shown. */
  get pageName(): PageName {
    return pageNameOf(this.#viewNow());
  }

  /** How often each relay has closed since this process began. */
  get pulses(): Readonly<Record<string, number>> {
    return this.#all.hands.pulses;
  }

  /** For who is not here: what the glass shows. */
  shown(): Promise<Shown> {
    return whatIsShown({ view: this.#viewNow(), screen: this.#parts.devices.screen, drawing: this.#drawing });
  }

  /** Resolves when all that can be done now is done: nothing is under way, and the screen is up to date. */
  async idle(): Promise<void> {
    await this.#all.performer.idle();
    await this.#all.display?.settled();
  }

  /** Takes no more presses, lets a release end properly and puts its outcome on disk, then says goodbye. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopSweeping();
    this.#all.readiness.close();
    this.#all.interlocks.close();
    this.#all.service?.close();
    await this.#all.performer.stop(LAST_RELEASE_MS);
    await this.#link?.close();
    this.#all.stand.close();
    this.#all.signals.close();
    await within(this.#parts.clock, LAST_PICTURE_MS, this.#all.display?.close() ?? Promise.resolve(), undefined);
  }

  #whole(): Whole {
    return {
      trade: () => this.#trade,
      link: () => this.#link,
      linkObstacle: () => this.linkObstacle,
      isLeaving: () => this.#isLeaving,
      view: () => this.#viewNow(),
      changed: () => this.#changed(),
      orderChanged: () => this.#orderChanged(),
      interlocksChanged: () => this.#interlocksChanged(),
      screenFailed: () => endIfDark(this.#all, this.#parts),
      journalFailed: (fault) => this.#journalFailed(fault),
    };
  }

  #newLink(): Link {
    const { care } = this.#parts;
    return new Link({
      ...this.#parts,
      stand: this.#parts.id,
      open: this.#parts.openTransport,
      journal: this.#parts.journal.id,
      hear: (body, id) => this.#hear(body, id),
      ...(care === undefined ? {} : { using: () => care.using() }),
      openOrders: () => this.#all.stand.openOrders(),
      isServing: () => isOccupied(this.#all.stand.front),
      changed: () => {
        this.#all.performer.wake();
        this.#all.readiness.again();
        this.#changed();
      },
    });
  }

  async #hear(body: DownBody, id: StatementId): Promise<void> {
    switch (body.type) {
      case "ack":
        return;
      case "settings":
      case "keys":
      case "look":
        return this.#parts.care?.hear(body);
      default:
        return this.#all.stand.hear(body, id);
    }
  }

  #viewNow(): View {
    const { clock, isTest, hasCancel } = this.#parts;
    const { name, menu, says } = this.#trade;
    return {
      front: this.#all.stand.front,
      obstacles: this.#all.readiness.obstacles,
      isOnline: this.linkObstacle === undefined,
      menu,
      now: clock.now(),
      standName: name,
      isTest,
      ...(says === undefined ? {} : { says }),
      ...(hasCancel === undefined ? {} : { hasCancel }),
      ...(this.#all.service?.facts === undefined ? {} : { service: this.#all.service.facts }),
    };
  }

  /** Something that can be seen or heard at the stand may have changed. */
  #changed(): void {
    this.#all.display?.changed();
    this.#all.signals.changed();
  }

  #orderChanged(): void {
    if (isOccupied(this.#all.stand.front)) this.#all.service?.close();
    this.#changed();
    endIfInterlocked(this.#all, this.#parts);
  }

  #interlocksChanged(): void {
    for (const means of this.#all.interlocks.active) this.#all.readiness.lost(means);
    endIfInterlocked(this.#all, this.#parts);
    this.#all.readiness.again();
  }

  #journalFailed(fault: unknown): void {
    this.#parts.log.error("journal failed", { fault });
    this.#all.readiness.lost("journal-failed");
  }

  #sweepDaily(): Stop {
    const { clock, log, journal, keepDays = KEEP_DAYS } = this.#parts;
    const swept = (orders: number): void => log.info("swept", { orders });
    return every(clock, log, dailySweep({ journal, keepDays, wall: () => clock.wall(), swept }));
  }
}
