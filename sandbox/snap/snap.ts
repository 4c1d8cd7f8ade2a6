import type { HttpAnswer, HttpRequest } from "../../host/http.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Transaction } from "../midtrans/acquirer.ts";
import { baseOf, type TlsPorts } from "../midtrans/base.ts";
import type { Body } from "../midtrans/body.ts";
import { type Asked, Calls, type Dialect } from "../midtrans/calls.ts";
import type { Dashboard } from "../midtrans/dashboard.ts";
import { about, type Strikes } from "../midtrans/faults.ts";
import type { Midtrans } from "../midtrans/midtrans.ts";
import { cancelBody, generateBody, queryBody, type Shown } from "./bodies.ts";
import { SERVICES, type SnapOperation, saying } from "./codes.ts";
import { Gate } from "./gate.ts";
import type { SnapKeys } from "./keys.ts";
import { NOTIFY_PATH } from "./letters.ts";
import { refundBody } from "./refund-bodies.ts";
import { readSnapRefund } from "./refund-request.ts";
import { amountIn, fieldsIn, type Original, originalOf, readGenerate, readOriginal } from "./requests.ts";
import { Tokens } from "./tokens.ts";

export type SnapOptions = {
  readonly keys: SnapKeys;
  readonly merchantId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly speed: number;
  readonly faults: Strikes;
  readonly hear: (asked: Asked) => void;
  readonly midtrans: Midtrans;
  readonly dashboard: Dashboard;
  readonly tlsPorts: TlsPorts;
};

/** Midtrans over BI-SNAP for one merchant, on the books that its Core API's calls are on. What those made is not known here. */
export class Snap {
  readonly #options: SnapOptions;
  readonly #tokens: Tokens;
  readonly #gate: Gate;
  readonly #calls: Calls;

  constructor(options: SnapOptions) {
    const { clock, random, speed, faults, hear } = options;
    this.#options = options;
    this.#tokens = new Tokens(clock, random, speed);
    this.#gate = new Gate({ ...options, tokens: this.#tokens });
    this.#calls = new Calls({ clock, speed, faults, hear, dialect: dialectOf(this.#gate) });
  }

  close(): void {
    this.#calls.close();
  }

  token(request: HttpRequest): Promise<HttpAnswer> {
    const perform = (): Body => {
      const fields = fieldsIn(request.body) ?? {};
      if (!Object.values(fields).includes("client_credentials")) return saying("token", "400 02", "grantType");
      return { ...saying("token", "200 00"), tokenType: "Bearer", ...this.#tokens.issue() };
    };
    return this.#calls.answer({ operation: "token", request, order: undefined, perform });
  }

  generate(request: HttpRequest): Promise<HttpAnswer> {
    const externalId = request.headers["x-external-id"] ?? "";
    const perform = (): Body => this.#generated(request, externalId);
    return this.#calls.answer({
      operation: "charge",
      request,
      order: externalId || undefined,
      amount: amountIn(request.body),
      perform: this.#once("charge", request, perform),
    });
  }

  #generated(request: HttpRequest, externalId: string): Body {
    const { merchantId, clock, dashboard, faults, midtrans } = this.#options;
    const { snap_notification_url: url } = dashboard.settings;
    const notify = url === null ? [] : [url.replace(/\/$/, "") + NOTIFY_PATH];
    const order = readGenerate(request.body, { externalId, merchantId, now: clock.wall(), notify });
    if ("bad" in order) return saying("charge", order.bad, order.about);
    const transaction = midtrans.charge(order);
    if (transaction === "duplicate") return saying("charge", "409 01");
    if (transaction.denied !== undefined) return saying("charge", "403 03");
    const fault = faults.take("no-qr-string", about(transaction));
    const shown: Shown = fault === undefined ? "all" : (fault.left ?? "pictures");
    return generateBody(transaction, baseOf(request, this.#options.tlsPorts), shown);
  }

  query(request: HttpRequest): Promise<HttpAnswer> {
    const perform = (): Body => {
      const original = readOriginal(request.body, ["serviceCode"], this.#options.merchantId);
      if ("bad" in original) return saying("status", original.bad, original.about);
      return queryBody(this.#find(original), original);
    };
    return this.#about("status", request, perform);
  }

  cancel(request: HttpRequest): Promise<HttpAnswer> {
    const perform = (): Body => {
      const original = readOriginal(request.body, ["merchantId", "reason"], this.#options.merchantId);
      if ("bad" in original) return saying("cancel", original.bad, original.about);
      const moved = this.#options.midtrans.cancel(this.#find(original)?.id ?? "");
      if (moved === "unknown") return saying("cancel", "404 01");
      return "unmoved" in moved ? saying("cancel", "404 00") : cancelBody(moved, this.#options.clock.wall());
    };
    return this.#about("cancel", request, perform);
  }

  refund(request: HttpRequest): Promise<HttpAnswer> {
    const perform = (): Body => {
      const externalId = request.headers["x-external-id"] ?? "";
      const asked = readSnapRefund(request.body, { merchantId: this.#options.merchantId, externalId });
      if ("bad" in asked) return saying("refund", asked.bad, asked.about);
      const transaction = this.#find(asked);
      const isMeant = (transaction?.snap?.partnerReference ?? transaction?.orderId) === asked.partnerReference;
      const refunded = isMeant ? this.#options.midtrans.refund(transaction?.id ?? "", asked.ask) : "unknown";
      return refunded === "unknown" ? saying("refund", "404 01") : refundBody(refunded);
    };
    return this.#about("refund", request, perform);
  }

  #about(operation: SnapOperation, request: HttpRequest, perform: () => Body): Promise<HttpAnswer> {
    const original = originalOf(request.body);
    const found = original && this.#find(original);
    const order = found?.orderId ?? original?.name.slice(0, 50);
    return this.#calls.answer({
      operation,
      request,
      order,
      amount: found?.amount,
      perform: this.#once(operation, request, perform),
    });
  }

  /** A call that is carried out has used up its external id. */
  #once(operation: SnapOperation, { headers }: HttpRequest, perform: () => Body): () => Body {
    return () => {
      this.#gate.use(headers["x-external-id"] ?? "", operation);
      return perform();
    };
  }

  #find({ by, name }: Original): Transaction | undefined {
    const { midtrans } = this.#options;
    const found =
      by === "originalPartnerReferenceNo"
        ? midtrans.transactions().findLast(({ snap, orderId }) => (snap?.partnerReference ?? orderId) === name)
        : midtrans.find(name);
    const own = by === "originalReferenceNo" ? found?.id : name;
    return found?.snap !== undefined && own === name ? found : undefined;
  }
}

function dialectOf(gate: Gate): Dialect {
  return {
    mark: { api: "snap" },
    refuse: ({ operation, request, order }) =>
      isSnap(operation) ? gate.refuse(operation, request, { on: operation, order }) : undefined,
    error: (code, message, about) => ({
      responseCode:
        code.length === 7 ? code : `${code}${SERVICES[isSnap(about?.operation) ? about.operation : "charge"]}00`,
      responseMessage: message,
    }),
    codeOf: (body) => String(body["responseCode"]),
    statusOf: (code) => Number(code.slice(0, 3)),
    keyOf: () => undefined,
    isGood: () => false,
  };
}

const isSnap = (operation: string | undefined): operation is SnapOperation =>
  operation !== undefined && Object.hasOwn(SERVICES, operation);
