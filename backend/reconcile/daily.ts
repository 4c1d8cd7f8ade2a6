import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import { type Day, dueDays, type TimeOfDay } from "./day.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Report } from "./report/rows.ts";
import type { Part, Results } from "./results.ts";
import type { Summary } from "./summary.ts";

export type DailyParts = {
  readonly reconciler: Reconciler;
  readonly results: Results;
  readonly clock: Clock;
  readonly log: Log;
  /** When the day before is reconciled. */
  readonly at: TimeOfDay;
  /** How many days a stop is made up for. */
  readonly catchUpDays: number;
  /** The provider's report of the day, where there is one. */
  reportOf(day: Day): Promise<Report | undefined>;
  /** Takes over results from where they lay before. */
  takeLeft?(): Promise<void>;
};

const MINUTE_MS = 60_000;
/** A disk that takes no results, say, is not tried every minute. */
const AFTER_A_FAILURE_MS = 10 * MINUTE_MS;

/** Reconciles each day when its time has come: first what was interrupted, then the days that were missed, oldest first. */
export function keepReconciling(parts: DailyParts): Stop {
  const { clock, log, reconciler } = parts;
  let { takeLeft } = parts;
  return every(clock, log, {
    firstMs: MINUTE_MS,
    everyMs: MINUTE_MS,
    what: "reconciliation not begun",
    run: async () => {
      const { failure, isOurs } = reconciler;
      if (!isOurs) return;
      if (failure !== undefined && clock.wall() - failure.wall < AFTER_A_FAILURE_MS) return;
      await takeLeft?.();
      takeLeft = undefined;
      for (const part of await waiting(parts)) if ((await reconcile(part, parts)) === undefined) return;
    },
  });
}

async function waiting({ results, clock, at, catchUpDays }: DailyParts): Promise<readonly Part[]> {
  const begun = await results.begun();
  const done = await results.done();
  const due = dueDays(clock.wall(), at, catchUpDays, (day) => done.includes(day));
  const fresh = due.filter((day) => !begun.some((part) => part.day === day && part.isWhole));
  return [...begun, ...fresh.map((day) => ({ day, isWhole: true }))];
}

/** `undefined`: it came to nothing, and what waits behind it would fare no better now. */
async function reconcile(part: Part, { reconciler, results, reportOf }: DailyParts): Promise<Summary | undefined> {
  const isBegun = (await results.begun()).some(({ day, isWhole }) => day === part.day && isWhole === part.isWhole);
  const begun = reconciler.begin(part, isBegun ? undefined : await reportOf(part.day));
  return begun.is === "begun" ? begun.ended : undefined;
}
