import { every } from "../../../host/every.ts";
import type { Log } from "../../../host/log.ts";
import type { Clock, Stop } from "../../../protocol/time.ts";
import type { Store } from "../../store/store.ts";
import { Audit } from "./audit.ts";
import { sealAudit } from "./seal.ts";

export type KeepingParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly keptDays: number;
  /** Whether this backend does what only one of them does. */
  leads(): boolean;
};

const DAY_MS = 86_400_000;
const FIRST_MS = 20 * 60_000;
/** A month goes at a time, so that the log is not mostly about its own sealing. */
const STEP_MS = 30 * DAY_MS;

/** Seals off what is older than it is kept for, looking once a day. */
export function keepAudit({ store, clock, log, keptDays, leads }: KeepingParts): Stop {
  const audit = new Audit({ store, clock, log });
  const run = async (): Promise<void> => {
    if (!leads()) return;
    const sealed = await sealAudit(audit, Math.floor((clock.wall() - keptDays * DAY_MS) / STEP_MS) * STEP_MS);
    if (sealed.is === "sealed")
      log.info("old part of the audit log sealed off", { entries: sealed.entries, ...sealed.last });
    if (sealed.is === "broken") log.error("audit log is not whole, and nothing of it is deleted", sealed);
  };
  return every(clock, log, { firstMs: FIRST_MS, everyMs: DAY_MS, what: "audit log not sealed", run });
}
