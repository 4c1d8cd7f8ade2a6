import type { Event, State } from "../ledger/words.ts";

/** Every attempt of the order that the provider may have heard of, refused ones included: 1, 2, … */
export function attemptsOf(state: State, story: readonly Event[]): readonly number[] {
  const told = story.flatMap((event) => (event.type === "charged" ? [event.attempt] : []));
  const paid = "receipts" in state ? state.receipts.map(({ attempt }) => attempt) : [];
  const inHand = "attempt" in state ? state.attempt : 0;
  return Array.from({ length: Math.max(inHand, ...told, ...paid) }, (_, nth) => nth + 1);
}
