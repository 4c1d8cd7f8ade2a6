import type { Output, Printer, Relay, Screen } from "../device/device.ts";
import type { Page } from "../device/drawing/page.ts";
import { every } from "../host/every.ts";
import type { Log } from "../host/log.ts";
import { JournalFault } from "../journal/journal.ts";
import { type Lane, Performer } from "../journal/performer.ts";
import { sweepAll } from "../journal/sweep.ts";
import type { Random, StandId, StatementId } from "../protocol/ids.ts";
import type { KeySet, SigningKey } from "../protocol/keys.ts";
import type { CareBody, DownBody } from "../protocol/statements.ts";
import type { Clock, Stop } from "../protocol/time.ts";
import type { Zone } from "../protocol/wall-text.ts";
import type { OpenTransport } from "../wire/transport.ts";
import { Display } from "./display.ts";
import { type Drawing, loadDrawing, nothingToDrawOn } from "./drawing.ts";
import { type DeliverySensor, Hands } from "./hands.ts";
import { type Interlock, Interlocks } from "./interlocks.ts";
import { Link } from "./link.ts";
import { type Menu, type Sale, saleOf } from "./menu.ts";
import { type Effect, printKinds, type Rules, releaseKinds, type State, tellKinds } from "./order.ts";
import { isCustomers, pageOf, type Says, type View } from "./pages.ts";
import { Paper } from "./paper.ts";
import type { Obstacle, PreflightParts } from "./preflight.ts";
import { Readiness } from "./readiness.ts";
import { type ServiceSources, serviceFacts } from "./service/facts.ts";
import { Service, type ServiceSettings } from "./service/service.ts";
import { type OutOfService, Signals } from "./signals.ts";
import { type Begun, isOccupied, Stand, type StandJournal } from "./stand.ts";
import { within } from "./within.ts";

export type StandDevices = {
  readonly screen?: Screen;
  readonly printer?: Printer;
  /** The relay on this line; `undefined` for a line that this stand does not have. */
  relayOf(line: string): Relay | undefined;
  /** What confirms a delivery on this line. */
  sensorOf?(line: string): DeliverySensor | undefined;
  readonly interlocks?: readonly Interlock[];
  readonly signals?: { readonly lamp?: Output; readonly buzzer?: Output; readonly outOfService: OutOfService };
};

/** Everything a stand is made of, opened already; whoever opened it closes it, after `stop`. */
export type StandParts = {
  readonly id: StandId;
  readonly name: string;
  readonly zone?: Zone;
  readonly isTest: boolean;
  readonly rules: Rules;
  readonly menu: Menu;
  readonly journal: StandJournal;
  /** The journal before this one was lost. */
  readonly lost: boolean;
  readonly keepDays?: number;
  /** What customers read instead of our own words while an interlock is active. */
  readonly says?: Says;
  /** Whether there is a button that ends an order; true when absent. */
  readonly hasCancel?: boolean;
  readonly devices: StandDevices;
  /** Absent: nobody can ask for the service page. */
  readonly service?: ServiceSettings;
  readonly openTransport: OpenTransport;
  readonly key: SigningKey;
  readonly backendKeys: KeySet;
  readonly clock: Clock;
  /** Names this boot of the machine. */
  readonly boot: string;
  readonly random: Random;
  readonly log: Log;
  /** The drawing of `device/drawing` when absent; it is loaded only where there is something to draw on. */
  readonly drawing?: Drawing;
  readonly freeDiskBytes?: () => Promise<number>;
  /** Hears what the backend says of no order; resolves when it is on disk. */
  care?(body: CareBody): Promise<void>;
};

/** What became of a press of a product's button. `service`: it was a technician's, for a test print. */
export type Pressed = "begun" | "service" | Exclude<Begun, { readonly begun: unknown }>;

const DAY_MS = 24 * 3_600_000;
/** A stand that is switched off every night sweeps too, but not while it is starting. */
const FIRST_SWEEP_MS = 10 * 60_000;
const KEEP_DAYS = 90;
/** Longer than the longest pulse and the longest look at a sensor. */
const LAST_RELEASE_MS = 45_000;
/** A screen that hangs does not hold up the end. */
const LAST_PICTURE_MS = 2_000;
/** Statements under way at once. */
const TELL_AT_ONCE = 16;

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
  readonly #stand: Stand;
  readonly #hands: Hands;
  readonly #paper: Paper;
  readonly #display: Display | undefined;
  readonly #readiness: Readiness;
  readonly #interlocks: Interlocks;
  readonly #signals: Signals;
  readonly #service: Service | undefined;
  readonly #performer: Performer<Effect>;
  #link: Link | undefined;
  #stopSweeping: Stop = () => undefined;
  #isStopping = false;

  constructor(parts: StandParts, drawing: Drawing) {
    this.#parts = parts;
    this.#stand = this.#newStand();
    this.#interlocks = this.#newInterlocks();
    this.#hands = this.#newHands();
    this.#paper = this.#newPaper(drawing);
    this.#display = this.#newDisplay(drawing);
    this.#readiness = this.#newReadiness();
    this.#signals = this.#newSignals();
    this.#service = parts.service && this.#newService(parts.service, drawing);
    this.#performer = this.#newPerformer();
  }

  get stand(): Stand {
    return this.#stand;
  }

  /** `undefined` until `open` has taken up the journal. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Why the newest page is not on the glass; `undefined` while it is, or where there is no glass. */
  get screenFailure(): string | undefined {
    return this.#display?.failure;
  }

  /** What the last look found in the way of selling. */
  get obstacles(): readonly Obstacle[] {
    return this.#readiness.obstacles;
  }

  /** Resolves when the page of this moment is on the glass, or the screen has failed; at once where there is no glass. */
  async firstPage(): Promise<void> {
    await this.#display?.settled();
  }

  pageNow(): Page {
    return pageOf(this.#viewNow());
  }

  /** What the journal holds comes first: a statement that is heard must find the order in front in its place. */
  async open(): Promise<void> {
    await this.#stand.open();
    this.#link = this.#newLink();
    this.#performer.start();
    this.#interlocks.open();
    this.#readiness.open();
    this.#signals.open();
    this.#stopSweeping = this.#sweepDaily();
  }

  /** A product's button, by its name in the menu; other names mean nothing. Resolves when the press has been dealt with. */
  async press(button: string): Promise<Pressed | "unknown"> {
    const { menu, log } = this.#parts;
    const product = menu.find((each) => each.button === button);
    if (product === undefined || this.#isStopping) return "unknown";
    if (this.#service?.isOpen === true) {
      await this.#service.print();
      return "service";
    }
    const became = await this.order(saleOf(product));
    const pressed = typeof became === "object" && "begun" in became ? "begun" : became;
    log.info("pressed", { button, product: product.id, became: pressed });
    return pressed;
  }

  /** A customer is being served, or a technician: no order begins now. */
  get isBusy(): boolean {
    return this.#isStopping || this.#service?.isOpen === true || isOccupied(this.#stand.front);
  }

  /** An order that the journal does not take has not begun: nothing was asked for, and nobody can pay. */
  async order(sale: Sale): Promise<Begun> {
    if (this.isBusy) return "busy";
    try {
      return await this.#stand.begin(sale);
    } catch (fault) {
      if (!(fault instanceof JournalFault)) throw fault;
      this.#journalFailed(fault);
      return { obstacles: ["journal-failed"] };
    }
  }

  async cancel(): Promise<void> {
    if (this.#isStopping) return;
    if (this.#service?.isOpen === true) this.#service.close();
    else await this.#stand.cancel();
  }

  /** Whether a technician may have the screen: nobody is served, nobody reads what to tell the staff, and it is not there yet. */
  get isFreeForService(): boolean {
    const seen = { front: this.#stand.front, now: this.#parts.clock.now() };
    return this.#service?.isOpen === false && !this.#isStopping && !isCustomers(seen);
  }

  /** Shows the service page, or prints it where there is no screen. */
  async serve(): Promise<void> {
    if (this.isFreeForService) await this.#service?.open();
  }

  /** Resolves when all that can be done now is done: nothing is under way, and the screen is up to date. */
  async idle(): Promise<void> {
    await this.#performer.idle();
    await this.#display?.settled();
  }

  /** Takes no more presses, lets a release end properly and puts its outcome on disk, then says goodbye. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopSweeping();
    this.#readiness.close();
    this.#interlocks.close();
    this.#service?.close();
    await this.#performer.stop(LAST_RELEASE_MS);
    await this.#link?.close();
    this.#stand.close();
    this.#signals.close();
    await within(this.#parts.clock, LAST_PICTURE_MS, this.#display?.close() ?? Promise.resolve(), undefined);
  }

  #newStand(): Stand {
    return new Stand({
      ...this.#parts,
      preflight: (opening) => this.#readiness.before(opening),
      changed: () => this.#orderChanged(),
      wake: () => this.#performer.wake(),
    });
  }

  #newInterlocks(): Interlocks {
    const { clock, log, devices } = this.#parts;
    const changed = (): void => this.#interlocksChanged();
    return new Interlocks({ interlocks: devices.interlocks ?? [], clock, log, changed });
  }

  #newSignals(): Signals {
    const { clock, log, devices } = this.#parts;
    const seen = (): { front: State | undefined; isInService: boolean } => ({
      front: this.#stand.front,
      isInService:
        this.#readiness.obstacles.length === 0 && (this.#link?.connected ?? false) && this.#service?.isOpen !== true,
    });
    return new Signals({ outOfService: "off", ...devices.signals, clock, log, seen });
  }

  #newHands(): Hands {
    const { devices, journal, clock, log } = this.#parts;
    return new Hands({
      stand: this.#stand,
      journal,
      clock,
      log,
      relayOf: (line) => devices.relayOf(line),
      sensorOf: (line) => devices.sensorOf?.(line),
      ...this.#interlocking(),
    });
  }

  #newPaper(drawing: Drawing): Paper {
    const { devices, clock, log, name, zone, isTest } = this.#parts;
    return new Paper({
      printer: devices.printer,
      stand: this.#stand,
      clock,
      log,
      standName: name,
      zone: zone ?? "WIB",
      isTest,
      draw: drawing.slip,
      screenWorks: () => this.#display !== undefined && this.#display.failure === undefined,
    });
  }

  #newDisplay(drawing: Drawing): Display | undefined {
    const { devices, clock, log } = this.#parts;
    const { screen } = devices;
    if (screen === undefined) return undefined;
    const onFailed = (): void => this.#screenFailed();
    const { page: draw, tidy } = drawing;
    const seen = { view: () => this.#viewNow(), draw, onFailed };
    return new Display({ screen, clock, log, ...seen, ...(tidy === undefined ? {} : { tidy }) });
  }

  #newReadiness(): Readiness {
    const { menu, log, devices } = this.#parts;
    return new Readiness({
      parts: this.#preflightParts(),
      menu,
      log,
      relayOf: (line) => devices.relayOf(line),
      sensorOf: (line) => devices.sensorOf?.(line)?.input,
      isServing: () => isOccupied(this.#stand.front),
      changed: () => this.#changed(),
    });
  }

  #newService(settings: ServiceSettings, drawing: Drawing): Service {
    const { devices, menu, zone } = this.#parts;
    const sources: ServiceSources = {
      ...this.#parts,
      ...settings,
      ...(devices.printer === undefined ? {} : { printer: devices.printer }),
      zone: zone ?? "WIB",
      startedAt: this.#parts.clock.now(),
      lines: [...new Set(menu.map(({ opening }) => opening.line))],
      relayOf: (line) => devices.relayOf(line),
      link: () => this.#link,
      obstacles: () => this.#readiness.obstacles,
      screenFailure: () => this.screenFailure,
    };
    return new Service({
      ...this.#parts,
      ...settings,
      drawing,
      hasScreen: this.#display !== undefined,
      look: () => serviceFacts(sources),
      print: (draw) => this.#paper.printFree(draw),
      changed: () => this.#changed(),
    });
  }

  /** A stand without interlocks does not wait for any. */
  #interlocking(): { readonly interlocks?: Interlocks } {
    return (this.#parts.devices.interlocks ?? []).length === 0 ? {} : { interlocks: this.#interlocks };
  }

  #preflightParts(): PreflightParts {
    const { clock, journal, rules, devices, freeDiskBytes } = this.#parts;
    return {
      clock,
      journal,
      isConnected: () => this.#link?.connected ?? false,
      printsQr: rules.prints.qr,
      isReleasing: () => this.#hands.isReleasing,
      ...this.#interlocking(),
      ...(this.#display === undefined ? {} : { screen: this.#display }),
      ...(devices.printer === undefined ? {} : { printer: devices.printer }),
      ...(freeDiskBytes === undefined ? {} : { freeDiskBytes }),
    };
  }

  #newPerformer(): Performer<Effect> {
    const isOpen = (): boolean => this.#link?.connected ?? false;
    const tell: Lane<Effect>["perform"] = async (owed, signal) =>
      this.#link === undefined ? { againMs: 0 } : this.#link.tell(owed, signal);
    const lanes: readonly Lane<Effect>[] = [
      { kinds: releaseKinds, atOnce: 1, perform: (owed) => this.#hands.release(owed) },
      { kinds: tellKinds, atOnce: TELL_AT_ONCE, isOpen, perform: tell },
      { kinds: printKinds, atOnce: 1, perform: (owed) => this.#paper.print(owed) },
    ];
    const { journal, clock, log } = this.#parts;
    return new Performer({ journal, clock, log, lanes, onFault: (fault) => this.#journalFailed(fault) });
  }

  #newLink(): Link {
    return new Link({
      ...this.#parts,
      stand: this.#parts.id,
      open: this.#parts.openTransport,
      journal: this.#parts.journal.id,
      hear: (body, id) => this.#hear(body, id),
      openOrders: () => this.#stand.openOrders(),
      changed: () => {
        this.#performer.wake();
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
        return this.#parts.care?.(body);
      default:
        return this.#stand.hear(body, id);
    }
  }

  #viewNow(): View {
    const { menu, clock, name, isTest, says, hasCancel } = this.#parts;
    return {
      front: this.#stand.front,
      obstacles: this.#readiness.obstacles,
      isConnected: this.#link?.connected ?? false,
      menu,
      now: clock.now(),
      standName: name,
      isTest,
      ...(says === undefined ? {} : { says }),
      ...(hasCancel === undefined ? {} : { hasCancel }),
      ...(this.#service?.facts === undefined ? {} : { service: this.#service.facts }),
    };
  }

  /** Something that can be seen or heard at the stand may have changed. */
  #changed(): void {
    this.#display?.changed();
    this.#signals.changed();
  }

  #orderChanged(): void {
    if (isOccupied(this.#stand.front)) this.#service?.close();
    this.#changed();
    this.#endIfInterlocked();
  }

  #interlocksChanged(): void {
    for (const means of this.#interlocks.active) this.#readiness.lost(means);
    this.#endIfInterlocked();
    this.#readiness.again();
  }

  /** What is not paid yet could not be released: nobody shall pay it now. */
  #endIfInterlocked(): void {
    const front = this.#stand.front;
    if (this.#interlocks.active.length === 0 || (front?.at !== "charging" && front?.at !== "awaiting")) return;
    const { id } = front.order;
    this.#stand
      .report(id, { type: "interlock-tripped" })
      .catch((error: unknown) => this.#parts.log.error("interlocked order not ended", { order: id, error }));
  }

  /** An order whose QR is neither on the glass nor on paper cannot be paid. */
  #screenFailed(): void {
    const { rules, log } = this.#parts;
    const front = this.#stand.front;
    if (front?.at !== "awaiting") return;
    const { id } = front.order;
    if (rules.prints.qr && !this.#paper.lacksQrOf(id)) return;
    this.#stand
      .report(id, { type: "not-shown", because: "screen-failed" })
      .catch((error: unknown) => log.error("dark QR not recorded", { order: id, error }));
  }

  #journalFailed(fault: unknown): void {
    this.#parts.log.error("journal failed", { fault });
    this.#readiness.lost("journal-failed");
  }

  #sweepDaily(): Stop {
    const { clock, log, journal, keepDays } = this.#parts;
    const run = async (): Promise<void> => {
      const orders = await sweepAll(journal, clock.wall() - (keepDays ?? KEEP_DAYS) * DAY_MS);
      if (orders > 0) log.info("swept", { orders });
    };
    return every(clock, log, { firstMs: FIRST_SWEEP_MS, everyMs: DAY_MS, what: "sweep failed", run });
  }
}
