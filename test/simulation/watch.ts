import { orderOf } from "../../backend/ledger/words.ts";
import type { StandProcess } from "../world/stand-process.ts";
import type { World } from "../world/world.ts";

/** The shop's rules, looked at after every step of a simulated world. */
export class Watch {
  readonly #world: World;
  readonly #seen = new Map<StandProcess, number>();
  readonly wrongs: string[] = [];
  readonly #pulsesOf = new Map<string, number>();
  readonly #shownSince = new Map<string, number>();
  steps = 0;

  constructor(world: World) {
    this.#world = world;
  }

  look(): void {
    this.steps += 1;
    for (const stand of this.#world.stands) {
      this.#lookAtRelay(stand);
      this.#lookAtScreen(stand);
    }
    for (const wrong of [...this.#world.banks.wrongs, ...this.#world.stories.wrongs]) this.#wrong(wrong);
    const [bug] = this.#world.bugs;
    if (bug !== undefined) this.#wrong(`broke: ${bug instanceof Error ? bug.stack : String(bug)}`);
  }

  async tally(): Promise<{ orders: number; paid: number; refunded: number; pulses: number; steps: number }> {
    const states = await this.#world.backend.states();
    const { banks } = this.#world;
    const paid = states.filter((state) => banks.paidFor(orderOf(state)).times > 0).length;
    const refunded = states.filter((state) => banks.refundedFor(orderOf(state)).amount > 0).length;
    const pulses = this.#world.stands.reduce((sum, stand) => sum + stand.pulses.length, 0);
    return { orders: states.length, paid, refunded, pulses, steps: this.steps };
  }

  #lookAtRelay(stand: StandProcess): void {
    const seen = this.#seen.get(stand) ?? 0;
    for (const { order } of stand.pulses.slice(seen)) this.#judgePulse(stand, order);
    this.#seen.set(stand, stand.pulses.length);
  }

  #judgePulse({ settings }: StandProcess, order: string): void {
    const { banks, stories } = this.#world;
    const { releases, isBlind } = stories.of(order);
    const count = (this.#pulsesOf.get(order) ?? 0) + 1;
    this.#pulsesOf.set(order, count);
    if (count > 1 + releases) this.#wrong(`${count} pulses for ${order}, ${1 + releases} allowed`);
    const { amount } = banks.paidFor(order);
    if (amount < settings.product.price) this.#wrong(`goods for ${order}, for which ${amount} was paid`);
    if (banks.refunds.mayBeBack(order) && !isBlind)
      this.#wrong(`goods for ${order}, whose money may be on its way back`);
  }

  /** A QR on show belongs to the order in front, and that order can be paid, or just has been. */
  #lookAtScreen(stand: StandProcess): void {
    const shown = stand.page?.qr?.text;
    if (shown !== undefined) this.#judgeQr(stand, shown);
  }

  #judgeQr(stand: StandProcess, shown: string): void {
    const { front } = stand;
    if (front?.at !== "awaiting" || front.qr !== shown) this.#wrong(`${stand.id} shows a QR and is ${front?.at}`);
    const status = this.#world.banks.statusOf(shown);
    // Money for an earlier attempt ends this one at the bank a moment before the stand can hear of it.
    const isPaidAnyhow = () => front?.at === "awaiting" && this.#world.banks.paidFor(front.order.id).times > 0;
    if (status !== "pending" && !isPaidAnyhow()) this.#wrong(`${stand.id} shows a QR that is ${status}`);
    const age = this.#world.timeline.ms - (this.#shownSince.get(shown) ?? this.#remember(shown));
    if (age > stand.settings.rules.paymentPatienceMs + 1_000) this.#wrong(`${stand.id} shows a QR for ${age} ms`);
  }

  #remember(qr: string): number {
    this.#shownSince.set(qr, this.#world.timeline.ms);
    return this.#world.timeline.ms;
  }

  #wrong(what: string): void {
    if (!this.wrongs.includes(what)) this.wrongs.push(what);
  }
}
