import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import { readBody } from "../../host/http-body.ts";
import type { Clock } from "../../protocol/time.ts";
import { inPieces } from "../pieces.ts";
import { csvHeader, entryLine } from "./csv.ts";
import { type Day, dayOf, daysBefore, readDay } from "./day.ts";
import type { Entry } from "./entry.ts";
import type { Reconciler } from "./reconciler.ts";
import { type Report, reportSchema } from "./report/rows.ts";
import type { Results } from "./results.ts";

export type ReconcileDesk = {
  readonly reconciler: Reconciler;
  readonly results: Results;
  readonly clock: Clock;
  /** The provider's report of the day from the folder, where there is one. */
  reportOf(day: Day): Promise<Report | undefined>;
};

/** A report of the most rows is not longer: the operator's server must take so much. */
export const RECONCILE_BODY_BYTES = 16 * 1024 * 1024;

const bodySchema = z.strictObject({ date: z.string().optional(), report: reportSchema.optional() });

/**
 * `POST /reconcile {date?, report?}` begins a day, yesterday when none is named: 202, or 409 while another is under way.
 * `GET /reconcile/DATE` tells how far it is, and what came out last; `GET /reconcile/DATE/orders.csv` one line an order.
 */
export const reconcileRoutes = (desk: ReconcileDesk): readonly Route[] => [
  { method: "POST", path: "/reconcile", answer: (request) => begin(request, desk) },
  { method: "GET", path: "/reconcile/:date", answer: (request) => withDay(request, (day) => show(day, desk)) },
  {
    method: "GET",
    path: "/reconcile/:date/orders.csv",
    answer: (request) => withDay(request, (day) => exported(day, desk)),
  },
];

const json = (status: number, body: object): HttpAnswer => ({ status, body });
const noDay = (text: string): HttpAnswer => json(400, { error: `"${text}" is no day`, hint: "write 2026-11-20" });

async function withDay({ params }: HttpRequest, answer: (day: Day) => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const { date = "" } = params;
  const day = readDay(date);
  return day === undefined ? noDay(date) : answer(day);
}

async function begin(request: HttpRequest, { reconciler, clock, reportOf }: ReconcileDesk): Promise<HttpAnswer> {
  const said = readBody(request, bodySchema);
  if (said.is === "bad") return said.answer;
  const today = dayOf(clock.wall());
  const { date = daysBefore(today, 1), report } = said.body;
  const day = readDay(date);
  if (day === undefined) return noDay(date);
  if (day > today) return json(400, { error: `${day} has not begun`, hint: `today is ${today}` });
  const asked = clock.wall();
  const begun = reconciler.begin(reconciler.partOf(day), report ?? (await reportOf(day)));
  if (begun.is === "begun") return json(202, { date: day, asked });
  if (begun.is === "stopped")
    return json(503, { error: "the backend is being stopped", hint: "ask again when it is back" });
  if (begun.is === "elsewhere") {
    const hint = "ask the other backends: the one that leads says so in its log";
    return json(409, { error: "another backend reconciles", hint });
  }
  const error = `${begun.day} is being reconciled, and one day at a time is`;
  return json(409, { error, date: begun.day, asked, hint: "ask again when it is done" });
}

async function show(day: Day, { reconciler, results }: ReconcileDesk): Promise<HttpAnswer> {
  const { running, failure } = reconciler;
  const result = await results.summaryOf(day);
  const isRunning = running?.part.day === day;
  const hasFailed = failure?.day === day;
  if (!isRunning && !hasFailed && result === undefined) {
    return json(404, { error: `${day} has not been reconciled`, hint: `backend reconcile --date ${day}` });
  }
  return json(200, {
    date: day,
    ...(isRunning ? { running: { done: running.done, of: running.of } } : {}),
    ...(hasFailed ? { failed: failure.problem } : {}),
    ...(result === undefined ? {} : { result }),
  });
}

async function exported(day: Day, { results }: ReconcileDesk): Promise<HttpAnswer> {
  if ((await results.summaryOf(day)) === undefined) return json(404, { error: `${day} has not been reconciled` });
  const pieces = inPieces(linesOf(results.entriesOf(day)));
  return { status: 200, headers: { "content-type": "text/csv; charset=utf-8" }, pieces };
}

async function* linesOf(entries: AsyncIterable<Entry>): AsyncGenerator<string> {
  yield csvHeader();
  for await (const entry of entries) yield entryLine(entry);
}
