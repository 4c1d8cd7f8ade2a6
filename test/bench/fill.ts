import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { step as ledgerStep } from "../../backend/ledger/ledger.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Event as LedgerEvent } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import { step } from "../../gateway/order/order.ts";
import { standShape } from "../../gateway/order/shape.ts";
import type { Event, Order } from "../../gateway/order/words.ts";
import { orderFor, type Product } from "../../gateway/trade/menu.ts";
import type { Journal, JournalShape } from "../../journal/journal.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { firstReleaseOf, newOrderId, newUlid } from "../../protocol/ids.ts";
import type { Instant } from "../../protocol/time.ts";
import { qrFor, rules, STAND, settlementOf } from "../support/sale.ts";
import { TERMS } from "./shop.ts";

/** A journal without a printer's debts. */
const RULES = { ...rules, prints: { qr: false, receipt: false } };
const BEGUN_AT = Date.UTC(2026, 0, 1);
const NOW: Instant = { clock: "an-earlier-boot", ms: 0 };
const DELIVERED = "tell delivered";

/** Orders as a stand of the bench makes them, one a minute. */
export const ordersOf = (product: Product, count: number): readonly Order[] =>
  Array.from({ length: count }, (_, nth) => {
    const at = BEGUN_AT + nth * 60_000;
    return orderFor(product, newOrderId(at, Math.random), at);
  });

/** A stand's journal with these orders sold and delivered; `owes`: the backend has not heard that they are. */
export async function fillStand(file: string, orders: readonly Order[], owes: boolean): Promise<void> {
  await fillIn(file, standShape, async (journal) => {
    for (const order of orders) {
      const { id, amount } = order;
      const events: readonly Event[] = [
        { type: "begun", order },
        { type: "offered", qr: qrFor(amount), amount, validForMs: 900_000 },
        { type: "settled", order: id, settlement: settlementOf(amount), inFront: true },
        { type: "released", release: firstReleaseOf(id), confirmed: false },
      ];
      for (const event of events) {
        await journal.advance(id, event, (state) => step(state, event, NOW, RULES), { now: NOW });
        await finishAll(journal, owes ? [...KINDS, "release"] : [...KINDS, "release", DELIVERED]);
      }
    }
  });
}

const UNCLEAR: LedgerEvent = { type: "not-delivered", stand: STAND, because: "release-unclear" };
const KINDS = ["tell charge"];

/** What the backend's journal has heard of the goods: nothing, or that their release is unclear. */
export type HeardOfGoods = "nothing" | "unclear";

/** A backend's journal with these orders paid for. */
export async function fillLedger(file: string, orders: readonly Order[], heard: HeardOfGoods): Promise<void> {
  await fillIn(file, ledgerShape, async (journal) => {
    for (const { id, amount, items } of orders) {
      const { paidAt } = settlementOf(amount);
      const payment = { amount, fee: amount, transaction: `${id}-1`, paidAt };
      const sale = { order: id, stand: STAND, merchant: ONLY_MERCHANT, amount, items };
      const events: readonly LedgerEvent[] = [
        { type: "asked", stand: STAND, sale, patienceMs: 20_000 },
        { type: "charged", attempt: 1, charge: { is: "issued", qr: qrFor(amount), transaction: `${id}-1` } },
        { type: "news", attempt: 1, standing: { is: "settled", payment }, via: "notification" },
        ...(heard === "unclear" ? [UNCLEAR] : []),
      ];
      for (const event of events) {
        await journal.advance(id, event, (state) => ledgerStep(state, event, NOW, TERMS), { now: NOW });
        await finishAll(journal, ["charge", "tell offer", "tell settled", "alarm"]);
      }
    }
  });
}

async function finishAll(
  journal: Pick<Journal<never, never, unknown>, "take" | "finish">,
  kinds: readonly string[],
): Promise<void> {
  for (const { id } of await journal.take({ now: NOW, kinds, limit: 16, leaseMs: 1 })) await journal.finish(id);
}

/** Filled where no commit waits for a disk, if there is such a place, then put where it belongs. */
async function fillIn<State, Event, Effect>(
  file: string,
  shape: JournalShape<State, Event, Effect>,
  fill: (journal: Journal<State, Event, Effect>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "bench-fill-"));
  const draft = join(folder, "journal.sqlite");
  try {
    const newId = (): string => newUlid(BEGUN_AT, Math.random);
    const { journal } = openSqliteJournal({ file: draft, shape, newId, wall: () => BEGUN_AT });
    await fill(journal);
    await journal.close();
    copyFileSync(draft, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
