import { isOrderId, type OrderId } from "../../protocol/ids.ts";
import { type Clock, type Instant, isReached, later, leftMs } from "../../protocol/time.ts";
import type { Cashier, LedgerJournal } from "../cashier.ts";
import type { Receipt, State } from "../ledger/words.ts";
import { Agenda } from "./agenda.ts";
import { spanOf } from "./day.ts";
import type { Entry } from "./entry.ts";
import { type Inspected, Inspection } from "./inspection.ts";
import type { Notebook } from "./notebook.ts";
import { pause } from "./pause.ts";
import { againstReport } from "./report/against.ts";
import type { Report } from "./report/rows.ts";
import { type SortedReport, sortReport } from "./report/sort.ts";
import type { Part, Results } from "./results.ts";
import { type Summary, SummaryDraft } from "./summary.ts";
import { isOn } from "./totals.ts";

export type DayRunParts = {
  readonly journal: Pick<LedgerJournal, "inSpan" | "stateOf" | "story">;
  readonly cashier: Pick<Cashier, "look" | "learned">;
  readonly results: Results;
  readonly callsPerSecond: number;
  readonly clock: Clock;
};

export type DayRun = {
  readonly part: Part;
  readonly report?: Report;
  /** Ends the run; what it has found is gone on with later. */
  readonly signal: AbortSignal;
  progress(done: number, of: number): void;
};

type Work = DayRun &
  DayRunParts & { readonly notebook: Notebook; readonly sorted?: SortedReport; readonly draft: SummaryDraft };

/** After this long nobody is asked any more, and what is left has no answer. */
const LONGEST_RUN_MS = 6 * 3_600_000;
const ORDERS_A_PAGE = 500;

/** Compares one day's orders with the provider's books, and with its report. `undefined`: the signal ended it. */
export async function reconcileDay(run: DayRun, parts: DayRunParts): Promise<Summary | undefined> {
  const { results, clock } = parts;
  const notebook = await results.begin(run.part, { begun: clock.wall() }, run.report);
  const draft = new SummaryDraft(run.part.day);
  const sorted = await sortedReport(notebook, run, parts);
  await inspectAll({ ...run, ...parts, notebook, draft, ...(sorted === undefined ? {} : { sorted }) });
  if (run.signal.aborted) return undefined;
  const report = notebook.report === undefined ? {} : { report: notebook.report.name };
  const summary = draft.done({ ...run.part, begun: notebook.head.begun, ended: clock.wall(), ...report });
  await results.finish(run.part, summary);
  return summary;
}

async function sortedReport(
  { report }: Notebook,
  { part, signal }: DayRun,
  { journal, clock }: DayRunParts,
): Promise<SortedReport | undefined> {
  if (report === undefined) return undefined;
  const stateOf = (order: OrderId): Promise<State | undefined> => journal.stateOf(order);
  return sortReport(report, { day: part.day, stateOf, breathe: () => pause(clock, 0, signal) });
}

async function inspectAll(work: Work): Promise<void> {
  const { notebook, draft, sorted, clock } = work;
  for (const stray of sorted?.strays ?? []) draft.addStray(stray);
  const orders = await ordersOf(work);
  let done = 0;
  for await (const entry of notebook.earlier()) {
    draft.add(entry);
    orders.delete(entry.order);
    done += 1;
  }
  const of = done + orders.size;
  work.progress(done, of);
  const deadline = later(clock.now(), LONGEST_RUN_MS);
  const inspection = { ...work, turn: turnstile(work) };
  await workOff(new Agenda(inspectionsOf(orders)), work, async (task) => {
    const isLate = isReached(deadline, clock.now());
    const inspected = isLate ? await task.giveUp(inspection) : await task.step(inspection);
    if (inspected.is === "later") return inspected;
    if (inspected.is === "entry") await file(inspected, work);
    done += 1;
    work.progress(done, of);
    return "done";
  });
}

/** Each is made when it is its turn. */
function* inspectionsOf(orders: Iterable<OrderId>): Generator<Inspection> {
  for (const order of orders) yield new Inspection(order);
}

/** Gives every task its turns, until all are done or the signal says so. */
async function workOff<Task>(
  agenda: Agenda<Task>,
  { clock, signal }: Pick<Work, "clock" | "signal">,
  turn: (task: Task) => Promise<"done" | { readonly againMs: number }>,
): Promise<void> {
  while (!signal.aborted) {
    const next = agenda.next(clock.now());
    if (next.is === "empty") return;
    if (next.is === "wait") await pause(clock, next.ms, signal);
    else {
      const outcome = await turn(next.task);
      if (outcome !== "done") agenda.putOff(next.task, later(clock.now(), outcome.againMs));
    }
  }
}

/**
 * Every order that had an event on the day, and every one that the report names. Of a day's orders no more than their names are in memory: some
 * ten megabytes of a hundred thousand, which is more than can be asked about in `LONGEST_RUN_MS` at five questions a second.
 */
async function ordersOf({ journal, part, sorted, clock, signal }: Work): Promise<Set<OrderId>> {
  const found = new Set<OrderId>();
  for (let after: number | undefined = 0; after !== undefined && !signal.aborted; ) {
    const page = await journal.inSpan({ ...spanOf(part.day), after, limit: ORDERS_A_PAGE });
    for (const order of page.orders) if (isOrderId(order)) found.add(order);
    after = page.next;
    await pause(clock, 0, signal);
  }
  for (const order of sorted?.about.keys() ?? []) found.add(order);
  return found;
}

/** Lets one question through at a time, so many a second at most. */
function turnstile({ clock, signal, callsPerSecond }: Work): () => Promise<void> {
  let free: Instant = clock.now();
  return async () => {
    await pause(clock, leftMs(free, clock.now()), signal);
    free = later(clock.now(), 1_000 / callsPerSecond);
  };
}

async function file(inspected: Extract<Inspected, { is: "entry" }>, work: Work): Promise<void> {
  const { entry } = inspected;
  const differences = [...entry.differences, ...reportDifferences(inspected, work)];
  const whole: Entry = { ...entry, differences };
  await work.notebook.note(whole);
  work.draft.add(whole);
}

/** A payment must be in the report of a whole day when the order and its money both are of that day. */
function reportDifferences({ entry, state, begunWall }: Extract<Inspected, { is: "entry" }>, { part, sorted }: Work) {
  if (sorted === undefined) return [];
  const { fromWall, toWall } = spanOf(part.day);
  const isBegunThen = fromWall <= begunWall && begunWall < toWall;
  const isCovered = part.isWhole && isBegunThen && entry.merchant !== undefined && sorted.covers(entry.merchant);
  const isDue = ({ payment }: Receipt): boolean => isCovered && isOn(part.day, payment);
  return againstReport(state, sorted.about.get(entry.order) ?? [], isDue);
}
