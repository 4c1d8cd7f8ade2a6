import { signNotification } from "../../../../backend/providers/midtrans/signature.ts";
import { writeWib } from "../../../../backend/providers/midtrans/time.ts";
import type { RawRequest } from "../../../../backend/providers/provider.ts";
import { charged, type Json, SERVER_KEY } from "./samples.ts";
import type { Heard, Reply } from "./tape-server.ts";

type Charge = { readonly transaction: string; readonly amount: string; state: string; readonly reports: RawRequest[] };

const NOW = writeWib(Date.UTC(2026, 0, 1));
/** `status_code` by state: in a status answer, and in a notification. */
const CODES: Readonly<Record<string, readonly [status: string, report: string]>> = {
  pending: ["201", "201"],
  settlement: ["200", "200"],
  cancel: ["200", "202"],
  expire: ["407", "202"],
};

/** As little of Midtrans as the provider contract needs: charge, status, cancel, expire and the notifications, in memory. */
export class LittleMidtrans {
  readonly #charges = new Map<string, Charge>();

  answer(heard: Heard): Reply {
    const [, reference = "", operation = "charge"] = /^\w+ \/v2\/(?:charge|([^/]+)\/(\w+))$/.exec(heard.line) ?? [];
    if (operation === "charge") return { body: this.#charge(heard.json as ChargeBody) };
    const charge = this.#charges.get(reference);
    if (charge === undefined) return { status: 404, body: refusal("404") };
    if (operation === "status") return { body: tell(reference, charge) };
    if (charge.state !== "pending") return { body: refusal("412") };
    this.become(reference, operation);
    return { body: tell(reference, charge) };
  }

  /** Changes the state and reports it. */
  become(reference: string, state: string): void {
    const charge = this.#charges.get(reference);
    if (charge?.state !== "pending") throw new Error(`${reference} cannot become ${state}`);
    charge.state = state;
    const body = tell(reference, charge, 1);
    charge.reports.push({ path: "/midtrans", headers: {}, body: Buffer.from(JSON.stringify(body)) });
  }

  reports(reference: string): readonly RawRequest[] {
    return this.#charges.get(reference)?.reports ?? [];
  }

  #charge({ transaction_details: { order_id, gross_amount } }: ChargeBody): Json {
    if (this.#charges.has(order_id)) return refusal("406");
    const transaction = `transaction-${this.#charges.size + 1}`;
    const charge = { transaction, amount: `${gross_amount}.00`, state: "pending", reports: [] };
    this.#charges.set(order_id, charge);
    return { ...charged, ...tell(order_id, charge), qr_string: `00020101021263${transaction}` };
  }
}

type ChargeBody = { readonly transaction_details: { readonly order_id: string; readonly gross_amount: number } };

const refusal = (status_code: string): Json => ({ status_code, status_message: "no", id: "a-request" });

function tell(order_id: string, charge: Charge, from: 0 | 1 = 0): Json {
  const status_code = CODES[charge.state]?.[from] ?? "500";
  const signed = { order_id, status_code, gross_amount: charge.amount };
  const { transaction: transaction_id, state: transaction_status } = charge;
  const signature_key = signNotification(signed, SERVER_KEY);
  return { ...signed, signature_key, transaction_id, transaction_status, transaction_time: NOW, currency: "IDR" };
}
