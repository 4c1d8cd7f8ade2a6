import { every } from "../host/every.ts";
import { type SystemdNotice, watchdogMs } from "../host/sdnotify.ts";
import { dailySweep } from "../journal/sweep.ts";
import type { Stop } from "../protocol/time.ts";
import type { LedgerJournal } from "./cashier.ts";
import type { Condition } from "./condition.ts";
import type { Ground } from "./ground.ts";

const USUAL_WATCHDOG_MS = 60_000;

export type WatchParts = {
  readonly journal: LedgerJournal;
  readonly notice: SystemdNotice;
  condition(): Promise<Condition>;
  /** Merchants whose keys could not be read at the last reload. */
  keptKeys(): readonly string[];
};

/** Deletes what is old, and tells systemd how it goes: a backend that cannot write any more is started anew. */
export function watchOver(ground: Ground, parts: WatchParts): Stop {
  const stops = [sweepDaily(ground, parts), feedWatchdog(ground, parts)];
  return () => {
    for (const stop of stops) stop();
  };
}

function sweepDaily({ setup, clock, log }: Ground, { journal }: WatchParts): Stop {
  const { keep_days: keepDays } = setup.config.journal;
  const swept = (orders: number): void => log.info("swept", { orders });
  return every(clock, log, dailySweep({ journal, keepDays, wall: () => clock.wall(), swept }));
}

const feedWatchdog = ({ env, clock, log }: Ground, { condition, notice, keptKeys }: WatchParts): Stop =>
  every(clock, log, {
    firstMs: 0,
    everyMs: (watchdogMs(env) ?? USUAL_WATCHDOG_MS) / 3,
    what: "condition not known",
    run: async () => {
      const now = await condition();
      if (now.journal === "ok") notice.watchdog();
      notice.status(statusOf(now, keptKeys()));
    },
  });

/** One line for `systemctl status`. */
export function statusOf({ journal, store, broker }: Condition, keptKeys: readonly string[]): string {
  const kept = keptKeys.length === 0 ? "" : `, keys NOT read anew: ${keptKeys.join(", ")} (see the log)`;
  const lost = store === "ok" ? "" : ", store failed";
  return `journal ${journal}${lost}, broker ${broker}${kept}`;
}
