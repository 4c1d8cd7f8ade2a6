import type { z } from "zod";
import type { OrderId, StandId } from "../../../protocol/ids.ts";
import type { Rupiah } from "../../../protocol/rupiah.ts";
import type { Stop } from "../../../protocol/time.ts";
import type { manySettingsBody, newStandBody, standChangeBody } from "./bodies.ts";
import type {
  AlarmLine,
  Conflict,
  DayReport,
  HealthSeries,
  Invitation,
  OrderLine,
  OrderList,
  OrderPage,
  Overview,
  OwedLine,
  SalesRow,
  SalesSums,
  StandLine,
  StandPage,
  Versions,
} from "./words.ts";

/**
 * What the console asks the other parts of the backend for. A part that is not there is answered for with 503. Whoever implements
 * one of these bounds its own waits; `by` is the account, for the books.
 */

/** It does not go now, and nothing was moved. */
export type No = { readonly is: "no"; readonly why: Conflict; readonly because: string };
export type NotThere = { readonly is: "unknown" };
export type BadFields = {
  readonly is: "bad";
  readonly issues: readonly { readonly path: string; readonly message: string }[];
};
export type Yes<More = unknown> = { readonly is: "yes" } & More;

/** A stretch of the wall clock; `toMs` does not lie in it. */
export type Span = { readonly fromMs: number; readonly toMs: number };

export type OrderSearch = Partial<Span> & {
  /** An id, a claim code, an amount, or words of items. */
  readonly text?: string;
  readonly stand?: StandId;
  readonly state?: string;
  readonly least?: number;
  readonly most?: number;
  readonly after?: string;
  readonly limit: number;
};

export interface SalesDesk {
  find(search: OrderSearch): Promise<OrderList>;
  page(order: OrderId): Promise<OrderPage | undefined>;
  owed(): Promise<readonly OwedLine[]>;
  owedCount(): Promise<number>;
  sums(by: SalesSums["by"], span: Span): Promise<readonly SalesRow[]>;
  /** `day`: `2026-11-21`. */
  report(day: string): Promise<DayReport>;
  today(): Promise<Overview["today"]>;
  /** The same orders as `find`, as a table that is read while it is written; `busy`: too many are on their way. */
  csv(search: Omit<OrderSearch, "after" | "limit">): AsyncIterable<string> | "busy";
  reportCsv(day: string): Promise<AsyncIterable<string> | Iterable<string>>;
  /** `hear` is told of each order that has changed, until stopped. */
  onChange(hear: (order: OrderLine) => void): Stop;
}

type Decision = { readonly by: string; readonly why: string };
export type Decided = Yes<{ readonly state: string }> | No | NotThere;

export interface CashDesk {
  refund(order: OrderId, decision: Decision & { readonly amount?: Rupiah | undefined }): Promise<Decided>;
  release(order: OrderId, decision: Decision): Promise<Decided>;
  remedy(order: OrderId, decision: Decision & { readonly how: "refunded" | "settled-by-staff" }): Promise<Decided>;
}

export type NewStand = z.output<typeof newStandBody>;
export type StandChange = z.output<typeof standChangeBody>;

export interface StandsDesk {
  /** `{stands: StandLine[]}` as JSON, piece by piece: every stand, as it was a second ago at most. */
  all(): Promise<Iterable<string>>;
  /** How many stands are how, a moment ago. */
  counts(): Overview["stands"];
  /** Without orders and alarms, which others know. */
  page(stand: StandId): Promise<Omit<StandPage, "orders" | "alarmsNow"> | undefined>;
  /** As it was some seconds ago. */
  versions(): Promise<Versions["versions"]>;
  add(stand: NewStand, by: string): Promise<Yes<Invitation> | No | NotThere | BadFields>;
  invite(stand: StandId, by: string): Promise<Yes<Invitation> | No | NotThere>;
  revoke(stand: StandId, by: string, why: string): Promise<Yes | No | NotThere>;
  change(stand: StandId, change: StandChange, by: string): Promise<Yes | No | NotThere | BadFields>;
  series(stand: StandId, span: Span, points: number): Promise<HealthSeries | undefined>;
  screen(stand: StandId): Promise<Screen | undefined>;
  onChange(hear: (stand: StandLine) => void): Stop;
}
export type Screen = { readonly png: Uint8Array; readonly ageMs: number; readonly page: string };

export type ManySettings = z.output<typeof manySettingsBody>;
export interface SettingsDesk {
  desire(
    wanted: ManySettings,
    by: string,
  ): Promise<Yes<{ readonly versions: Readonly<Record<string, number>> }> | No | NotThere | BadFields>;
}

export interface AlarmsDesk {
  now(): Promise<readonly AlarmLine[]>;
  acknowledge(id: string, by: string): Promise<Yes | No | NotThere>;
  onChange(hear: (alarm: AlarmLine) => void): Stop;
}

export type Desks = {
  readonly sales?: SalesDesk;
  readonly cash?: CashDesk;
  readonly stands?: StandsDesk;
  readonly settings?: SettingsDesk;
  readonly alarms?: AlarmsDesk;
};
