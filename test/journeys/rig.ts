import type { State } from "../../gateway/order/words.ts";
import type { OrderId } from "../../protocol/ids.ts";
import type { Transaction } from "../../sandbox/midtrans/acquirer.ts";
import type { FaultName } from "../../sandbox/midtrans/fault.ts";
import type { SandboxWithPhone } from "../../sandbox/phone/start.ts";
import type { Place } from "../world/house.ts";
import type { BackendRig } from "./backend-rig.ts";
import type { Diary } from "./diary.ts";
import { eventually } from "./eventually.ts";
import { type Money, moneyOf, transactionsOf } from "./money.ts";
import type { RigBroker } from "./rig-broker.ts";
import type { SkippingClock } from "./skipping-clock.ts";
import type { StandRig } from "./stand-rig.ts";
import { wrongsOf } from "./verdict.ts";

type Arming = Parameters<SandboxWithPhone["faults"]["arm"]>[0];

const TEN_MINUTES_MS = 600_000;

/** Whole sales on real parts: broker, Midtrans' stand-in, backend, stands; each can be killed, each cable cut. */
export class Rig {
  readonly broker: RigBroker;
  readonly midtrans: SandboxWithPhone;
  readonly backend: BackendRig;
  readonly stands: readonly StandRig[];
  readonly diary: Diary;
  /** Of backend and Midtrans; the stands have their own. */
  readonly clock: SkippingClock;
  readonly #place: Place;

  constructor(parts: Pick<Rig, "broker" | "midtrans" | "backend" | "stands" | "diary" | "clock">, place: Place) {
    this.broker = parts.broker;
    this.midtrans = parts.midtrans;
    this.backend = parts.backend;
    this.stands = parts.stands;
    this.diary = parts.diary;
    this.clock = parts.clock;
    this.#place = place;
  }

  /** The only stand, or the first. */
  get stand(): StandRig {
    const [first] = this.stands;
    if (first === undefined) throw new Error("a rig without a stand");
    return first;
  }

  /** Everybody is connected, and every stand would sell. */
  async ready(): Promise<void> {
    await this.until("everybody is ready", () =>
      this.stands.every((stand) => stand.isConnected && this.backend.hears(stand.id)),
    );
  }

  /** Like `eventually`, with everybody's story when it does not happen. */
  async until<Found>(
    what: string,
    look: () => Found | false | undefined | Promise<Found | false | undefined>,
    withinMs?: number,
  ): Promise<Found> {
    try {
      return await eventually(what, look, withinMs);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.diary.lines.slice(-60).join("\n")}`);
    }
  }

  /** A customer presses; resolves to the order that this begins. */
  async begins(stand = this.stand, button?: string): Promise<OrderId> {
    const before = stand.front?.order.id;
    stand.press(button);
    return this.until(`${stand.id} has begun an order`, () => {
      const id = stand.front?.order.id;
      return id !== before ? id : undefined;
    });
  }

  async standIs(at: State["at"], stand = this.stand, withinMs?: number): Promise<void> {
    await this.until(`${stand.id} is ${at}`, () => stand.front?.at === at, withinMs);
  }

  async backendIs(at: string, order: OrderId, withinMs?: number): Promise<void> {
    const isThere = async (): Promise<boolean> => (await this.backend.stateOf(order))?.at === at;
    await this.until(`the backend has ${order} as ${at}`, isThere, withinMs);
  }

  /** The customer holds the phone's camera before the glass until it sees a code. */
  async scans(stand = this.stand): Promise<string> {
    return this.until(`a camera reads a code on the glass of ${stand.id}`, () => stand.codeOnGlass);
  }

  /** The customer presses, and scans what comes. */
  async orders(stand = this.stand, button?: string): Promise<{ readonly order: OrderId; readonly qr: string }> {
    const order = await this.begins(stand, button);
    return { order, qr: await this.scans(stand) };
  }

  /** The customer's wallet pays, GoPay when no `issuer` is named; resolves to what the phone says. */
  async pays(qr: string, issuer?: string): Promise<{ readonly paid: boolean; readonly because?: string }> {
    const body = JSON.stringify({ qr, ...(issuer === undefined ? {} : { issuer }) });
    const answer = await fetch(`${this.midtrans.phone}/pay`, { method: "POST", body });
    return (await answer.json()) as { readonly paid: boolean; readonly because?: string };
  }

  arms(...faults: readonly Arming[]): void {
    for (const fault of faults) this.midtrans.faults.arm(fault);
  }

  isArmed(name: FaultName): boolean {
    return this.midtrans.faults.list().some(({ fault }) => fault.fault === name);
  }

  /** Every transaction that Midtrans made for this order, oldest first. */
  chargesOf(order: OrderId): readonly Transaction[] {
    return transactionsOf(this.midtrans, order);
  }

  /** What has become of its money, by Midtrans' books. */
  moneyOf(order: OrderId): Money {
    return moneyOf(this.midtrans, order);
  }

  /** How often Midtrans was answered with this status, for notifications of this order. */
  answersTo(order: OrderId): readonly unknown[] {
    const about = this.midtrans.notifier.deliveries().filter((each) => each.order.startsWith(order));
    return about.flatMap(({ tries }) => tries.map(({ answered }) => answered));
  }

  /** The verdict of every journey: waits until nothing is wrong with any sale, and nobody owes anybody a word. */
  async endsWell(withinMs?: number, beforeLook = async (): Promise<void> => undefined): Promise<void> {
    let wrongs: readonly string[] = [];
    const isWell = async (): Promise<boolean> => {
      await beforeLook();
      wrongs = await wrongsOf(this);
      return wrongs.length === 0;
    };
    try {
      await eventually("all is well", isWell, withinMs);
    } catch {
      throw new Error(`still wrong: ${wrongs.join("; ")}\n${this.diary.lines.slice(-80).join("\n")}`);
    }
  }

  /** The same after things that take hours, such as a bank's word on a refund: ten minutes pass whenever the backend is idle. */
  async endsWellInTime(): Promise<void> {
    await this.endsWell(undefined, async () => {
      await this.backend.backend.idle();
      this.clock.skip(TEN_MINUTES_MS);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.stands.map((stand) => stand.close()), this.backend.close()]);
    await Promise.all([this.midtrans.close(), this.broker.close()]);
    this.#place.remove();
  }
}
