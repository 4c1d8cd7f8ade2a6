import type { DownBody } from "../../protocol/statements.ts";
import { objected, settlementOf, tell, tellKind } from "./effects.ts";
import type { Of, PaidFor, Step } from "./words.ts";

/** One more release of an owed order. The settlement goes with it, in case the stand has lost its journal. */
export function orderRelease(state: PaidFor, { release, by }: Of<"release-ordered">): Step {
  const [receipt] = state.receipts;
  const product = state.sale.items[0]?.product;
  if (state.at !== "owed" || state.delivered)
    return objected("not-owed-goods", "only an order that is owed its goods is released again");
  if (state.isReleasing)
    return objected("release-under-way", "a release was ordered, and the stand has not said yet how it went");
  if (receipt === undefined || product === undefined) return objected("no-goods", "the order names no goods");
  if (state.backs.some(({ stage }) => stage !== "refused"))
    return objected("money-back", "some of its money is back, or may be");
  const { sale } = state;
  const body: DownBody = { type: "release", order: sale.order, release, by, product };
  return {
    state: { ...state, releases: [...state.releases, release], isReleasing: true },
    effects: [tell(sale, settlementOf(sale, receipt.payment)), tell(sale, body)],
    takesBack: [tellKind("settled"), tellKind("release")],
  };
}
