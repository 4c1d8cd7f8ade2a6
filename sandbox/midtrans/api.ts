import type { HttpAnswer, HttpRequest } from "../../host/http.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Transaction } from "./acquirer.ts";
import { baseOf, type TlsPorts } from "./base.ts";
import { type ExpiryField, type Merchant, statusBody, voidedBody } from "./bodies.ts";
import type { Body } from "./body.ts";
import type { Calls } from "./calls.ts";
import { chargeBody } from "./charge-bodies.ts";
import { readCharge, readNotificationUrls } from "./charge-request.ts";
import type { Dashboard } from "./dashboard.ts";
import type { Operation } from "./fault.ts";
import { about, type Strikes } from "./faults.ts";
import { jsonIn, objectIn } from "./json.ts";
import type { Midtrans, Moved } from "./midtrans.ts";
import { qrPicture } from "./qr-picture.ts";
import { refundBody } from "./refund-bodies.ts";
import { REFUND_REFUSALS } from "./refund-refusals.ts";
import { readRefund } from "./refund-request.ts";

export type ApiOptions = {
  readonly midtrans: Midtrans;
  readonly calls: Calls;
  readonly faults: Strikes;
  readonly merchant: Merchant;
  /** The payment types this merchant may use. */
  readonly activated: readonly string[];
  readonly dashboard: Dashboard;
  readonly clock: Clock;
  /** Where a customer's phone is found; where the call came to, below `/phone`, when absent. */
  readonly phone: () => string | undefined;
  readonly tlsPorts: TlsPorts;
};

/**
 * Midtrans' Core API for one merchant. Nearly every answer is HTTP 200; the body's `status_code` tells what it means.
 */
export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  charge(request: HttpRequest): Promise<HttpAnswer> {
    const json = jsonIn(request.body);
    const perform = () => (json === "malformed" ? this.#error("413", MALFORMED) : this.#charge(json.value, request));
    const details = json === "malformed" ? { order: undefined } : detailsIn(json.value);
    return this.#options.calls.answer({ operation: "charge", request, ...details, perform });
  }

  status(request: HttpRequest): Promise<HttpAnswer> {
    return this.#about("status", request, (id) => {
      const { midtrans, merchant } = this.#options;
      const transaction = midtrans.find(id);
      if (transaction === undefined) return this.#error("404", UNKNOWN);
      return statusBody(transaction, merchant, this.#expiryField(transaction));
    });
  }

  end(operation: "cancel" | "expire", request: HttpRequest): Promise<HttpAnswer> {
    return this.#about(operation, request, (id) => this.#ended(this.#options.midtrans[operation](id)));
  }

  refund(request: HttpRequest, how: { readonly direct: boolean }): Promise<HttpAnswer> {
    return this.#about("refund", request, (id) => this.#refunded(id, request.body, how));
  }

  async picture(request: HttpRequest): Promise<HttpAnswer> {
    const transaction = this.#options.midtrans.find(request.params["id"] ?? "");
    const call = { operation: "qr", request, order: transaction?.orderId } as const;
    const hindered = await this.#options.calls.hinder(call);
    if (hindered !== undefined) return hindered;
    const png = transaction === undefined || transaction.standing === "deny" ? undefined : qrPicture(transaction.qr);
    if (png === undefined) return { status: 404, body: this.#error("404", UNKNOWN) };
    return { status: 200, headers: { "content-type": "image/png" }, body: png };
  }

  nothing(): HttpAnswer {
    return { status: 404, body: this.#error("404", "The requested resource is not found") };
  }

  #about(operation: Operation, request: HttpRequest, answer: (id: string) => Body): Promise<HttpAnswer> {
    const id = request.params["id"] ?? "";
    const found = this.#options.midtrans.find(id);
    const isHidden = found?.snap !== undefined && request.headers["transaction-source"] !== "SNAP_API";
    const perform = () => (isHidden ? this.#error("404", UNKNOWN) : answer(id));
    return this.#options.calls.answer({
      operation,
      request,
      order: found?.orderId ?? id,
      amount: found?.amount,
      perform,
    });
  }

  #charge(json: unknown, request: HttpRequest): Body {
    const notify = this.#notifyUrls(request.headers);
    if ("bad" in notify) return this.#error("400", INVALID, [notify.bad]);
    const { activated, clock, midtrans, merchant } = this.#options;
    const read = readCharge(json, { now: clock.wall(), activated, notify });
    if (read.is === "bad") {
      const message = read.code === "402" ? NOT_ACTIVATED : INVALID;
      return this.#error(read.code, message, read.code === "402" ? [] : read.messages);
    }
    const transaction = midtrans.charge(read.order);
    if (transaction === "duplicate") return this.#error("406", CONFLICT);
    const base = baseOf(request, this.#options.tlsPorts);
    return chargeBody(transaction, merchant, {
      base,
      phone: this.#options.phone() ?? `${base}/phone`,
      expiry: this.#expiryField(transaction),
      withQrString: this.#showsQrString(transaction),
      callback: midtrans.callbackOf(transaction),
    });
  }

  /** The samples for `qris` have it, those for `gopay` do not. */
  #showsQrString(transaction: Transaction): boolean {
    const { faults } = this.#options;
    if (faults.take("no-qr-string", about(transaction)) !== undefined) return false;
    return transaction.gopay === undefined || faults.take("gopay-qr-string", about(transaction)) !== undefined;
  }

  #notifyUrls(headers: HttpRequest["headers"]): readonly string[] | { readonly bad: string } {
    const read = (header: string | undefined) => (header === undefined ? [] : readNotificationUrls(header));
    const { notification_url: set } = this.#options.dashboard.settings;
    const own = set === null ? [] : [set];
    const instead = read(headers["x-override-notification"]);
    const beside = read(headers["x-append-notification"]);
    if ("bad" in instead) return instead;
    if ("bad" in beside) return beside;
    return instead.length > 0 ? instead : [...own, ...beside];
  }

  #ended(moved: Moved): Body {
    if (moved === "unknown") return this.#error("404", UNKNOWN);
    if ("unmoved" in moved) return this.#error("412", NOT_MODIFIABLE);
    return voidedBody(moved, this.#options.merchant);
  }

  #refunded(id: string, bytes: Uint8Array, how: { readonly direct: boolean }): Body {
    const read = readRefund(bytes);
    if (read.is === "bad") return this.#error(read.code, read.code === "413" ? MALFORMED : INVALID, read.messages);
    const refunded = this.#options.midtrans.refund(id, read.ask);
    if (refunded === "unknown") return this.#error("404", UNKNOWN);
    if (refunded.is !== "refused") return refundBody(refunded, how);
    const { code, message } = REFUND_REFUSALS[refunded.because];
    return this.#error(code, message);
  }

  #expiryField(transaction: Transaction): ExpiryField {
    return this.#options.faults.take("expiry-field", about(transaction))?.as ?? "expiry_time";
  }

  #error(code: string, message: string, validation: readonly string[] = []): Body {
    return this.#options.calls.error(code, message, validation);
  }
}

const MALFORMED = "The request cannot be processed due to malformed syntax in the request body";
const INVALID = "One or more parameters in the payload is invalid.";
const NOT_ACTIVATED = "Payment channel is not activated.";
const UNKNOWN = "Transaction doesn't exist.";
const NOT_MODIFIABLE = "Transaction status cannot be updated.";
const CONFLICT =
  "The request could not be completed due to a conflict with the current state of the target resource, please try again";

/** Order id and amount of a charge that may be nonsense otherwise. */
function detailsIn(json: unknown): { readonly order: string | undefined; readonly amount: number } {
  const { order_id: id, gross_amount: amount } = objectIn(objectIn(json)?.["transaction_details"]) ?? {};
  return { order: typeof id === "string" ? id.slice(0, 50) : undefined, amount: Number(amount) };
}
