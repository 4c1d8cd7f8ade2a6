import type { OrderId } from "../../protocol/ids.ts";
import type { WallMs } from "../../protocol/time.ts";
import { type Difference, isInformation } from "./compare.ts";
import type { Day } from "./day.ts";
import type { Entry } from "./entry.ts";
import type { ReportDifference } from "./report/against.ts";
import type { Stray } from "./report/sort.ts";
import { type Total, Totals } from "./totals.ts";

/** One difference of a day; a stray belongs to no order. */
export type Found =
  | ({ readonly order: OrderId } & (Difference | ReportDifference))
  | (Stray & { readonly order?: never });

/** `listed` are the first of them; there may be more. */
export type Findings = { readonly count: number; readonly listed: readonly Found[] };

/** What came out of one day's reconciliation. */
export type Summary = {
  readonly day: Day;
  /** False: it was made before the day was over. */
  readonly isWhole: boolean;
  readonly begun: WallMs;
  readonly ended: WallMs;
  /** The name of the provider's report, where there was one. */
  readonly report?: string;
  readonly orders: number;
  readonly differences: Findings;
  readonly information: Findings;
  readonly totals: readonly Total[];
};

const LISTED = 1_000;

/** Draws up a summary, entry by entry. */
export class SummaryDraft {
  readonly #totals: Totals;
  readonly #differences = new List();
  readonly #information = new List();
  #orders = 0;

  constructor(day: Day) {
    this.#totals = new Totals(day);
  }

  add(entry: Entry): void {
    this.#orders += 1;
    this.#totals.add(entry);
    for (const difference of entry.differences) this.#file({ order: entry.order, ...difference });
  }

  addStray(stray: Stray): void {
    this.#file(stray);
  }

  done(head: Pick<Summary, "day" | "isWhole" | "begun" | "ended" | "report">): Summary {
    const { findings: differences } = this.#differences;
    const { findings: information } = this.#information;
    return { ...head, orders: this.#orders, differences, information, totals: this.#totals.all };
  }

  #file(found: Found): void {
    (isInformation(found) ? this.#information : this.#differences).add(found);
  }
}

class List {
  #count = 0;
  readonly #listed: Found[] = [];

  add(found: Found): void {
    this.#count += 1;
    if (this.#listed.length < LISTED) this.#listed.push(found);
  }

  get findings(): Findings {
    return { count: this.#count, listed: this.#listed };
  }
}
