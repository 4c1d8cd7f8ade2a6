import { expect, test } from "vitest";
import { newUlid, type OrderId, type StandId, type StatementId } from "../../../protocol/ids.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { seal } from "../../../protocol/seal.ts";
import type { DownBody } from "../../../protocol/statements.ts";
import { Pages } from "../../../sandbox/demo/pages.ts";
import { ORDER_ID, PAGE, PRICE, qrFor, STAND } from "../../support/sale.ts";
import { seeded } from "../../world/seeded.ts";

const pair = newKeyPair();
const DOWN = `qris/v1/stands/${STAND}/down`;

function sealed(body: DownBody): Uint8Array {
  const id = ORDER_ID as string as StatementId;
  const statement = { v: 1, id, from: "backend", to: STAND as StandId, at: { journal: "j", seq: 1 }, body } as const;
  return Buffer.from(seal(statement, pair.signing));
}
const offer = (order: OrderId, page?: string): Uint8Array =>
  sealed({
    type: "offer",
    order,
    qr: qrFor(PRICE),
    amount: PRICE,
    validForMs: 180_000,
    ...(page === undefined ? {} : { page }),
  });

test("an order's page is known as soon as the stand was told of it", () => {
  const pages = new Pages();
  expect(pages.hear(DOWN, offer(ORDER_ID, PAGE))).toBe(true);
  expect(pages.of(ORDER_ID)).toBe(PAGE);
  expect(pages.latest).toEqual({ order: ORDER_ID, address: PAGE });
});

test("nothing is learnt from an offer without a page, from what stands say, or from what is no statement", () => {
  const pages = new Pages();
  expect(pages.hear(DOWN, offer(ORDER_ID))).toBe(false);
  expect(pages.hear(`qris/v1/stands/${STAND}/up`, offer(ORDER_ID, PAGE))).toBe(false);
  expect(pages.hear(DOWN, sealed({ type: "voided", order: ORDER_ID, as: "cancelled" }))).toBe(false);
  expect(pages.hear(DOWN, Buffer.from("nothing"))).toBe(false);
  expect(pages.latest).toBeUndefined();
});

test("of very many orders the oldest are forgotten", () => {
  const pages = new Pages();
  const random = seeded(5);
  const orders = Array.from({ length: 201 }, (_, nth) => newUlid(Date.UTC(2026, 0, 1) + nth, random) as OrderId);
  for (const order of orders) pages.hear(DOWN, offer(order, PAGE));
  expect(orders.map((order) => pages.of(order) === undefined)).toEqual(orders.map((_, nth) => nth === 0));
});
