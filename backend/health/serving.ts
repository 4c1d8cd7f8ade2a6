import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";

export type ServingParts = { readonly store: Store; readonly clock: Clock; readonly log: Log };

/** Which stands serve a customer; a moment late. */
export type Serving = { has(stand: StandId): boolean; readonly stop: Stop };

const LOOK_MS = 2_000;
/** No customer stands at a machine for longer. */
const SERVED_MS = 3_600_000;

/** Follows the sales book: who has begun an order that waits for its money or its goods. */
export function followServing({ store, clock, log }: ServingParts): Serving {
  let serving: ReadonlySet<string> = new Set();
  const run = async (): Promise<void> => {
    const rows = await store
      .selectFrom("sales")
      .where("is_finished", "=", 0)
      .where("state", "in", ["charging", "payable", "paid"])
      .where("began_ms", ">", clock.wall() - SERVED_MS)
      .select("stand")
      .distinct()
      .execute();
    serving = new Set(rows.map(({ stand }) => stand));
  };
  const stop = every(clock, log, { firstMs: 0, everyMs: LOOK_MS, what: "open orders not read", run });
  return { has: (stand) => serving.has(stand), stop };
}
