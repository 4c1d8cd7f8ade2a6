import type { OrderId, ReleaseId } from "../../protocol/ids.ts";
import { orderRefund } from "./refunding.ts";
import { orderRelease } from "./release.ts";
import type { At, OwedReason, Policy, Step, Terms } from "./words.ts";

/** What happens by itself with an order that has become owed. */

const BY = "policy";

/** The one release that a policy orders; the stand gives no second for it. */
export const policyReleaseOf = (order: OrderId): ReleaseId => `${order}-policy` as ReleaseId;

/**
 * Money that came too late may be delivered after all, for the stand has surely not released anything; a failed release may be
 * tried once more. Where goods may be out already, nothing is released without a person.
 */
const DELIVERABLE: readonly OwedReason[] = ["paid-late", "release-failed"];
const LATE: readonly OwedReason[] = ["paid-late", "underpaid", "paid-twice"];

const policyFor = (because: OwedReason, { policies }: Terms): Policy =>
  LATE.includes(because) ? policies.late : policies.failed;

/** The step to `owed`, and what the stand's policy adds to it. */
export function withPolicy(owed: Owing, terms: Terms): Step {
  const { state } = owed;
  const more = byPolicy(state, terms);
  if (more === undefined || "ignored" in more) return owed;
  return {
    ...more,
    effects: [...owed.effects, ...more.effects],
    takesBack: [...(owed.takesBack ?? []), ...(more.takesBack ?? [])],
  };
}

/** A step that ends at `owed`. */
export type Owing = Exclude<Step, { readonly ignored: string }> & { readonly state: At<"owed"> };

function byPolicy(state: At<"owed">, terms: Terms): Step | undefined {
  const why = state.because;
  switch (policyFor(why, terms)) {
    case "hold":
      return undefined;
    case "refund":
      return orderRefund(state, { type: "refund-ordered", by: BY, why }, terms);
    case "deliver":
      return deliverOnce(state, why);
  }
}

function deliverOnce(state: At<"owed">, why: OwedReason): Step | undefined {
  const release = policyReleaseOf(state.sale.order);
  if (!DELIVERABLE.includes(why) || state.releases.length > 0) return undefined;
  return orderRelease(state, { type: "release-ordered", release, by: BY, why });
}
