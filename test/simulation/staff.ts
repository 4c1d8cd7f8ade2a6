import { type Decision, orderOf, type State } from "../../backend/ledger/words.ts";
import type { OrderId, ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { World } from "../world/world.ts";

/** Staff: in the storm it decides anything about any order; afterwards it works off what is owed. */

const BY = { by: "ani", why: "asked at the counter" } as const;

/** Most of it is not allowed, and the ledger says so. What is under way just now is interfered with most. */
export function decideAnything(world: World): void {
  const some = world.random() < 0.7 ? world.banks.latest(2) : world.banks.references;
  const order = some[Math.floor(world.random() * some.length)]?.slice(0, 26);
  if (order !== undefined) tell(world, order as OrderId, anyDecision(world, order)).catch((error) => world.bug(error));
}

/** One decision for everything that waits for one. */
export async function workOff(world: World): Promise<void> {
  for (const state of await world.backend.states()) {
    const order = orderOf(state);
    if (state.at === "owed" && !state.isReleasing) await tell(world, order, decisionFor(world, state));
  }
}

/** Nobody hears what is said to a backend that is down, or dies while it listens. */
async function tell({ backend }: World, order: OrderId, decision: Decision): Promise<void> {
  await backend.opened?.cashier.decide(order, decision);
}

function decisionFor(world: World, state: Extract<State, { at: "owed" }>): Decision {
  const isStuck = state.backs.some(({ stage }) => stage === "stuck");
  const any = anyDecision(world, state.sale.order);
  // What a bank has sent back can never be given again by its name: somebody hands it over.
  if (isStuck && world.random() < 0.5) return handOver;
  // A release of goods that are out, or a part of what may be gone, would be refused for ever.
  if (any.type === "release-ordered" && (state.delivered || state.backs.some(({ stage }) => stage !== "refused"))) {
    return refundAll;
  }
  return isStuck && any.type === "refund-ordered" ? refundAll : any;
}

const refundAll: Decision = { type: "refund-ordered", ...BY };
const handOver: Decision = { type: "remedied", how: "refunded", ...BY };

function anyDecision({ random, stands }: World, order: string): Decision {
  const price = stands[0]?.settings.product.price ?? 1;
  const chance = random();
  if (chance < 0.35) return refundAll;
  if (chance < 0.5) return { type: "refund-ordered", amount: rupiah(1 + Math.floor(random() * price)), ...BY };
  if (chance < 0.8) {
    const release = `${order}-staff${Math.floor(random() * 1_000_000)}` as ReleaseId;
    return { type: "release-ordered", release, ...BY };
  }
  return { type: "remedied", how: random() < 0.5 ? "refunded" : "settled-by-staff", ...BY };
}
