import { claimCodeOf, type OrderId } from "../../../protocol/ids.ts";
import type { Clock } from "../../../protocol/time.ts";
import type { LedgerJournal } from "../../cashier.ts";
import type { Entry } from "../../reconcile/entry.ts";
import type { Store } from "../../store/store.ts";
import { type Case, type Deed, type Reconciled, stateWithoutCodes, toldOf } from "./case.ts";

export type GatherParts = {
  readonly journal: Pick<LedgerJournal, "stateOf" | "story">;
  readonly store: Store;
  readonly clock: Pick<Clock, "wall">;
  readonly version: string;
};

/** Who wants it, and what for. */
export type Wish = { readonly by: string; readonly why: string };

const MOST = 500;
const MOST_DAYS = 40;
const DAY_MS = 86_400_000;

/** All that the books say of an order; nothing of one that they do not know. */
export async function gather(order: OrderId, wish: Wish, parts: GatherParts): Promise<Case | undefined> {
  const { journal, store, clock, version } = parts;
  const [state, story] = await Promise.all([journal.stateOf(order), journal.story(order)]);
  if (state === undefined) return undefined;
  const walls = story.map(({ wall }) => wall);
  return {
    order,
    claim: claimCodeOf(order),
    made: new Date(clock.wall()).toISOString(),
    ...wish,
    version,
    state: stateWithoutCodes(state),
    story: story.map(toldOf),
    reconciled: await reconciledOf(store, order, Math.min(...walls), Math.max(...walls)),
    deeds: await deedsOf(store, order),
  };
}

/** A day is compared under its name in western Indonesian time, so one more on either side may speak of the order. */
async function reconciledOf(store: Store, order: OrderId, from: number, to: number): Promise<readonly Reconciled[]> {
  const dayOf = (wall: number): string => new Date(wall).toISOString().slice(0, 10);
  const rows = await store
    .selectFrom("reconcile_entries")
    .innerJoin("reconcile_runs", "reconcile_runs.id", "reconcile_entries.run")
    .select(["reconcile_runs.day", "reconcile_entries.entry"])
    .where("reconcile_runs.stage", "=", "done")
    .where("reconcile_runs.day", ">=", dayOf(from - DAY_MS))
    .where("reconcile_runs.day", "<=", dayOf(Math.min(to, from + MOST_DAYS * DAY_MS) + DAY_MS))
    .where("reconcile_entries.entry", "like", `%"order":"${order}"%`)
    .orderBy("reconcile_runs.day")
    .limit(MOST)
    .execute();
  return rows.map(({ day, entry }) => ({ day, entry: JSON.parse(entry) as Entry }));
}

async function deedsOf(store: Store, order: OrderId): Promise<readonly Deed[]> {
  const rows = await store
    .selectFrom("audit")
    .select(["at_ms", "who", "role", "source", "what", "result", "because"])
    .where("subject", "=", order)
    .orderBy("number")
    .limit(MOST)
    .execute();
  return rows.map(({ at_ms, because, ...row }) => ({
    at: new Date(at_ms).toISOString(),
    ...row,
    ...(because === "" ? {} : { because }),
  }));
}
