import type { z } from "zod";
import { errorsOf } from "../../host/config-errors.ts";
import type { HttpAnswer, HttpRequest, Method, Route } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import { JournalFault } from "../../journal/journal.ts";
import type { Clock } from "../../protocol/time.ts";
import type { State } from "../order/words.ts";
import type { Listeners } from "./listeners.ts";
import { openApi } from "./openapi.ts";
import type { Answered, Cancelled, Orders, Placed } from "./orders.ts";
import {
  badRequest,
  busy,
  hindered,
  journalFailed,
  noRelay,
  otherOrder,
  otherOutcome,
  ourRelease,
  paidAlready,
  tooLate,
  unknownOrder,
  unknownRelease,
} from "./refusals.ts";
import { shown } from "./shown.ts";
import {
  type OrderRequest,
  type OrderShown,
  orderRequestSchema,
  referenceSchema,
  releaseAnswerSchema,
  type Status,
} from "./words.ts";

export type RoutesParts = {
  readonly orders: Orders;
  readonly listeners: Listeners;
  readonly clock: Clock;
  readonly log: Log;
  status(): Status;
};

/** What controllers may ask; the OpenAPI document says the same. */
export function controllerRoutes(parts: RoutesParts): readonly Route[] {
  const route = (method: Method, path: string, answer: (request: HttpRequest) => Promise<HttpAnswer>): Route => ({
    method,
    path,
    answer: (request) => orJournalFailed(parts.log, () => answer(request)),
  });
  return [
    route("POST", "/orders", (request) => place(parts, request)),
    route("GET", "/orders", (request) => findByReference(parts, request)),
    route("GET", "/orders/:id", async ({ params }) => found(parts, await parts.orders.find(params["id"]))),
    route("DELETE", "/orders/:id", (request) => cancel(parts, request)),
    route("GET", "/orders/:id/events", (request) => listen(parts, request)),
    route("POST", "/orders/:id/release/:release", (request) => answerRelease(parts, request)),
    route("GET", "/status", async () => ({ status: 200, body: parts.status() })),
    route("GET", "/openapi.json", async () => ({ status: 200, body: openApi() })),
  ];
}

async function orJournalFailed(log: Log, answer: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await answer();
  } catch (fault) {
    if (!(fault instanceof JournalFault)) throw fault;
    log.error("journal failed", { fault });
    return journalFailed();
  }
}

async function place(parts: RoutesParts, { body }: HttpRequest): Promise<HttpAnswer> {
  const read = readBody(body, orderRequestSchema);
  if ("refused" in read) return read.refused;
  const placed = await parts.orders.place(read.value);
  const { reference } = read.value;
  parts.log.info("controller orders", {
    reference,
    became: placed.is,
    ...("state" in placed ? idOf(placed.state) : {}),
  });
  return placedAnswer(parts, placed, read.value);
}

const idOf = ({ order: { id } }: State) => ({ order: id });

function placedAnswer(parts: RoutesParts, placed: Placed, { release }: OrderRequest): HttpAnswer {
  switch (placed.is) {
    case "begun":
      return { ...ok(parts, placed.state), status: 201 };
    case "known":
      return ok(parts, placed.state);
    case "other":
      return otherOrder(show(parts, placed.state));
    case "busy":
      return busy();
    case "no-relay":
      return noRelay("line" in release ? release.line : "");
    case "hindered":
      return hindered(placed.obstacles);
  }
}

async function findByReference(parts: RoutesParts, { query }: HttpRequest): Promise<HttpAnswer> {
  const read = referenceSchema.safeParse(query.get("reference"));
  if (!read.success) return badRequest([{ at: "reference", problem: "must be in the query: ?reference=…" }]);
  return found(parts, await parts.orders.findByReference(read.data));
}

async function cancel(parts: RoutesParts, { params }: HttpRequest): Promise<HttpAnswer> {
  const cancelled: Cancelled = await parts.orders.cancel(params["id"]);
  if (cancelled.is === "unknown") return unknownOrder();
  parts.log.info("controller cancels", { ...idOf(cancelled.state), became: cancelled.is });
  return cancelled.is === "paid" ? paidAlready(show(parts, cancelled.state)) : ok(parts, cancelled.state);
}

async function listen(parts: RoutesParts, { params, headers }: HttpRequest): Promise<HttpAnswer> {
  const state = await parts.orders.find(params["id"]);
  if (state === undefined) return unknownOrder();
  return parts.listeners.answer(state.order.id, headers["last-event-id"]);
}

async function answerRelease(parts: RoutesParts, { params, body }: HttpRequest): Promise<HttpAnswer> {
  const read = readBody(body, releaseAnswerSchema);
  if ("refused" in read) return read.refused;
  const { release = "" } = params;
  const answered = await parts.orders.answer(params["id"], release, read.value);
  if (answered.is === "unknown") return unknownOrder();
  const facts = { ...idOf(answered.state), outcome: read.value.outcome, became: answered.is };
  parts.log.info("controller answers", {
    ...facts,
    ...("because" in read.value ? { because: read.value.because } : {}),
  });
  return releaseAnswered(parts, answered);
}

function releaseAnswered(parts: RoutesParts, answered: Exclude<Answered, { readonly is: "unknown" }>): HttpAnswer {
  const order = show(parts, answered.state);
  switch (answered.is) {
    case "answered":
      return { status: 200, body: order };
    case "other":
      return otherOutcome(order);
    case "late":
      return tooLate(order);
    case "ours":
      return ourRelease(order);
    case "no-release":
      return unknownRelease(order);
  }
}

const found = (parts: RoutesParts, state: State | undefined): HttpAnswer =>
  state === undefined ? unknownOrder() : ok(parts, state);

const ok = (parts: RoutesParts, state: State) => ({ status: 200, body: show(parts, state) });

function show({ clock }: RoutesParts, state: State): OrderShown {
  const order = shown(state, clock.now());
  if (order === undefined) throw new Error(`order ${state.order.id} is no controller's`);
  return order;
}

type Read<Value> = { readonly value: Value } | { readonly refused: HttpAnswer };

function readBody<Schema extends z.ZodType>(body: Uint8Array, schema: Schema): Read<z.output<Schema>> {
  const json = parsed(body);
  if (json === undefined) return { refused: badRequest([{ at: "", problem: "the body must be JSON, in UTF-8" }]) };
  const read = schema.safeParse(json.value);
  if (read.success) return { value: read.data };
  const wrong = errorsOf(read.error.issues, json.value, schema).map(({ path, problem }) => ({ at: path, problem }));
  return { refused: badRequest(wrong.slice(0, MOST_WRONG)) };
}

/** A request that is wrong everywhere is told so without repeating all of it. */
const MOST_WRONG = 20;

function parsed(body: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch {
    return undefined;
  }
}
