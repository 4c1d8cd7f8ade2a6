import type {
  Action,
  OrderEvent,
  OrderLine,
  OrderPage,
  OwedLine,
  StandLine,
} from "../../../backend/console/api/words.ts";
import type { MerchantId } from "../../../backend/providers/provider.ts";
import { claimCodeOf, newOrderId } from "../../../protocol/ids.ts";
import { MINUTE_MS, PRODUCTS, pick, type Random } from "./words.ts";

const REASONS = ["not-confirmed", "release-failed", "paid-late", "release-unclear"] as const;

export function makeOrder(now: number, random: Random, stands: readonly StandLine[], taint: string): OrderLine {
  const [name, price] = pick(PRODUCTS, random);
  const order = newOrderId(now, random);
  return {
    order,
    claim: claimCodeOf(order),
    stand: pick(stands.slice(0, 48), random).id,
    merchant: "main" as MerchantId,
    amount: price,
    refunded: 0,
    state: "delivered",
    items: [{ name: name + taint, quantity: 1 }],
    begunMs: now,
    paidMs: now + 21_000,
  };
}

/** Newest first: five wait for somebody. */
export function makeOrders(now: number, random: Random, stands: readonly StandLine[], taint: string): OrderLine[] {
  return Array.from({ length: 160 }, (_, nth) => {
    const order = makeOrder(now - nth * 7 * MINUTE_MS - 30_000, random, stands, taint);
    const because = REASONS[nth % REASONS.length] ?? REASONS[0];
    if (nth === 0) return { ...order, state: "payable" };
    if ([2, 7, 15, 40].includes(nth)) return { ...order, state: "owed", because };
    if (nth === 11) return { ...order, state: "refunding", because };
    if (nth === 20) return { ...order, state: "remedied", because, refunded: order.amount };
    if (nth % 13 === 5) return { ...order, state: "voided" };
    return order;
  });
}

export const isOpen = ({ state }: OrderLine): boolean => state === "owed" || state === "refunding";

const actionsOf = (order: OrderLine): readonly Action[] =>
  order.state === "owed" ? ["refund", "release", "remedy"] : [];

export const owedOf = (order: OrderLine): OwedLine => ({
  ...order,
  sinceMs: order.begunMs + 40_000,
  todo: order.state === "owed" ? "`backend refund ID`" : "nothing: its money is on its way back",
  goodsOut: false,
  actions: actionsOf(order),
});

export function pageOf(order: OrderLine): OrderPage {
  const event = (after: number, type: string, facts: OrderEvent["facts"] = {}): OrderEvent => ({
    atMs: order.begunMs + after,
    type,
    facts,
  });
  const paid = [
    event(0, "asked"),
    event(700, "charged", { charge: "issued", attempt: 1 }),
    event(21_000, "news", { standing: "settled", via: "notification" }),
  ];
  const ended =
    order.because === undefined
      ? event(23_500, "delivered", { confirmed: true })
      : event(29_000, "not-delivered", { because: order.because });
  const given = [
    event(900_000, "refund-ordered", { by: "sari", why: "The goods did not come out" }),
    event(901_000, "refund-answered", { answer: "taken" }),
    event(960_000, "refund-answered", { answer: "confirmed" }),
  ];
  const isBack = order.state === "remedied";
  return {
    ...order,
    actions: actionsOf(order),
    refunds: isBack ? [{ amount: order.amount, stage: "confirmed" }] : [],
    payments: [{ amount: order.amount, fee: 0, paidAt: new Date(order.paidMs ?? order.begunMs).toISOString() }],
    events: [...paid, ended, ...(isBack ? given : [])],
  };
}
