import { type Decision, type State as LedgerState, orderOf, type Policies } from "../../backend/ledger/words.ts";
import type { State as OrderState } from "../../gateway/order/words.ts";
import { reckon } from "../world/reckoning.ts";
import type { StandProcess } from "../world/stand-process.ts";
import { World, type WorldOptions } from "../world/world.ts";
import { Robot } from "./robot.ts";

/** What happens in a sale; without anything, the customer pays what is shown and takes the goods. */
export type Plot = {
  readonly policies?: Partial<Policies>;
  /** The contact sticks until the backend has heard that nothing came out. */
  readonly isStuck?: true;
  /** The customer presses cancel after so long. */
  readonly cancelsAfterMs?: number;
  /** The customer pays nothing that is shown, and the money turns up when the sale is long over. */
  readonly paysLate?: true;
  /** What staff decides as soon as the ledger has the order so, and says again until it is heard. */
  readonly staff?: { readonly when: LedgerState["at"]; readonly decision: Decision };
  /** A controller begins the sale, and lets the goods out itself. */
  readonly isControllers?: true;
  readonly mistake?: NonNullable<WorldOptions["mistake"]>;
  /** What stands behind the merchants' accounts; banks of this world when absent. */
  readonly banks?: NonNullable<WorldOptions["banks"]>;
  /** Where the backend keeps its books; a file when absent. */
  readonly books?: NonNullable<WorldOptions["books"]>;
};

export type Cuts = Plot & {
  /** At which moment each life of the stand ends; the life after the last one is not cut. */
  readonly stand?: readonly number[];
  readonly backend?: readonly number[];
  /** The machine keeps running and only the daemon dies. */
  readonly sameBoot?: boolean;
};

/** Moments that the longest life of each had: how many cuts there are to try. */
export type Moments = { readonly stand: number; readonly backend: number };

export type Ended = {
  readonly order: OrderState | undefined;
  readonly ledger: LedgerState | undefined;
  readonly pulses: number;
  readonly isPaid: boolean;
  /** In rupiah. */
  readonly back: number;
  readonly moments: Moments;
  /** The rules of the shop, as what is wrong with the sale. */
  readonly wrongs: readonly string[];
};

const PRESS_MS = 2_000;
const PAY_MS = 4_000;
const LATE_MS = 120_000;
const LOOK_MS = 100;
const RESTART_MS = 3_000;
const SAY_AGAIN_MS = 5_000;
/** What is done this long after the ledger's last step is no part of the sale: an idle stand asks whether anybody is there. */
const AFTER_SALE_MS = 5_000;
/** Long enough for every timer of an order to have had its turn, the provider's own expiry and repeats included. */
const END_MS = 45 * 60_000;

/** One customer, one sale, and the power gone wherever `cuts` says. The customer pays whatever QR was ever on the screen. */
export async function oneSale(cuts: Cuts): Promise<Ended> {
  const sale = new OneSale(cuts);
  try {
    return await sale.live();
  } finally {
    await sale.world.close();
  }
}

class OneSale {
  readonly world: World;
  readonly #cuts: Cuts;
  readonly #stand: StandProcess;
  readonly #robot: Robot;
  readonly #fuses: { readonly stand: number[]; readonly backend: number[] };
  readonly #buried = { stand: 0, backend: 0 };
  readonly #moments = { stand: 0, backend: 0 };
  /** As it was last committed. */
  #ledger: LedgerState | undefined;
  #lastStepMs = 0;
  #seen: string | undefined;
  #isPaid = false;

  constructor(cuts: Cuts) {
    const { mistake, policies, isStuck, banks, books } = cuts;
    this.#cuts = cuts;
    this.#fuses = { stand: [...(cuts.stand ?? [])], backend: [...(cuts.backend ?? [])] };
    this.world = new World({
      seed: 7,
      stands: 1,
      ...(mistake === undefined ? {} : { mistake }),
      ...(banks === undefined ? {} : { banks }),
      ...(books === undefined ? {} : { books }),
    });
    const [stand] = this.world.stands;
    if (stand === undefined) throw new Error("a world without a stand");
    this.#stand = stand;
    this.#robot = new Robot(this.world.timeline, stand, (error) => this.world.bug(error));
    stand.settings.policies = { ...stand.settings.policies, ...policies };
    if (isStuck === true) stand.settings.relayFails = 1;
  }

  async live(): Promise<Ended> {
    const { timeline, backend, stories } = this.world;
    backend.onHeard = (heard) => {
      stories.hear(heard);
      if (heard.event.type === "not-delivered") this.#stand.settings.relayFails = 0;
      this.#ledger = heard.took?.after ?? this.#ledger;
      if (heard.took === undefined) return;
      this.#lastStepMs = timeline.ms;
      this.#sayLater();
    };
    backend.start(this.#fuses.backend.shift());
    this.#startStand();
    timeline.at(PRESS_MS, () => (this.#cuts.isControllers === true ? this.#robot.sell() : this.#stand.press()));
    this.#plan();
    await timeline.run(END_MS, () => this.#check());
    return this.#ended();
  }

  #plan(): void {
    const { timeline, banks } = this.world;
    const { cancelsAfterMs, paysLate } = this.#cuts;
    if (cancelsAfterMs !== undefined) timeline.at(PRESS_MS + cancelsAfterMs, () => this.#stand.cancel());
    if (paysLate === true) timeline.at(LATE_MS, () => banks.latest(1).map((name) => banks.settleAfterAll(name)));
    else timeline.at(PRESS_MS, () => this.#look());
  }

  #look(): void {
    const { timeline, banks } = this.world;
    this.#seen = this.#stand.page?.qr?.text ?? this.#seen;
    if (this.#seen !== undefined && !this.#isPaid && timeline.ms >= PAY_MS) this.#isPaid = banks.pay(this.#seen);
    if (timeline.ms < 60_000) timeline.after(LOOK_MS, () => this.#look());
  }

  /** What staff has to say is said again until it has been heard. */
  #sayLater(): void {
    const { staff } = this.#cuts;
    const ledger = this.#ledger;
    if (ledger === undefined || ledger.at !== staff?.when) return;
    this.world.timeline.after(SAY_AGAIN_MS, () => {
      if (this.#ledger !== ledger) return;
      this.#sayLater();
      const said = this.world.backend.opened?.cashier.decide(orderOf(ledger), staff.decision);
      said?.catch((error: unknown) => this.world.bug(error));
    });
  }

  #check(): void {
    const { backend } = this.world;
    if (this.#stand.deaths > this.#buried.stand) this.#revive("stand");
    if (backend.deaths > this.#buried.backend) this.#revive("backend");
    this.#buried.stand = this.#stand.deaths;
    this.#buried.backend = backend.deaths;
    this.#count();
  }

  #count(): void {
    const { backend, timeline } = this.world;
    if (timeline.ms > this.#lastStepMs + AFTER_SALE_MS) return;
    this.#moments.stand = Math.max(this.#moments.stand, this.#stand.isAlive ? this.#stand.moments : 0);
    this.#moments.backend = Math.max(this.#moments.backend, backend.isAlive ? backend.moments : 0);
  }

  #revive(who: "stand" | "backend"): void {
    const { timeline, backend } = this.world;
    const process = who === "stand" ? this.#stand : backend;
    const start = (): void => (who === "stand" ? this.#startStand() : backend.start(this.#fuses.backend.shift()));
    process
      .cut()
      .then(() => timeline.after(RESTART_MS, start))
      .catch((error: unknown) => this.world.bug(error));
  }

  #startStand(): void {
    const fuse = this.#fuses.stand.shift();
    this.#stand.start({ sameBoot: this.#cuts.sameBoot ?? false, ...(fuse === undefined ? {} : { fuse }) });
  }

  async #ended(): Promise<Ended> {
    const { backend, banks, stories, bugs } = this.world;
    const orders = await this.#stand.states();
    const [order] = orders;
    const [ledger] = await backend.states();
    const pulses = this.#stand.pulses.length + this.#robot.drops;
    const id = order?.order.id ?? "";
    const allowed = 1 + stories.of(id).releases;
    const isOpen = order !== undefined && !["delivered", "troubled", "closed"].includes(order.at);
    const wrongs = [
      ...reckon({ order: id, state: ledger, pulses, banks, stories }),
      ...banks.wrongs,
      ...stories.wrongs,
      ...(pulses > allowed ? [`${pulses} pulses for one order, ${allowed} allowed`] : []),
      ...(isOpen ? [`the stand still has the order as ${order.at}`] : []),
      ...(this.#cuts.isControllers === true ? this.#robot.wrongs(orders, this.#stand.pulses.length) : []),
      ...bugs.map((bug) => `broke: ${String(bug)}`),
    ];
    const isPaid = banks.paidFor(id).times > 0;
    return { order, ledger, pulses, isPaid, back: banks.refundedFor(id).amount, moments: this.#moments, wrongs };
  }
}
