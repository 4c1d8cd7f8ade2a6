import { onTestFinished } from "vitest";
import type { LedgerJournal } from "../../../backend/cashier.ts";
import { step } from "../../../backend/ledger/ledger.ts";
import { ledgerShape } from "../../../backend/ledger/shape.ts";
import type { Event, Terms } from "../../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import { saleItemsOf, saleOf } from "../../../backend/sales/sale.ts";
import { type Drawn, writeSales } from "../../../backend/sales/writing.ts";
import type { Store } from "../../../backend/store/store.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { firstReleaseOf, newOrderId, newUlid, type OrderId, type StandId } from "../../../protocol/ids.ts";
import { type Rupiah, rupiah } from "../../../protocol/rupiah.ts";
import type { Item } from "../../../protocol/statements.ts";
import { qrFor } from "../../support/sale.ts";
import { usualTerms } from "../../support/terms.ts";
import { seeded } from "../../world/seeded.ts";

/** Orders in a real journal, one event after the other, at whatever time of the wall clock. */

export const terms: Terms = {
  ...usualTerms,
  retryPausesMs: [1_000],
};

export const TEA: Item = { product: "teh", name: "Teh Botol", price: rupiah(5_000), quantity: 1 };
export const COFFEE: Item = { product: "kopi", name: "Kopi Susu", price: rupiah(15_000), quantity: 1 };

export type Shop = ReturnType<typeof openShop>;

export function openShop(fromWall: number) {
  const wall = { now: fromWall };
  const random = seeded(1);
  const { journal } = openSqliteJournal({
    file: ":memory:",
    shape: ledgerShape,
    newId: () => newUlid(wall.now, random),
    wall: () => wall.now,
  });
  onTestFinished(() => journal.close());
  const tell = async (order: OrderId, event: Event): Promise<boolean> => {
    const now = { clock: "utc", ms: wall.now };
    const done = await journal.advance(order, event, (state) => step(state, event, now, terms), { now });
    return !("ignored" in done);
  };
  return { journal: journal as LedgerJournal, wall, tell, newOrder: () => newOrderId(wall.now, random) };
}

export type SaleParts = { readonly stand?: string; readonly items?: readonly Item[]; readonly issuer?: string };

export const standIn = (stand: string): StandId => stand as StandId;
const priceOf = (items: readonly Item[]): Rupiah =>
  rupiah(items.reduce((sum, { price, quantity }) => sum + price * quantity, 0));

/** What is said of an order, in the sequence of an ordinary sale. */
export function eventsOf(order: OrderId, { stand = "stand-1", items = [COFFEE], issuer }: SaleParts = {}) {
  const sale = { order, stand: standIn(stand), merchant: ONLY_MERCHANT, amount: priceOf(items), items };
  const paidBy = (attempt: number, transaction = `t-${order}`): Event => ({
    type: "news",
    attempt,
    via: "answer",
    standing: {
      is: "settled",
      payment: {
        amount: sale.amount,
        fee: rupiah(100),
        transaction,
        paidAt: "2026-11-20T12:00:00+07:00",
        ...(issuer === undefined ? {} : { issuer }),
      },
    },
  });
  return {
    asked: { type: "asked", stand: sale.stand, sale, patienceMs: 20_000 },
    offered: {
      type: "charged",
      attempt: 1,
      charge: { is: "issued", qr: qrFor(sale.amount), transaction: `t-${order}` },
    },
    paid: paidBy(1),
    delivered: { type: "delivered", stand: sale.stand, release: firstReleaseOf(order), confirmed: true },
    failed: { type: "not-delivered", stand: sale.stand, because: "release-failed" },
    voided: { type: "void-asked", stand: sale.stand, order, why: "cancelled" },
    synced: { type: "synced", stand: sale.stand, stage: "unlisted" },
    refund: { type: "refund-ordered", by: "ani", why: "Bu Siti wants it back" },
    refunded: { type: "refund-answered", key: `${order}-1-r1`, answer: { is: "confirmed" } },
    remedied: { type: "remedied", how: "settled-by-staff", by: "ani", why: "gave another one to Pak Budi" },
    paidAgain: paidBy(2, `again-${order}`),
  } as const satisfies Record<string, Event>;
}

export type EventName = keyof ReturnType<typeof eventsOf>;
export const SOLD: readonly EventName[] = ["asked", "offered", "paid", "delivered"];

/** One order, a second between two events; the order's id. */
export async function sell(shop: Shop, names: readonly EventName[], parts: SaleParts = {}): Promise<OrderId> {
  const order = shop.newOrder();
  const events = eventsOf(order, parts);
  for (const name of names) {
    await shop.tell(order, events[name]);
    shop.wall.now += 1_000;
  }
  return order;
}

/** Puts orders into a book, as the journal has them. */
export async function intoBook(store: Store, { journal }: Shop, orders: readonly OrderId[]): Promise<void> {
  const drawn: Drawn[] = [];
  for (const order of orders) {
    const [state, story] = [await journal.stateOf(order), await journal.story(order)];
    if (state !== undefined) drawn.push({ row: saleOf(state, story), items: saleItemsOf(state) });
  }
  await writeSales(store, drawn);
}
