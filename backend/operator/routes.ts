import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import { readBody } from "../../host/http-body.ts";
import type { Log } from "../../host/log.ts";
import type { Secret } from "../../host/secret.ts";
import { claimCodeOf, isOrderId, type OrderId, type Random } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Cashier, LedgerJournal } from "../cashier.ts";
import type { Audit } from "../console/audit/audit.ts";
import type { State } from "../ledger/words.ts";
import { byAndWhy } from "../line.ts";
import { type Decided, type Decisions, decisionsOn } from "./decisions.ts";
import { behindDoor } from "./door.ts";
import { recordedDecisions } from "./recorded.ts";
import { whatToDo } from "./what-to-do.ts";

/**
 * What staff may do about orders whose money came and whose goods did not. Every answer is JSON; every call needs the
 * operator's token as `Authorization: Bearer …`. Who decided and why goes into the ledger with the decision.
 */
export type OperatorParts = {
  readonly cashier: Pick<Cashier, "decide">;
  readonly journal: Pick<LedgerJournal, "several" | "stateOf" | "story">;
  readonly token: Secret;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** So many orders at most whose money is here and waits for goods, for a person or for its way back; the longest paid first. */
  waiting(most: number): Promise<readonly OrderId[]>;
  /** Where every decision is written down; nowhere but in the ledger when absent. */
  readonly audit?: Pick<Audit, "write">;
};

/** A payment, its imposed fee and all, is never as much. */
const MOST_BACK = 1_000_000_000;

const releaseBody = z.strictObject(byAndWhy);
const refundBody = z.strictObject({ ...byAndWhy, amount: z.int().min(1).max(MOST_BACK).optional() });
const remedyBody = z.strictObject({ ...byAndWhy, how: z.enum(["refunded", "settled-by-staff"]) });

export function operatorRoutes(parts: OperatorParts): readonly Route[] {
  const about = (path: string, answer: (order: OrderId, request: HttpRequest) => Promise<HttpAnswer>): Route => ({
    method: path === "" ? "GET" : "POST",
    path: `/orders/:order${path}`,
    answer: (request) => withOrder(request, (order) => answer(order, request)),
  });
  const decisions = parts.audit === undefined ? decisionsOn(parts) : recordedDecisions(decisionsOn(parts), parts.audit);
  const routes: readonly Route[] = [
    { method: "GET", path: "/owed", answer: () => owed(parts) },
    about("", (order) => show(order, parts)),
    about("/release", (order, request) => release(order, request, decisions)),
    about("/refund", (order, request) => refund(order, request, decisions)),
    about("/remedy", (order, request) => remedy(order, request, decisions)),
  ];
  return behindDoor(routes, parts);
}

const json = (status: number, body: object): HttpAnswer => ({ status, body });

async function withOrder(
  { params }: HttpRequest,
  answer: (order: OrderId) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const { order } = params;
  if (isOrderId(order)) return answer(order);
  return json(400, { error: "not an order id", hint: "26 characters, as on the receipt" });
}

const MOST_LISTED = 1_000;
/** Orders of one look into the journal. */
const AT_ONCE = 100;

/** Paid orders that wait for a person, for the stand's first word, or for their money to arrive back, as they are now. `more`: there are. */
async function owed({ journal, waiting }: OperatorParts): Promise<HttpAnswer> {
  const names = await waiting(MOST_LISTED + 1);
  const orders: object[] = [];
  for (let from = 0; from < Math.min(names.length, MOST_LISTED); from += AT_ONCE) {
    const some = names.slice(from, Math.min(from + AT_ONCE, MOST_LISTED));
    const wholes = new Map((await journal.several(some)).map((whole) => [whole.order, whole]));
    for (const name of some) orders.push(...listed(wholes.get(name)));
  }
  return json(200, { orders, ...(names.length > MOST_LISTED && { more: true }) });
}

type Whole = Awaited<ReturnType<LedgerJournal["several"]>>[number];

function listed(whole: Whole | undefined): readonly object[] {
  if (whole === undefined || "fault" in whole) return [];
  const { state } = whole;
  return state.at === "owed" || state.at === "paid" || state.at === "refunding" ? [lineOf(state)] : [];
}

function lineOf(state: Extract<State, { at: "owed" | "paid" | "refunding" }>): object {
  const { order, stand, amount, items } = state.sale;
  return {
    order,
    claim: claimCodeOf(order),
    stand,
    amount,
    items: items.map(({ name, quantity }) => ({ name, quantity })),
    merchant: state.sale.merchant,
    state: state.at,
    paid: state.receipts.map(({ payment }) => ({ amount: payment.amount, fee: payment.fee, at: payment.paidAt })),
    ...(state.at === "paid"
      ? { because: "no-word-yet" }
      : { because: state.because, goodsOut: state.delivered, refunds: state.backs }),
    todo: whatToDo(state),
  };
}

async function show(order: OrderId, { journal }: OperatorParts): Promise<HttpAnswer> {
  const state = await journal.stateOf(order);
  if (state === undefined) return json(404, { error: "no such order here" });
  const story = (await journal.story(order)).map(({ event, wall }) => ({ at: new Date(wall).toISOString(), ...event }));
  return json(200, { order, claim: claimCodeOf(order), state, story });
}

async function release(order: OrderId, request: HttpRequest, decisions: Decisions): Promise<HttpAnswer> {
  const said = readBody(request, releaseBody);
  return said.is === "bad" ? said.answer : answerOf(await decisions.release(order, said.body));
}

async function refund(order: OrderId, request: HttpRequest, decisions: Decisions): Promise<HttpAnswer> {
  const said = readBody(request, refundBody);
  if (said.is === "bad") return said.answer;
  const { amount, ...reason } = said.body;
  const much = amount === undefined ? {} : { amount: rupiah(amount) };
  return answerOf(await decisions.refund(order, { ...much, ...reason }));
}

async function remedy(order: OrderId, request: HttpRequest, decisions: Decisions): Promise<HttpAnswer> {
  const said = readBody(request, remedyBody);
  return said.is === "bad" ? said.answer : answerOf(await decisions.remedy(order, said.body));
}

function answerOf(decided: Decided): HttpAnswer {
  if (decided.is === "unknown") return json(409, { error: "no such order here" });
  if (decided.is === "no") return json(409, { error: decided.because });
  const { state, release: id } = decided;
  return json(202, { order: state, ...(id === undefined ? {} : { release: id }) });
}
