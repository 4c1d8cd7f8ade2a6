import type { Policies } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { MerchantId } from "../../backend/providers/provider.ts";
import type { Relay, Screen } from "../../device/device.ts";
import type { Page } from "../../device/drawing/page.ts";
import { Orders } from "../../gateway/controller/orders.ts";
import { References } from "../../gateway/controller/references.ts";
import type { Drawing } from "../../gateway/drawing.ts";
import { type OpenStand, openStand } from "../../gateway/open-stand.ts";
import { printKinds, releaseKinds, tellKinds } from "../../gateway/order/effects.ts";
import { standShape } from "../../gateway/order/shape.ts";
import type { Effect, Event, Rules, State } from "../../gateway/order/words.ts";
import type { StandJournal } from "../../gateway/stand.ts";
import type { Product } from "../../gateway/trade/menu.ts";
import { silentLog } from "../../host/log.ts";
import type { TakeOptions } from "../../journal/journal.ts";
import type { StandId } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair, type PublicJwk } from "../../protocol/keys.ts";
import { coffee, rules } from "../support/sale.ts";
import { Disk } from "./house.ts";
import { Life, mortal } from "./mortal.ts";
import type { Surroundings } from "./surroundings.ts";

/** One closing of a contact, as the street sees it. */
export type Pulse = { readonly stand: StandId; readonly order: string; readonly atMs: number };

export type StandSettings = {
  /** Whom it sells for. */
  readonly merchant: MerchantId;
  /** What the backend does with what this stand leaves owed. */
  policies: Policies;
  readonly rules: Rules;
  readonly product: Product;
  /** Chance that a pulse fails. */
  relayFails: number;
  /**
   * A deliberate mistake, to see that it is found: a release begun before a cut is begun again, or is not recorded as begun; a
   * controller's reference is not looked for in the journal.
   */
  readonly mistake?: "forgets-started" | "does-not-start" | "forgets-references";
};

export const usual = (): StandSettings => ({
  merchant: ONLY_MERCHANT,
  policies: { late: "hold", failed: "hold" },
  rules: { ...rules, paymentPatienceMs: 45_000, prints: { qr: false, receipt: false } },
  product: coffee,
  relayFails: 0,
});

/** The moments at which a stand's power is cut: every commit, every act, every word. */
const journalCuts = ["advance", "start", "finish", "again", "hasten"] as const;

/** A stand with its disk, its relay and its customers; its daemon lives and dies, the rest stays. */
export class StandProcess {
  readonly id: StandId;
  readonly pulses: Pulse[] = [];
  readonly settings: StandSettings;
  readonly #world: Surroundings;
  readonly #disk: Disk<State, Event, Effect>;
  readonly #pair = newKeyPair();
  #boots = 0;
  #life = new Life();
  #daemon: OpenStand | undefined;
  #orders: Orders | undefined;
  #wallOffsetMs = 0;
  #isClosed = false;
  /** How often its power went while a daemon ran. */
  deaths = 0;

  constructor(world: Surroundings, id: StandId, settings: StandSettings = usual()) {
    this.#world = world;
    this.id = id;
    this.settings = settings;
    this.#disk = new Disk(world.place, standShape, world.random);
    this.#life.end();
  }

  get publicJwk(): PublicJwk {
    return this.#pair.publicJwk;
  }

  get isAlive(): boolean {
    return !this.#life.isOver;
  }

  /** How many moments this life has had; with an endless fuse, how many cuts there are to try. */
  get moments(): number {
    return this.#life.moments;
  }

  /** What a customer sees; `undefined` on a dark screen. */
  get page(): Page | undefined {
    return this.isAlive ? this.#daemon?.pageNow() : undefined;
  }

  /** Whether a customer reads that nothing can be paid here, for nobody can be asked. */
  get isOffline(): boolean {
    return this.page?.title.second === "Offline";
  }

  /** What a controller beside it may do, while its daemon is up. */
  get orders(): Orders | undefined {
    return this.isAlive ? this.#orders : undefined;
  }

  get front(): State | undefined {
    return this.isAlive ? this.#daemon?.stand.front : undefined;
  }

  /** The daemon starts on what its disk holds: after a power cut in a new boot, else in the same one. */
  start(how: { readonly fuse?: number; readonly sameBoot?: boolean } = {}): void {
    if (how.sameBoot !== true) this.#boots += 1;
    const life = new Life(how.fuse, () => this.#died(life));
    this.#life = life;
    const clock = this.#world.timeline.clock(
      this.#boot,
      () => !life.isOver,
      () => this.#wallOffsetMs,
    );
    const disk = this.#disk.open(() => clock.wall());
    const journal = mortal(mistaken(disk, this.settings.mistake), life, journalCuts);
    const opening = openStand({
      id: this.id,
      name: "Stand Uji",
      isTest: false,
      rules: this.settings.rules,
      menu: [this.settings.product],
      journal,
      lost: false,
      devices: { screen: this.#screen(), relayOf: () => this.#relay(life) },
      openTransport: this.#world.network.openFor(life, clock),
      key: this.#pair.signing,
      backendKeys: keySetOf([{ owner: "backend", jwk: this.#world.backend.publicJwk }]),
      clock,
      boot: this.#boot,
      random: this.#world.random,
      log: this.#world.log ?? silentLog,
      drawing: blank,
    });
    opening.then((daemon) => this.#opened(life, daemon, journal)).catch((error: unknown) => this.#world.bug(error));
  }

  async #opened(life: Life, daemon: OpenStand, journal: StandJournal): Promise<void> {
    if (life.isOver) return;
    const isForgetful = this.settings.mistake === "forgets-references";
    const empty = { stateOf: async () => undefined, inSpan: async () => ({ orders: [] }) };
    const references = new References({ journal: isForgetful ? empty : journal });
    this.#orders = new Orders({ stand: daemon, journal, references, hasRelay: () => true });
    this.#daemon = daemon;
  }

  /** The plug is pulled; the disk is left as it lies. */
  async cut(): Promise<void> {
    this.#life.end();
    this.#daemon = undefined;
    this.#orders = undefined;
    await this.#disk.cut();
  }

  /** The plug is pulled now, and the copy of the disk is made before anybody starts again. */
  kill(): void {
    this.cut().catch((error: unknown) => this.#world.bug(error));
  }

  /** Effects that its journal still owes. */
  async owed(): Promise<number> {
    return (await this.#disk.reader().backlog([...tellKinds, ...printKinds, ...releaseKinds])).count;
  }

  press(): void {
    this.#daemon?.press(this.settings.product.button).catch((error: unknown) => this.#world.bug(error));
  }

  cancel(): void {
    this.#daemon?.cancel().catch((error: unknown) => this.#world.bug(error));
  }

  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  async states(): Promise<readonly State[]> {
    const journal = this.#disk.reader();
    return (await journal.latest(1_000)).map(({ state }) => state);
  }

  get #boot(): string {
    return `${this.id}-boot-${this.#boots}`;
  }

  #died(life: Life): void {
    this.deaths += 1;
    this.#world.network.forget(life);
    this.#isClosed = false;
  }

  #screen(): Screen {
    return { width: 1, height: 1, show: async () => undefined, close: async () => undefined };
  }

  /** The contact closes between two moments: the power may go before, after, and while it is closed. */
  #relay(life: Life): Relay {
    return {
      ready: async () => true,
      pulse: (ms, order) => this.#pulse(life, ms, order),
      close: async () => undefined,
    };
  }

  async #pulse(life: Life, ms: number, order: string): Promise<void> {
    life.moment();
    if (life.isOver) return forever();
    if (this.#isClosed) this.#world.bug(new Error(`two pulses at once for ${order}`));
    if (this.#world.random() < this.settings.relayFails) throw new Error("the relay is stuck");
    this.pulses.push({ stand: this.id, order, atMs: this.#world.timeline.ms });
    this.#isClosed = true;
    life.moment();
    if (life.isOver) return forever();
    await new Promise<void>((resolve) => this.#world.timeline.after(ms, resolve));
    this.#isClosed = false;
    life.moment();
    return life.isOver ? forever() : undefined;
  }
}

/** The journal as a program with this mistake would use it. */
/** `journal` with a deliberate mistake, to see that it is found. */
export function mistaken(journal: StandJournal, mistake: StandSettings["mistake"]): StandJournal {
  if (mistake === undefined) return journal;
  return new Proxy(journal, {
    get: (target, name) => {
      if (mistake === "does-not-start" && name === "start") return async () => undefined;
      if (mistake === "forgets-started" && name === "take") {
        return async (options: TakeOptions) =>
          (await target.take(options)).map((owed) => ({ ...owed, started: false }));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const forever = (): Promise<void> => new Promise(() => undefined);

/** Pages are judged as words here, not as pictures. */
const blank: Drawing = {
  page: () => ({ width: 1, height: 1, rgba: new Uint8ClampedArray(4) }),
  slip: () => ({ width: 1, height: 1, black: new Uint8Array(1) }),
};
