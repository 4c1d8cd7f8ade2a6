import type { OrderId } from "../../protocol/ids.ts";
import type { DownBody } from "../../protocol/statements.ts";
import { PRICE, qrFor } from "./sale.ts";
import type { Bench } from "./stand-on-bench.ts";
import { settle } from "./virtual-clock.ts";

/** An ordinary sale of a stand on the bench, step by step: each resolves when the stand has done what follows from it. */

export const offerOf = (order: OrderId): DownBody => ({
  type: "offer",
  order,
  qr: qrFor(PRICE),
  amount: PRICE,
  validForMs: 180_000,
});

export const settledOf = (order: OrderId, amount = PRICE): DownBody => ({
  type: "settled",
  order,
  amount,
  paidAt: "2026-01-01T07:00:30+07:00",
});

/** The backend says so. */
export async function say({ backend }: Bench, body: DownBody): Promise<void> {
  await backend.say(body);
  await settle();
}

/** Presses the button of the only product; resolves to the order that came of it. */
export async function begin({ stand }: Bench): Promise<OrderId> {
  await stand.press("new");
  await settle();
  const front = stand.stand.front;
  if (front === undefined) throw new Error("no order began");
  return front.order.id;
}

/** Begins an order and offers its code. */
export async function untilQr(bench: Bench): Promise<OrderId> {
  const order = await begin(bench);
  await say(bench, offerOf(order));
  return order;
}

export const settled = (bench: Bench, order: OrderId): Promise<void> => say(bench, settledOf(order));
