import { z } from "zod";
import { jsonIn } from "../../host/json.ts";
import type { Asked } from "../../host/program.ts";
import { type Clock, type Instant, sinceMs } from "../../protocol/time.ts";
import type { Http } from "../providers/http.ts";
import type { Day } from "../reconcile/day.ts";
import { pause } from "../reconcile/pause.ts";
import type { Report } from "../reconcile/report/rows.ts";
import type { Summary } from "../reconcile/summary.ts";
import { type Call, type Desk, requestTo } from "./operator.ts";

/** A talk with the running backend about one day. What goes wrong is said at the terminal, and the answer is `undefined`. */
export type Talk = {
  readonly asked: Asked;
  readonly desk: Desk;
  readonly http: Http;
  readonly clock: Clock;
  readonly day: Day;
};

const FIRST_LOOK_MS = 100;
const SLOWEST_LOOK_MS = 2_000;
const WORD_EVERY_MS = 10_000;
/** A run that gets no further for so long is not waited for. What has no answer is asked about for a quarter of an hour. */
const PATIENCE_MS = 30 * 60_000;

const begunSchema = z.object({ date: z.string(), asked: z.number() });
const statusSchema = z.object({
  running: z.object({ done: z.number(), of: z.number() }).optional(),
  failed: z.string().optional(),
  result: z.custom<Summary>((value) => typeof value === "object" && value !== null).optional(),
});
type Status = z.output<typeof statusSchema>;

/** Begins, or finds the day under way; resolves to the backend's wall clock of that moment. */
export async function begin(talk: Talk, report: Report | undefined): Promise<number | undefined> {
  const body = { date: talk.day, ...(report === undefined ? {} : { report }) };
  const answer = await call(talk, { method: "POST", path: "/reconcile", body });
  if (answer === undefined) return undefined;
  const begun = begunSchema.safeParse(answer.json);
  const isFollowed = answer.status === 409 && begun.data?.date === talk.day && report === undefined;
  if (!begun.success || (answer.status !== 202 && !isFollowed)) return refused(talk, answer);
  if (isFollowed) talk.asked.say(`${talk.day} is being reconciled already`);
  return begun.data.asked;
}

export async function statusOf(talk: Talk): Promise<Status | undefined> {
  const answer = await call(talk, { method: "GET", path: `/reconcile/${talk.day}` });
  if (answer === undefined) return undefined;
  const status = statusSchema.safeParse(answer.json);
  return answer.status === 200 && status.success ? status.data : refused(talk, answer);
}

/** One line an order. */
export async function ordersOf(talk: Talk): Promise<string | undefined> {
  const answer = await call(talk, { method: "GET", path: `/reconcile/${talk.day}/orders.csv` });
  if (answer === undefined) return undefined;
  return answer.status === 200 ? answer.text : refused(talk, answer);
}

/** Waits while a run that was begun then gets on; resolves to what it found. */
export async function follow(talk: Talk, begunAt: number): Promise<Summary | undefined> {
  const watch = new Watch(talk.clock.now());
  let lookMs = FIRST_LOOK_MS;
  for (;;) {
    await pause(talk.clock, lookMs, new AbortController().signal);
    lookMs = Math.min(SLOWEST_LOOK_MS, lookMs * 1.5);
    const status = await statusOf(talk);
    if (status === undefined) return without(talk, `look later: backend reconciled --date ${talk.day}`);
    if (status.running === undefined) return ended(talk, status, begunAt);
    const { done, of } = status.running;
    const word = watch.look(done, talk.clock.now());
    if (word === "stuck") return without(talk, "no order was done for long; it goes on without this terminal");
    if (word === "tell") talk.asked.say(`${done} of ${of} orders`);
  }
}

function ended(talk: Talk, { result, failed }: Status, begunAt: number): Summary | undefined {
  if (result !== undefined && result.ended >= begunAt) return result;
  return without(talk, `it came to nothing: ${failed ?? "the backend was stopped, and goes on when it is started"}`);
}

/** Whether a run gets on, and when it is time for a word. */
class Watch {
  #done = -1;
  #movedAt: Instant;
  #toldAt: Instant;

  constructor(now: Instant) {
    this.#movedAt = now;
    this.#toldAt = now;
  }

  look(done: number, now: Instant): "wait" | "tell" | "stuck" {
    if (done !== this.#done) this.#movedAt = now;
    this.#done = done;
    if ((sinceMs(this.#movedAt, now) ?? 0) > PATIENCE_MS) return "stuck";
    if ((sinceMs(this.#toldAt, now) ?? 0) < WORD_EVERY_MS) return "wait";
    this.#toldAt = now;
    return "tell";
  }
}

type Answer = { readonly status: number; readonly text: string; readonly json: unknown };

async function call(talk: Talk, asked: Call): Promise<Answer | undefined> {
  const outcome = await talk.http.request(requestTo(talk.desk, asked));
  if (outcome.is !== "answer") return without(talk, `the backend did not answer: ${outcome.detail}`);
  const text = Buffer.from(outcome.body).toString("utf8");
  return { status: outcome.status, text, json: jsonIn(text) };
}

function without({ asked }: Talk, because: string): undefined {
  asked.say(because);
}

const refused = (talk: Talk, { status, text }: Answer): undefined => without(talk, `refused (${status}): ${text}`);
