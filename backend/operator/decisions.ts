import { newUlid, type OrderId, type Random, type ReleaseId } from "../../protocol/ids.ts";
import type { Rupiah } from "../../protocol/rupiah.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Cashier, LedgerJournal } from "../cashier.ts";
import { type Objection, objections, type Remedy, type State } from "../ledger/words.ts";

export type DecisionParts = {
  readonly cashier: Pick<Cashier, "decide">;
  readonly journal: Pick<LedgerJournal, "stateOf">;
  readonly clock: Clock;
  readonly random: Random;
};

/** Who decided, and for what reason: both go into the ledger with the decision. */
export type Reason = { readonly by: string; readonly why: string };

/**
 * `yes`: recorded, and under way. `no`: the order does not allow it now, and nothing was moved; `not-now`: because of how it stands.
 * `unknown`: no such order here.
 */
export type Decided =
  | { readonly is: "yes"; readonly state: State["at"]; readonly release?: ReleaseId }
  | { readonly is: "no"; readonly why: Objection | "not-now"; readonly because: string }
  | { readonly is: "unknown" };

/** What staff may decide about a paid order, whichever way it is said. */
export type Decisions = {
  /** Gives the money back: all that is owed, or `amount`, which ends the case. */
  refund(order: OrderId, decision: Reason & { readonly amount?: Rupiah | undefined }): Promise<Decided>;
  /** Has the stand release once more. */
  release(order: OrderId, reason: Reason): Promise<Decided>;
  /** It was dealt with otherwise. */
  remedy(order: OrderId, decision: Reason & { readonly how: Remedy }): Promise<Decided>;
};

export function decisionsOn({ cashier, journal, clock, random }: DecisionParts): Decisions {
  const decide = async (order: OrderId, decision: Parameters<Cashier["decide"]>[1]): Promise<Decided> => {
    if ((await journal.stateOf(order)) === undefined) return { is: "unknown" };
    const step = await cashier.decide(order, decision);
    if (!("ignored" in step)) return { is: "yes", state: step.state.at };
    const why = objections.find((code) => code === step.code) ?? "not-now";
    return { is: "no", why, because: step.ignored };
  };
  return {
    refund: (order, { amount, by, why }) =>
      decide(order, { type: "refund-ordered", ...(amount === undefined ? {} : { amount }), by, why }),
    release: async (order, { by, why }) => {
      const release = `staff-${newUlid(clock.wall(), random)}` as ReleaseId;
      const decided = await decide(order, { type: "release-ordered", release, by, why });
      return decided.is === "yes" ? { ...decided, release } : decided;
    },
    remedy: (order, { how, by, why }) => decide(order, { type: "remedied", by, why, how }),
  };
}
