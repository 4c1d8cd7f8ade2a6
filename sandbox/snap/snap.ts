import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Transaction } from "../midtrans/acquirer.ts";
import type { Write } from "../midtrans/announcer.ts";
import type { Body } from "../midtrans/body.ts";
import { type Asked, Calls, type Dialect } from "../midtrans/calls.ts";
import type { Faults } from "../midtrans/faults.ts";
import type { Midtrans } from "../midtrans/midtrans.ts";
import { cancelBody, generateBody, queryBody, type Shown } from "./bodies.ts";
import { SERVICES, type SnapOperation, saying } from "./codes.ts";
import { Gate } from "./gate.ts";
import type { SnapKeys } from "./keys.ts";
import { NOTIFY_PATH, snapLetters } from "./letters.ts";
import { refundBody } from "./refund-bodies.ts";
import { readSnapRefund } from "./refund-request.ts";
import { fieldsIn, type Original, originalOf, readGenerate, readOriginal } from "./requests.ts";
import { Tokens } from "./tokens.ts";

export type SnapOptions = {
  readonly keys: SnapKeys;
  readonly merchantId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly speed: number;
  readonly faults: Faults;
  /** The dashboard's address for notifications, without `/v1.0/qr/qr-mpm-notify`. */
  readonly notificationUrl?: string;
  readonly hear: (asked: Asked) => void;
};

/** Midtrans over BI-SNAP, on the books that the Core API's calls are on. A transaction of the Core API is not known here. */
export class Snap {
  /** How its transactions are told of. */
  readonly letters: Write;
  readonly #options: SnapOptions;
  readonly #tokens: Tokens;
  readonly #gate: Gate;
  readonly #calls: Calls;
  #notifyAt: string | undefined;

  constructor(options: SnapOptions) {
    const { clock, random, speed, faults, hear } = options;
    this.#options = options;
    this.#tokens = new Tokens(clock, random, speed);
    this.#gate = new Gate({ ...options, tokens: this.#tokens });
    this.#calls = new Calls({ clock, speed, faults, hear, dialect: dialectOf(this.#gate) });
    this.#notifyAt = options.notificationUrl;
    this.letters = snapLetters(options);
  }

  /** The dashboard's address for notifications of charges from now on. */
  notifyAt(url: string): void {
    this.#notifyAt = url;
  }

  routes(midtrans: Midtrans): readonly Route[] {
    const at = (path: string, answer: Route["answer"]): Route => ({ method: "POST", path: `/v1.0/${path}`, answer });
    return [
      at("access-token/b2b", (request) => this.#token(request)),
      at("qr/qr-mpm-generate", (request) => this.#generate(request, midtrans)),
      at("qr/qr-mpm-query", (request) => this.#query(request, midtrans)),
      at("qr/qr-mpm-cancel", (request) => this.#cancel(request, midtrans)),
      at("qr/qr-mpm-refund", (request) => this.#refund(request, midtrans)),
      { method: "POST", path: "/sandbox/snap/notification-url", answer: async (request) => this.#setUrl(request) },
    ];
  }

  close(): void {
    this.#calls.close();
  }

  #token(request: HttpRequest): Promise<HttpAnswer> {
    const perform = (): Body => {
      const fields = fieldsIn(request.body) ?? {};
      if (!Object.values(fields).includes("client_credentials")) return saying("token", "400 02", "grantType");
      return { ...saying("token", "200 00"), tokenType: "Bearer", ...this.#tokens.issue() };
    };
    return this.#calls.answer({ operation: "token", request, order: undefined, perform });
  }

  #generate(request: HttpRequest, midtrans: Midtrans): Promise<HttpAnswer> {
    const externalId = request.headers["x-external-id"] ?? "";
    const perform = (): Body => this.#generated(request, externalId, midtrans);
    return this.#calls.answer({
      operation: "charge",
      request,
      order: externalId || undefined,
      perform: this.#once("charge", request, perform),
    });
  }

  #generated({ body, headers }: HttpRequest, externalId: string, midtrans: Midtrans): Body {
    const { merchantId, clock, faults } = this.#options;
    const notify = this.#notifyAt === undefined ? [] : [this.#notifyAt.replace(/\/$/, "") + NOTIFY_PATH];
    const order = readGenerate(body, { externalId, merchantId, now: clock.wall(), notify });
    if ("bad" in order) return saying("charge", order.bad, order.about);
    const transaction = midtrans.charge(order);
    if (transaction === "duplicate") return saying("charge", "409 01");
    if (transaction.denied !== undefined) return saying("charge", "403 03");
    const fault = faults.take("no-qr-string", { order: externalId });
    const shown: Shown = fault === undefined ? "all" : (fault.left ?? "pictures");
    return generateBody(transaction, `http://${headers["host"] ?? "localhost"}`, shown);
  }

  #query(request: HttpRequest, midtrans: Midtrans): Promise<HttpAnswer> {
    const perform = (): Body => {
      const original = readOriginal(request.body, ["serviceCode"], this.#options.merchantId);
      if ("bad" in original) return saying("status", original.bad, original.about);
      return queryBody(find(midtrans, original), original);
    };
    return this.#about("status", request, midtrans, perform);
  }

  #cancel(request: HttpRequest, midtrans: Midtrans): Promise<HttpAnswer> {
    const perform = (): Body => {
      const original = readOriginal(request.body, ["merchantId", "reason"], this.#options.merchantId);
      if ("bad" in original) return saying("cancel", original.bad, original.about);
      const moved = midtrans.cancel(find(midtrans, original)?.id ?? "");
      if (moved === "unknown") return saying("cancel", "404 01");
      return "unmoved" in moved ? saying("cancel", "404 00") : cancelBody(moved, this.#options.clock.wall());
    };
    return this.#about("cancel", request, midtrans, perform);
  }

  #refund(request: HttpRequest, midtrans: Midtrans): Promise<HttpAnswer> {
    const perform = (): Body => {
      const externalId = request.headers["x-external-id"] ?? "";
      const asked = readSnapRefund(request.body, { merchantId: this.#options.merchantId, externalId });
      if ("bad" in asked) return saying("refund", asked.bad, asked.about);
      const transaction = find(midtrans, asked);
      const isMeant = (transaction?.snap?.partnerReference ?? transaction?.orderId) === asked.partnerReference;
      const refunded = isMeant ? midtrans.refund(transaction?.id ?? "", asked.ask) : "unknown";
      return refunded === "unknown" ? saying("refund", "404 01") : refundBody(refunded);
    };
    return this.#about("refund", request, midtrans, perform);
  }

  #about(operation: SnapOperation, request: HttpRequest, midtrans: Midtrans, perform: () => Body): Promise<HttpAnswer> {
    const original = originalOf(request.body);
    const order = original && (find(midtrans, original)?.orderId ?? original.name.slice(0, 50));
    return this.#calls.answer({ operation, request, order, perform: this.#once(operation, request, perform) });
  }

  /** A call that is carried out has used up its external id. */
  #once(operation: SnapOperation, { headers }: HttpRequest, perform: () => Body): () => Body {
    return () => {
      this.#gate.use(headers["x-external-id"] ?? "", operation);
      return perform();
    };
  }

  #setUrl({ body }: HttpRequest): HttpAnswer {
    const url = fieldsIn(body)?.["url"];
    if (typeof url !== "string" || !/^https?:/.test(url) || !URL.canParse(url)) {
      return { status: 400, body: { error: "refused", message: 'Send {"url": "http://127.0.0.1:…"}.' } };
    }
    this.notifyAt(url);
    return { status: 200, body: { url } };
  }
}

function find(midtrans: Midtrans, { by, name }: Original): Transaction | undefined {
  const found =
    by === "originalPartnerReferenceNo"
      ? midtrans.transactions().findLast(({ snap, orderId }) => (snap?.partnerReference ?? orderId) === name)
      : midtrans.find(name);
  const own = by === "originalReferenceNo" ? found?.id : name;
  return found?.snap !== undefined && own === name ? found : undefined;
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
