import type { HttpAnswer, HttpRequest } from "../../host/http.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Body } from "./body.ts";
import type { Operation } from "./fault.ts";
import type { Occasion, Strikes } from "./faults.ts";
import { Idempotency } from "./idempotency.ts";
import { Waits } from "./waits.ts";

/** One call of the API as it ended. `code`: the body's own code, or what came instead of one. */
export type Asked = {
  /** Absent: the Core API. */
  readonly api?: "snap";
  readonly operation: Operation;
  readonly order?: string;
  readonly code: string;
};

/** How one of Midtrans' APIs says things. */
export type Dialect = {
  /** Put into the news of every call. */
  readonly mark: Pick<Asked, "api">;
  /** What a caller hears who has no right to this call; `undefined` for all others. */
  refuse(call: Call): Body | undefined;
  error(
    code: string,
    message: string,
    about?: { readonly operation?: Operation; validation?: readonly string[] },
  ): Body;
  codeOf(body: Body): string;
  /** HTTP's status for a body with this code. */
  statusOf(code: string): number;
  /** By which a repeated call is known, and answered with what is stored. */
  keyOf(request: HttpRequest): string | undefined;
  /** Only such answers are stored. */
  isGood(body: Body): boolean;
};

export type CallsOptions = {
  readonly clock: Clock;
  readonly speed: number;
  readonly faults: Strikes;
  readonly dialect: Dialect;
  readonly hear: (asked: Asked) => void;
};

export type Call = {
  readonly operation: Operation;
  readonly request: HttpRequest;
  /** Which order it is about, as far as one can tell before it is carried out. */
  readonly order: string | undefined;
  /** What is, or was, to be paid, as far as one can tell. */
  readonly amount?: number | undefined;
  readonly perform: () => Body;
};

type Reply = { readonly body: Body } | { readonly broken: number };

/** What every call of an API goes through: the right to call, the idempotency key, and the faults that are armed. */
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
    const reply = this.#refuse(call) ?? (await this.#once(call));
    if (reply === "running") return this.#told(call, "202", { status: 202, body: this.error("202", RUNNING) });
    const { faults } = this.#options;
    if ("broken" in reply) return this.#broken(call, reply.broken);
    const late = faults.take("error", { ...this.#occasion(call), when: "after" });
    if (late !== undefined) return this.#broken(call, late.http);
    if (faults.take("lost-answer", this.#occasion(call)) !== undefined) {
      return this.#told(call, "no answer", { hangUp: true });
    }
    const code = this.#options.dialect.codeOf(reply.body);
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
    return this.#options.dialect.error(code, message, { validation });
  }

  close(): void {
    this.#waits.close();
  }

  #refuse(call: Call): Reply | undefined {
    const body = this.#options.dialect.refuse(call);
    return body === undefined ? undefined : { body };
  }

  #refusal(
    { operation }: Call,
    { code, message = "refused on request" }: { readonly code: string; readonly message?: string | undefined },
  ): Body {
    return this.#options.dialect.error(code, message, { operation });
  }

  #once(call: Call): Promise<Reply | "running"> {
    const { dialect } = this.#options;
    const isGood = (reply: Reply): boolean => "body" in reply && dialect.isGood(reply.body);
    return this.#idempotency.once(dialect.keyOf(call.request), () => this.#carryOut(call), isGood);
  }

  async #carryOut(call: Call): Promise<Reply> {
    const { faults } = this.#options;
    const before = { ...this.#occasion(call), when: "before" } as const;
    const delay = faults.take("delay", before);
    if (delay !== undefined) await this.#waits.pause(delay.ms);
    const broken = faults.take("error", before);
    if (broken !== undefined) return { broken: broken.http };
    const refusal = faults.take("refuse", before);
    if (refusal !== undefined) return { body: this.#refusal(call, refusal) };
    const body = call.perform();
    const after = faults.take("delay", { ...before, when: "after" });
    if (after !== undefined) await this.#waits.pause(after.ms);
    return { body };
  }

  #occasion(call: Omit<Call, "perform">): Occasion {
    return { on: call.operation, order: call.order, amount: call.amount };
  }

  #httpStatus(call: Call, code: string): number {
    const isMirrored = /^[45]\d\d$/.test(code) && this.#options.faults.take("mirror-status", this.#occasion(call));
    return isMirrored ? Number(code) : this.#options.dialect.statusOf(code);
  }

  #broken(call: Omit<Call, "perform">, status: number): HttpAnswer {
    return this.#told(call, `HTTP ${status}`, {
      status,
      headers: { "content-type": "text/html" },
      body: `<html><body><h1>${status}</h1></body></html>`,
    });
  }

  #told({ operation, order }: Omit<Call, "perform">, code: string, answer: HttpAnswer): HttpAnswer {
    const { mark } = this.#options.dialect;
    this.#options.hear({ ...mark, operation, ...(order === undefined ? {} : { order }), code });
    return answer;
  }
}

const RUNNING = "An earlier request with this Idempotency-Key is still being processed";
