import type { OrderId } from "../../../protocol/ids.ts";
import type { Rupiah } from "../../../protocol/rupiah.ts";
import type { State } from "../../ledger/words.ts";
import { readReference } from "../../providers/reference.ts";
import type { Day } from "../day.ts";
import type { RowAbout } from "./against.ts";
import type { Report, ReportRow, UnreadRow } from "./rows.ts";

/** What in a report, or about it, belongs to no order of these books. */
export type Stray =
  /** Money of somebody else's: a static sticker (`QRIS-…`), another till of the same merchant. */
  | {
      readonly is: "in-report-not-here";
      readonly line: number;
      readonly reference: string;
      readonly status: ReportRow["status"];
      readonly there?: Rupiah;
      readonly transaction?: string;
    }
  | ({ readonly is: "report-not-read" } & Readonly<UnreadRow>);

export type SortedReport = {
  readonly about: ReadonlyMap<OrderId, readonly RowAbout[]>;
  readonly strays: readonly Stray[];
  /** Whether the report speaks of this merchant: it names an order of theirs, or could be read and names none of anybody's. */
  readonly covers: (merchant: string) => boolean;
};

export type SortOptions = {
  readonly day: Day;
  readonly stateOf: (order: OrderId) => Promise<State | undefined>;
  /** Lets others have a turn, now and then. */
  readonly breathe: () => Promise<void>;
};

const ROWS_A_BREATH = 200;

/** Finds whose each row of the day is. A row of another day says nothing here. */
export async function sortReport(report: Report, { day, stateOf, breathe }: SortOptions): Promise<SortedReport> {
  const about = new Map<OrderId, RowAbout[]>();
  const merchants = new Set<string>();
  const strays: Stray[] = report.unread.map((row) => ({ is: "report-not-read", ...row }));
  const rows = report.rows.filter((row) => row.day === undefined || row.day === day);
  for (const [nth, row] of rows.entries()) {
    if (nth % ROWS_A_BREATH === 0) await breathe();
    const named = readReference(row.reference);
    const state = named && (await stateOf(named.order));
    if (named === undefined || state === undefined) strays.push(...strayOf(row));
    else about.set(named.order, [...(about.get(named.order) ?? []), { attempt: named.attempt, row }]);
    if (state !== undefined && state.at !== "forestalled") merchants.add(state.sale.merchant);
  }
  const coversAll = merchants.size === 0 && report.unread.length === 0;
  return { about, strays, covers: (merchant) => coversAll || merchants.has(merchant) };
}

/** Where no money moved, nothing is missing. */
function strayOf({ line, reference, status, amount, transaction }: ReportRow): readonly Stray[] {
  if (status !== "settled" && status !== "refunded") return [];
  const more = {
    ...(amount === undefined ? {} : { there: amount }),
    ...(transaction === undefined ? {} : { transaction }),
  };
  return [{ is: "in-report-not-here", line, reference, status, ...more }];
}
