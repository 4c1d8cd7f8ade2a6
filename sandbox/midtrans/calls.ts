import type { HttpAnswer, HttpRequest } from "../../host/http.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import { type Body, errorBody } from "./bodies.ts";
import type { Faults, Occasion, Operation } from "./faults.ts";
import { Idempotency } from "./idempotency.ts";
import { newUuid } from "./uuid.ts";
import { Waits } from "./waits.ts";

/** One call of the API as it ended. `code`: the body's status_code, or what came instead of one. */
export type Asked = { readonly operation: Operation; readonly order?: string; readonly code: string };

export type CallsOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly speed: number;
  readonly serverKey: string;
  readonly faults: Faults;
  readonly hear: (asked: Asked) => void;
};

export type Call = {
  readonly operation: Operation;
  readonly request: HttpRequest;
  /** Which order it is about, as far as one can tell before it is carried out. */
  readonly order: string | undefined;
  readonly perform: () => Body;
};

type Reply = { readonly body: Body } | { readonly broken: number };

/** What every call of the API goes through: the key, the idempotency key, and the faults that are armed. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #idempotency: Idempotency<Reply>;
  readonly #waits: Waits;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#idempotency = new Idempotency(options.clock, options.speed);
    this.#waits = new Waits(options.clock);
  }

  async answer(call: Call): Promise<HttpAnswer> {
    const reply = this.#refuseStranger(call.request) ?? (await this.#once(call));
    if (reply === "running") return this.#told(call, "202", { status: 202, body: this.error("202", RUNNING) });
    const { faults } = this.#options;
    if ("broken" in reply) return this.#broken(call, reply.broken);
    const late = faults.take("error", { ...this.#occasion(call), when: "after" });
    if (late !== undefined) return this.#broken(call, late.http);
    if (faults.take("lost-answer", this.#occasion(call)) !== undefined) {
      return this.#told(call, "no answer", { hangUp: true });
    }
    const code = String(reply.body["status_code"]);
    return this.#told(call, code, { status: this.#httpStatus(call, code), body: reply.body });
  }

  /** Faults for calls that answer no JSON; `undefined` when nothing stands in the way. */
  async hinder(call: Omit<Call, "perform">): Promise<HttpAnswer | undefined> {
    const occasion = { ...this.#occasion(call), when: "before" } as const;
    const delay = this.#options.faults.take("delay", occasion);
    if (delay !== undefined) await this.#waits.pause(delay.ms);
    const broken = this.#options.faults.take("error", occasion);
    if (broken !== undefined) return this.#broken(call, broken.http);
    const lost = this.#options.faults.take("lost-answer", occasion);
    return lost === undefined ? undefined : this.#told(call, "no answer", { hangUp: true });
  }

  error(code: string, message: string, validation: readonly string[] = []): Body {
    return errorBody(code, message, newUuid(this.#options.random), validation);
  }

  close(): void {
    this.#waits.close();
  }

  #refuseStranger({ headers }: HttpRequest): Reply | undefined {
    const [, basic] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers["authorization"] ?? "") ?? [];
    const isKnown = Buffer.from(basic ?? "", "base64").toString() === `${this.#options.serverKey}:`;
    if (!isKnown) return { body: this.error("401", WRONG_KEY) };
    const accepts = headers["accept"] ?? "*/*";
    return /json|\*\/\*|application\/\*/.test(accepts) ? undefined : { body: this.error("403", NOT_ACCEPTABLE) };
  }

  #once(call: Call): Promise<Reply | "running"> {
    const key = call.request.method === "POST" ? call.request.headers["idempotency-key"] : undefined;
    return this.#idempotency.once(key, () => this.#carryOut(call), isGood);
  }

  async #carryOut(call: Call): Promise<Reply> {
    const { faults } = this.#options;
    const before = { ...this.#occasion(call), when: "before" } as const;
    const delay = faults.take("delay", before);
    if (delay !== undefined) await this.#waits.pause(delay.ms);
    const broken = faults.take("error", before);
    if (broken !== undefined) return { broken: broken.http };
    const refusal = faults.take("refuse", before);
    if (refusal !== undefined) return { body: this.error(refusal.code, refusal.message ?? "refused on request") };
    const body = call.perform();
    const after = faults.take("delay", { ...before, when: "after" });
    if (after !== undefined) await this.#waits.pause(after.ms);
    return { body };
  }

  #occasion(call: Omit<Call, "perform">): Occasion {
    return { on: call.operation, order: call.order };
  }

  #httpStatus(call: Call, code: string): number {
    const isMirrored = Number(code) >= 400 && this.#options.faults.take("mirror-status", this.#occasion(call));
    return isMirrored ? Number(code) : 200;
  }

  #broken(call: Omit<Call, "perform">, status: number): HttpAnswer {
    return this.#told(call, `HTTP ${status}`, {
      status,
      headers: { "content-type": "text/html" },
      body: `<html><body><h1>${status}</h1></body></html>`,
    });
  }

  #told({ operation, order }: Omit<Call, "perform">, code: string, answer: HttpAnswer): HttpAnswer {
    this.#options.hear(order === undefined ? { operation, code } : { operation, order, code });
    return answer;
  }
}

const RUNNING = "An earlier request with this Idempotency-Key is still being processed";
const WRONG_KEY = "Transaction cannot be authorized with the current client/server key.";
const NOT_ACCEPTABLE = "The Accept header cannot be satisfied: only application/json is answered";

/** Only these are stored under an idempotency key. A denied charge is not: its retry is meant to be tried anew. */
function isGood(reply: Reply): boolean {
  if ("broken" in reply || reply.body["transaction_status"] === "deny") return false;
  return /^(2\d\d|407)$/.test(String(reply.body["status_code"]));
}
