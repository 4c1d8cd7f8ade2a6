import type { State } from "../../../gateway/order/words.ts";
import type { OrderId } from "../../../protocol/ids.ts";
import type { Overheard } from "../sale/wire-tap.ts";

/** What the world outside has seen of a stand, in order. */
export type Mark =
  | Overheard
  /** The contact closed, for the order that was paid last. */
  | { readonly is: "closed"; readonly order: OrderId }
  /** From here on the stand is the control that does not wait for its disk. */
  | { readonly is: "careless" };

type At = State["at"];
const ENDED: readonly At[] = ["delivered", "troubled", "closed"];
const PAID: readonly At[] = ["releasing", "delivered", "troubled"];

/** Where an order must be at least, on the disk of a stand of which this was seen; nothing where it says nothing. */
function leastOf(mark: Mark): { readonly order: OrderId; readonly at: readonly At[] } | undefined {
  if (mark.is === "closed") return { order: mark.order, at: PAID };
  if (mark.is === "careless" || mark.is === "told" || !("order" in mark.body)) return undefined;
  const { order, type } = mark.body;
  const at = mark.is === "said" ? SAID[type] : UNDERSTOOD[type];
  return at && { order, at };
}

const SAID: Readonly<Record<string, readonly At[]>> = {
  charge: ["charging", "awaiting", "closing", ...PAID, "closed"],
  void: ["closing", ...PAID, "closed"],
  delivered: ["delivered"],
  "not-delivered": ["troubled", "closed"],
};

const UNDERSTOOD: Readonly<Record<string, readonly At[]>> = {
  offer: ["awaiting", "closing", ...PAID, "closed"],
  voided: ENDED,
  refused: ENDED,
  settled: PAID,
};

/** What was lost: each order that the world has seen further than it is now. `found`: where each order is, by its id. */
export function lost(marks: readonly Mark[], found: ReadonlyMap<string, string>): readonly string[] {
  const wrongs = marks.flatMap((mark) => {
    const least = leastOf(mark);
    if (least === undefined) return [];
    const at = found.get(least.order);
    if (least.at.some((each) => each === at)) return [];
    return [`${least.order} is ${at ?? "not there"}, and the world has seen ${wordsOf(mark)}`];
  });
  return [...new Set(wrongs)];
}

const wordsOf = (mark: Mark): string =>
  mark.is === "closed" || mark.is === "careless" ? mark.is : `${mark.is} ${mark.body.type}`;

/** How often the contact has closed for this order. */
export const closings = (marks: readonly Mark[], order: string): number =>
  marks.filter((mark) => mark.is === "closed" && mark.order === order).length;

/** The backend's words that money has come, as they were said. */
export const settlements = (marks: readonly Mark[]) =>
  marks.flatMap((mark) => (mark.is === "told" && mark.body.type === "settled" ? [mark.body] : []));

/** The orders whose money the stand has on its disk. */
export const understoodPaid = (marks: readonly Mark[]): ReadonlySet<string> =>
  new Set(marks.flatMap((mark) => (mark.is === "understood" && mark.body.type === "settled" ? [mark.body.order] : [])));
