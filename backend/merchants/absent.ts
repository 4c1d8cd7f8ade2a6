import { every } from "../../host/every.ts";
import type { Stop } from "../../protocol/time.ts";
import type { Ground } from "../ground.ts";
import { openByMerchant } from "../sales/waiting.ts";
import type { Store } from "../store/store.ts";

const LOOK_MS = 3_600_000;
const HINT = "put it back into the configuration, with retired = true where it sells nothing any more";

/** Open orders of a merchant that is not in the configuration any more: nobody can end, settle or refund them. Told at once, and every hour. */
export function tellAbsent({ clock, log }: Ground, known: readonly string[], store: Store): Stop {
  const run = async (): Promise<void> => {
    for (const [merchant, orders] of absentIn(await openByMerchant(store), new Set(known)))
      log.error("open orders of an unknown merchant", { merchant, orders, hint: HINT });
  };
  return every(clock, log, { firstMs: 0, everyMs: LOOK_MS, what: "merchants of open orders not known", run });
}

/** Merchants of open orders that are not known here, with the number of their orders. */
export const absentIn = (
  open: ReadonlyMap<string, number>,
  known: ReadonlySet<string>,
): readonly (readonly [merchant: string, orders: number])[] => [...open].filter(([merchant]) => !known.has(merchant));
