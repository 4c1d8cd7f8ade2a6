import type { Clock, Stop } from "../../protocol/time.ts";
import type { Transaction } from "./acquirer.ts";
import { type Merchant, notificationBody } from "./bodies.ts";
import type { Body } from "./body.ts";
import { about, type Occasion, type Strikes } from "./faults.ts";
import type { Notifier } from "./notifier.ts";
import type { Headers } from "./post.ts";
import { signatureOf } from "./signature.ts";

/** A notification as it goes out; a text goes out as it is. */
export type Letter = { readonly body: Body | string; readonly headers?: Headers };
/** Writes and signs what the merchant is told, with the faults that are armed against it. */
export type Write = (transaction: Transaction, occasion: Occasion) => Letter;

export type AnnouncerOptions = {
  readonly write: Write;
  readonly faults: Strikes;
  readonly notifier: Notifier;
  readonly clock: Clock;
};

const HELD_MAX = 1_000;

/** Tells the merchant how a transaction stands now, through whatever faults are armed against notifications. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #waits = new Set<Stop>();
  #held: readonly { readonly order: string; readonly send: () => Promise<void> }[] = [];

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  announce(transaction: Transaction): void {
    const { faults, write } = this.#options;
    const occasion = { ...about(transaction), of: transaction.standing };
    if (faults.take("drop", occasion) !== undefined) return;
    const letter = write(transaction, occasion);
    const copies = 1 + (faults.take("duplicate", occasion)?.copies ?? 0);
    const send = () => this.#send(transaction, letter, copies);
    if (faults.take("reorder", occasion) !== undefined) this.#hold(transaction.orderId, send);
    else this.#later(faults.take("late", occasion)?.ms ?? 0, () => void this.#sendWithHeld(transaction.orderId, send));
  }

  close(): void {
    for (const stop of this.#waits) stop();
    this.#waits.clear();
    this.#held = [];
  }

  async #send(transaction: Transaction, { body, headers }: Letter, copies: number): Promise<void> {
    const delivered = { order: transaction.orderId, standing: transaction.standing };
    const urls = Array.from({ length: copies }, () => transaction.notify).flat();
    await Promise.all(urls.map((url) => this.#options.notifier.send(url, delivered, body, headers)));
  }

  /** What was held back of this order goes out behind what is sent now. */
  async #sendWithHeld(order: string, send: () => Promise<void>): Promise<void> {
    await send();
    const held = this.#held.filter((each) => each.order === order);
    this.#held = this.#held.filter((each) => each.order !== order);
    for (const each of held) await each.send();
  }

  #hold(order: string, send: () => Promise<void>): void {
    this.#held = [...this.#held, { order, send }].slice(-HELD_MAX);
  }

  #later(ms: number, run: () => void): void {
    const stop = this.#options.clock.after(ms, () => {
      this.#waits.delete(stop);
      run();
    });
    this.#waits.add(stop);
  }
}

/** Notifications of the Core API: a flat body that carries its signature. */
export const coreLetters =
  ({ merchant, faults }: { readonly merchant: Merchant; readonly faults: Strikes }): Write =>
  (transaction, occasion) => {
    const body = notificationBody(transaction, merchant);
    const wrong = faults.take("wrong-amount", occasion);
    const priced = wrong === undefined ? body : { ...body, gross_amount: `${wrong.amount}.00` };
    const signed = wrong?.signed === true ? signedBy(merchant.serverKey, priced) : priced;
    const forged = faults.take("forge", occasion) === undefined ? signed : signedBy("not-the-server-key", signed);
    return { body: { ...forged, ...faults.take("alter", occasion)?.fields } };
  };

/** The same body with the signature that `serverKey` gives it. */
const signedBy = (serverKey: string, body: Body): Body => ({
  ...body,
  signature_key: signatureOf(
    {
      orderId: String(body["order_id"]),
      statusCode: String(body["status_code"]),
      grossAmount: String(body["gross_amount"]),
    },
    serverKey,
  ),
});
