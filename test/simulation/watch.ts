import type { State } from "../../backend/ledger/words.ts";
import { orderOf } from "../../backend/ledger/words.ts";
import type { StandProcess } from "../world/stand-process.ts";
import type { World } from "../world/world.ts";

/** The shop's rules, looked at after every step of a simulated world. */
export class Watch {
  readonly #world: World;
  readonly #seen = new Map<StandProcess, number>();
  readonly wrongs: string[] = [];
  /** Further releases that staff has allowed, by order. */
  readonly allowed = new Map<string, number>();
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
    const [again] = this.#world.bank.chargedAgain;
    if (again !== undefined) this.#wrong(`attempt ${again} was charged twice`);
    const [bug] = this.#world.bugs;
    if (bug !== undefined) this.#wrong(`broke: ${bug instanceof Error ? bug.stack : String(bug)}`);
  }

  async tally(): Promise<{ orders: number; paid: number; pulses: number; steps: number }> {
    const states = await this.#world.backend.states();
    const paid = states.filter((state) => this.#world.bank.paidFor(orderOf(state)).times > 0).length;
    const pulses = this.#world.stands.reduce((sum, stand) => sum + stand.pulses.length, 0);
    return { orders: states.length, paid, pulses, steps: this.steps };
  }

  #lookAtRelay(stand: StandProcess): void {
    const seen = this.#seen.get(stand) ?? 0;
    for (const { order } of stand.pulses.slice(seen)) {
      const count = (this.#pulsesOf.get(order) ?? 0) + 1;
      this.#pulsesOf.set(order, count);
      const mayHave = 1 + (this.allowed.get(order) ?? 0);
      if (count > mayHave) this.#wrong(`${count} pulses for ${order}, ${mayHave} allowed`);
      const { amount } = this.#world.bank.paidFor(order);
      if (amount < stand.settings.product.price) this.#wrong(`goods for ${order}, for which ${amount} was paid`);
    }
    this.#seen.set(stand, stand.pulses.length);
  }

  /** A QR on show belongs to the order in front, and that order can be paid, or just has been. */
  #lookAtScreen(stand: StandProcess): void {
    const shown = stand.page?.qr?.text;
    if (shown !== undefined) this.#judgeQr(stand, shown);
  }

  #judgeQr(stand: StandProcess, shown: string): void {
    const { front } = stand;
    if (front?.at !== "awaiting" || front.qr !== shown) this.#wrong(`${stand.id} shows a QR and is ${front?.at}`);
    const status = this.#world.bank.statusOf(shown);
    // Money for an earlier attempt ends this one at the bank a moment before the stand can hear of it.
    const isPaidAnyhow = front?.at === "awaiting" && this.#world.bank.paidFor(front.order.id).times > 0;
    if (status !== "pending" && !isPaidAnyhow) this.#wrong(`${stand.id} shows a QR that is ${status}`);
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

/** At the end: every rupiah the provider holds is accounted for, on both sides. */
export async function accountsOf(world: World): Promise<readonly string[]> {
  const ledger = new Map((await world.backend.states()).map((state) => [orderOf(state) as string, state]));
  const pulses = new Map<string, number>();
  for (const { order } of world.stands.flatMap((stand) => stand.pulses))
    pulses.set(order, (pulses.get(order) ?? 0) + 1);
  const orders = new Set([
    ...ledger.keys(),
    ...pulses.keys(),
    ...world.bank.references.map((name) => name.slice(0, 26)),
  ]);
  const wrongs = [...orders].flatMap((order) => judge(order, ledger.get(order), pulses.get(order) ?? 0, world));
  for (const stand of world.stands) {
    for (const state of await stand.states()) {
      const isEnded = state.at === "delivered" || state.at === "closed";
      if (!isEnded) wrongs.push(`${stand.id} still has ${state.order.id} as ${state.at}`);
    }
  }
  return wrongs;
}

function judge(order: string, state: State | undefined, pulses: number, world: World): readonly string[] {
  const { times } = world.bank.paidFor(order);
  const wrongs: string[] = [];
  if (times > 0 && state?.at !== "delivered" && state?.at !== "remedied")
    wrongs.push(`${order} was paid and is ${state?.at ?? "unknown"}`);
  if (times > 1 && state?.at === "delivered") wrongs.push(`${order} was paid ${times} times and counts as delivered`);
  if (state?.at === "delivered" && pulses === 0) wrongs.push(`${order} counts as delivered and nothing moved`);
  if (times === 0 && (state?.at === "delivered" || state?.at === "remedied"))
    wrongs.push(`${order} was not paid and is ${state.at}`);
  if (world.bank.payableFor(order) > 0) wrongs.push(`${order} can still be paid`);
  return wrongs;
}
