import { every } from "../../host/every.ts";
import { newUlid } from "../../protocol/ids.ts";
import type { Books } from "../books.ts";
import type { Ground } from "../ground.ts";
import { Projector } from "./projector.ts";
import { sweepSales } from "./retention.ts";

export type SalesBook = {
  /** This order has changed in the journal; waits for nothing. */
  changed(order: string): void;
  /** Orders that wait to be written. */
  readonly waiting: number;
  /** Writes what is left. */
  stop(): Promise<void>;
};

const DAY_MS = 24 * 3_600_000;
const FIRST_SWEEP_MS = 15 * 60_000;

/** Sets the sales book to work: written behind the sales, caught up and swept by the backend that leads. */
export function openSalesBook(
  { setup, clock, random, log }: Ground,
  { journal, store, leads, company }: Books,
): SalesBook {
  const name = newUlid(clock.wall(), random);
  const projector = new Projector({ journal, store, clock, log, name, leads, isAlone: company === undefined });
  projector.start();
  const stopSweeping = every(clock, log, {
    firstMs: FIRST_SWEEP_MS,
    everyMs: DAY_MS,
    what: "sales book not swept",
    run: async () => {
      if (!leads()) return;
      const swept = await sweepSales(store, setup.config.retention, clock.wall());
      if (swept.deleted + swept.forgotten > 0) log.info("sales book swept", swept);
    },
  });
  return {
    changed: (order) => projector.changed(order),
    get waiting() {
      return projector.waiting;
    },
    stop: async () => {
      stopSweeping();
      await projector.stop();
    },
  };
}
