import type { Log } from "../../host/log.ts";
import type { WallMs } from "../../protocol/time.ts";
import { type Day, dayOf, daysBefore, spanOf } from "./day.ts";
import { type DayRunParts, reconcileDay } from "./day-run.ts";
import type { Report } from "./report/rows.ts";
import type { Part } from "./results.ts";
import type { Summary } from "./summary.ts";

export type ReconcilerParts = DayRunParts & {
  readonly log: Log;
  /** Results of older days are deleted. */
  readonly keepDays: number;
  /** Of several backends on the same books, one reconciles; the only one when absent. */
  isOurs?(): boolean;
};

export type Running = { readonly part: Part; readonly done: number; readonly of: number };

/** `busy`: one at a time. `elsewhere`: another backend does it. `stopped`: not any more. `ended` resolves to nothing when the run failed or was stopped. */
export type Begun =
  | { readonly is: "begun"; readonly ended: Promise<Summary | undefined> }
  | { readonly is: "busy"; readonly day: Day }
  | { readonly is: "elsewhere" }
  | { readonly is: "stopped" };

/** Why a run of this day came to nothing. */
export type Failure = { readonly day: Day; readonly wall: WallMs; readonly problem: string };

/** Reconciles days, one at a time. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #stop = new AbortController();
  #running: Running | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #failure: Failure | undefined;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  /** The last run of all, when it failed. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  get isOurs(): boolean {
    return this.#parts.isOurs?.() ?? true;
  }

  /** As much of the day as there is by now. */
  partOf(day: Day): Part {
    return { day, isWhole: spanOf(day).toWall <= this.#parts.clock.wall() };
  }

  begin(part: Part, report?: Report): Begun {
    if (this.#stop.signal.aborted) return { is: "stopped" };
    if (!this.isOurs) return { is: "elsewhere" };
    if (this.#running !== undefined) return { is: "busy", day: this.#running.part.day };
    this.#running = { part, done: 0, of: 0 };
    this.#failure = undefined;
    const ended = this.#run(part, report).finally(() => {
      this.#running = undefined;
    });
    this.#ended = ended;
    return { is: "begun", ended };
  }

  /** Resolves when nothing is under way any more; what was is gone on with when the backend starts again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(part: Part, report: Report | undefined): Promise<Summary | undefined> {
    const { log, results, clock, keepDays } = this.#parts;
    const progress = (done: number, of: number): void => {
      this.#running = { part, done, of };
    };
    const run = { part, signal: this.#stop.signal, progress, ...(report === undefined ? {} : { report }) };
    try {
      await results.prune(daysBefore(dayOf(clock.wall()), keepDays), part.day);
      const summary = await reconcileDay(run, this.#parts);
      if (summary !== undefined) tell(log, summary);
      return summary;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#failure = { day: part.day, wall: clock.wall(), problem };
      log.error("reconciliation failed", { day: part.day, error });
      return undefined;
    }
  }
}

function tell(log: Log, { day, isWhole, orders, differences, information }: Summary): void {
  const facts = { day, isWhole, orders, differences: differences.count, information: information.count };
  log.info("reconciled", facts);
  if (differences.count === 0) return;
  const kinds = [...new Set(differences.listed.map(({ is }) => is))].join(", ");
  log.error("alarm", { alarm: "reconciliation", detail: `${day}: ${differences.count} differences (${kinds})` });
}
