import { signNotification } from "../../../../backend/providers/midtrans/signature.ts";
import { writeWib } from "../../../../backend/providers/midtrans/time.ts";
import type { RawRequest } from "../../../../backend/providers/provider.ts";
import { charged, fixture, type Json, SERVER_KEY } from "./samples.ts";
import type { Heard, Reply } from "./tape-server.ts";

type Back = { readonly key: string; readonly amount: number; isConfirmed: boolean };
type Charge = {
  readonly transaction: string;
  readonly amount: number;
  state: string;
  readonly reports: RawRequest[];
  readonly backs: Back[];
  /** What the next refund is answered with instead. */
  refusal?: Json | undefined;
};
type ChargeBody = { readonly transaction_details: { readonly order_id: string; readonly gross_amount: number } };
type RefundBody = { readonly refund_key: string; readonly amount: number };

const NOW = writeWib(Date.UTC(2026, 0, 1));
/** `status_code` by state: in a status answer, and in a notification. */
const CODES: Readonly<Record<string, readonly [status: string, report: string]>> = {
  pending: ["201", "201"],
  settlement: ["200", "200"],
  cancel: ["200", "202"],
  expire: ["407", "202"],
  refund: ["200", "200"],
  partial_refund: ["200", "200"],
};

/** As little of Midtrans as the provider contract needs, in memory: charge, status, cancel, expire, refund, notifications. */
export class LittleMidtrans {
  readonly #charges = new Map<string, Charge>();

  answer(heard: Heard): Reply {
    const [, reference = "", operation = "charge"] = /^\w+ \/v2\/(?:charge|([^/]+)\/(.+))$/.exec(heard.line) ?? [];
    if (operation === "charge") return { body: this.#charge(heard.json as ChargeBody) };
    const charge = this.#charges.get(reference);
    if (charge === undefined) return { status: 404, body: refusal("404") };
    if (operation === "status") return { body: tell(reference, charge) };
    if (operation.startsWith("refund")) return { body: this.#refund(reference, charge, heard.json as RefundBody) };
    if (charge.state !== "pending") return { body: refusal("412") };
    this.become(reference, operation);
    return { body: tell(reference, charge) };
  }

  /** Changes the state and reports it. */
  become(reference: string, state: string): void {
    const charge = this.#find(reference);
    if (charge.state !== "pending") throw new Error(`${reference} cannot become ${state}`);
    charge.state = state;
    this.#report(reference, charge);
  }

  confirmRefunds(reference: string): void {
    const charge = this.#find(reference);
    for (const back of charge.backs) back.isConfirmed = true;
    this.#report(reference, charge);
  }

  refuseRefund(reference: string, answer: Json): void {
    this.#find(reference).refusal = answer;
  }

  reports(reference: string): readonly RawRequest[] {
    return this.#charges.get(reference)?.reports ?? [];
  }

  #find(reference: string): Charge {
    const charge = this.#charges.get(reference);
    if (charge === undefined) throw new Error(`${reference} was not charged`);
    return charge;
  }

  #charge({ transaction_details: { order_id, gross_amount } }: ChargeBody): Json {
    if (this.#charges.has(order_id)) return refusal("406");
    const transaction = `transaction-${this.#charges.size + 1}`;
    const charge: Charge = { transaction, amount: gross_amount, state: "pending", reports: [], backs: [] };
    this.#charges.set(order_id, charge);
    return { ...charged, ...tell(order_id, charge), qr_string: `00020101021263${transaction}` };
  }

  #refund(reference: string, charge: Charge, { refund_key, amount }: RefundBody): Json {
    if (!["settlement", "partial_refund"].includes(charge.state)) return fixture("refund-error-412-2026");
    if (charge.backs.some(({ key }) => key === refund_key)) return fixture("refund-error-406-2026");
    if (goneOf(charge) + amount > charge.amount) return fixture("refund-error-414-amount-2026");
    const refused = charge.refusal;
    charge.refusal = undefined;
    if (refused !== undefined)
      return { ...refused, ...("order_id" in refused ? { order_id: reference, refund_key } : {}) };
    charge.backs.push({ key: refund_key, amount, isConfirmed: false });
    charge.state = goneOf(charge) === charge.amount ? "refund" : "partial_refund";
    this.#report(reference, charge);
    return { ...tell(reference, charge), refund_key };
  }

  #report(reference: string, charge: Charge): void {
    const body = tell(reference, charge, 1);
    charge.reports.push({ path: "/midtrans", headers: {}, body: Buffer.from(JSON.stringify(body)) });
  }
}

const refusal = (status_code: string): Json => ({ status_code, status_message: "no", id: "a-request" });

const goneOf = ({ backs }: Charge): number => backs.reduce((sum, { amount }) => sum + amount, 0);

function tell(order_id: string, charge: Charge, from: 0 | 1 = 0): Json {
  const status_code = CODES[charge.state]?.[from] ?? "500";
  const signed = { order_id, status_code, gross_amount: `${charge.amount}.00` };
  const { transaction: transaction_id, state: transaction_status } = charge;
  const signature_key = signNotification(signed, SERVER_KEY);
  const core = { ...signed, signature_key, transaction_id, transaction_status, transaction_time: NOW, currency: "IDR" };
  return charge.backs.length === 0 ? core : { ...core, ...refundsOf(charge) };
}

const refundsOf = (charge: Charge): Json => ({
  refund_amount: `${goneOf(charge)}.00`,
  refunds: charge.backs.map(({ key, amount, isConfirmed }, at) => ({
    refund_chargeback_id: at + 1,
    refund_amount: `${amount}.00`,
    refund_key: key,
    ...(isConfirmed ? { bank_confirmed_at: NOW } : {}),
  })),
});
