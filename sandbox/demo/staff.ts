import { z } from "zod";
import { type Call, type Desk, requestTo } from "../../backend/commands/operator.ts";
import type { Http } from "../../backend/providers/http.ts";
import type { Log } from "../../host/log.ts";
import { isOrderId, type OrderId } from "../../protocol/ids.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import { jsonOf } from "./sealed.ts";

/** An order that waits for a person, or for its money to arrive back. */
export type OwedOrder = {
  readonly order: OrderId;
  readonly claim: string;
  readonly amount: number;
  readonly item: string;
  readonly state: "owed" | "refunding";
  readonly because: string;
  /** What a person can do when a refund did not work, in the backend's words. */
  readonly hint?: string;
  /** Whether a release may still be ordered; the backend decides. */
  readonly isReleasable: boolean;
};

/** What the door answered; `none`: nothing, so nobody knows whether it was heard. */
export type Answer =
  | { readonly is: "answer"; readonly status: number; readonly body: object }
  | { readonly is: "none"; readonly detail: string };

export type StaffParts = {
  readonly door: Desk;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  /** The list is another one. */
  changed(): void;
};

export const deeds = ["refund", "release"] as const;
export type Deed = (typeof deeds)[number];

/** What the ledger says in one moment is looked at once. */
const SOON_MS = 100;
/** The door's list follows the ledger by half a second. */
const SETTLED_MS = 1_500;
const BY = { by: "demo", why: "asked for on the demo's page" };

/** The staff at the operator's door, for a page that must not have its token. */
export class Staff {
  readonly #parts: StaffParts;
  #owed: readonly OwedOrder[] = [];
  #isDue = false;
  #stop: Stop = () => undefined;
  #stopSettled: Stop = () => undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: StaffParts) {
    this.#parts = parts;
  }

  /** As of the last look, the oldest first. */
  get owed(): readonly OwedOrder[] {
    return this.#owed;
  }

  /** Looks again, soon and once more when the list must be right; one look under way and two to come at most. */
  look(): void {
    this.#stopSettled();
    this.#stopSettled = this.#after(SETTLED_MS);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#stop = this.#after(SOON_MS);
  }

  decide(order: OrderId, deed: Deed): Promise<Answer> {
    return this.#ask({ method: "POST", path: `/orders/${order}/${deed}`, body: BY });
  }

  async close(): Promise<void> {
    this.#stop();
    this.#stopSettled();
    this.#isDue = true;
    await this.#last;
  }

  #after(ms: number): Stop {
    return this.#parts.clock.after(ms, () => {
      this.#last = this.#last.then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    this.#isDue = false;
    const answer = await this.#ask({ method: "GET", path: "/owed" });
    if (answer.is === "none" || answer.status !== 200) return;
    const read = answerSchema.safeParse(answer.body);
    if (!read.success) return this.#parts.log.warn("the operator's door answered otherwise", { error: read.error });
    const owed = read.data.orders.flatMap(lineOf);
    if (JSON.stringify(owed) === JSON.stringify(this.#owed)) return;
    this.#owed = owed;
    this.#parts.changed();
  }

  async #ask(call: Call): Promise<Answer> {
    const { door, http } = this.#parts;
    const outcome = await http.request(requestTo(door, call));
    if (outcome.is !== "answer") return { is: "none", detail: outcome.detail };
    return { is: "answer", status: outcome.status, body: Object(jsonOf(Buffer.from(outcome.body).toString("utf8"))) };
  }
}

const answerSchema = z.object({
  orders: z.array(
    z.object({
      order: z.custom<OrderId>(isOrderId),
      claim: z.string(),
      amount: z.number(),
      items: z.array(z.object({ name: z.string() })),
      state: z.enum(["paid", "owed", "refunding"]),
      because: z.string(),
      goodsOut: z.boolean().default(false),
      refunds: z.array(z.object({ stage: z.string() })).default([]),
      todo: z.string(),
    }),
  ),
});
type Line = z.output<typeof answerSchema>["orders"][number];

/** One that is only paid is on its way to be delivered. */
function lineOf({ state, items, goodsOut, refunds, ...told }: Line): readonly OwedOrder[] {
  if (state === "paid") return [];
  const { todo, ...rest } = told;
  const isReleasable = state === "owed" && !goodsOut && refunds.every(({ stage }) => stage === "refused");
  const hint = state === "owed" && refunds.length > 0 ? { hint: todo } : {};
  return [{ ...rest, item: items[0]?.name ?? "", state, isReleasable, ...hint }];
}
