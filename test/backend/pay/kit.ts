import type { LedgerJournal } from "../../../backend/cashier.ts";
import { ledgerShape } from "../../../backend/ledger/shape.ts";
import {
  type At,
  type Back,
  type Event,
  orderOf,
  type Receipt,
  type Sale,
  type State,
} from "../../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import { payAddresses } from "../../../backend/pay/addresses.ts";
import { type PayParts, payRoutes } from "../../../backend/pay/routes.ts";
import { payTokenOf } from "../../../backend/pay/token.ts";
import { serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import { Secret } from "../../../host/secret.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { firstReleaseOf, newUlid } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { ORDER_ID, PRICE, qrFor, STAND } from "../../support/sale.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";

/** The customer's page over real HTTP and a real journal, on a clock that stands still. */

export const KEY = new Secret("forty letters that nobody outside knows.");
export const DEEPLINK = "gojek://gopay/merchanttransfer?tref=01JD&amount=15000";

const sale: Sale = {
  order: ORDER_ID,
  stand: STAND,
  merchant: ONLY_MERCHANT,
  amount: PRICE,
  items: [{ product: "kopi", name: "Kopi Susu Gula Aren", price: PRICE, quantity: 1 }],
};
const payment = {
  amount: PRICE,
  fee: rupiah(0),
  transaction: "t-1",
  paidAt: "2026-01-01T07:00:10+07:00",
  issuer: "gopay",
};
const receipts: readonly Receipt[] = [{ attempt: 1, payment }];
const paidFor = { sale, receipts } as const;
const releases = { releases: [], isReleasing: false } as const;

export const back = (stage: Back["stage"], amount: number = PRICE): Back => ({
  attempt: 1,
  key: `${ORDER_ID}-1-${stage}`,
  amount: rupiah(amount),
  stage,
  tries: 0,
});
export const owed = (more: Partial<At<"owed">> = {}): At<"owed"> => ({
  at: "owed",
  ...paidFor,
  because: "not-confirmed",
  delivered: false,
  ...releases,
  backs: [],
  ...more,
});
export const refunding = (...backs: readonly Back[]): At<"refunding"> => ({
  at: "refunding",
  ...paidFor,
  because: "paid-late",
  delivered: false,
  releases: [],
  backs,
  round: backs.map(({ key }) => key),
  by: "policy",
});
export const payable = (more: Partial<At<"payable">> = {}): At<"payable"> => ({
  at: "payable",
  sale,
  attempt: 1,
  qr: qrFor(PRICE),
  until: { clock: "boot-1", ms: 161_000 },
  asks: 0,
  ...more,
});

/** One of every state. */
export const states = {
  forestalled: { at: "forestalled", order: ORDER_ID, stand: STAND },
  charging: { at: "charging", sale, attempt: 1, phase: "asked", until: { clock: "boot-1", ms: 20_000 } },
  payable: payable(),
  voiding: { at: "voiding", sale, attempt: 1, phase: "clearing", asks: 0 },
  voided: { at: "voided", sale, attempt: 1, as: "expired" },
  refused: { at: "refused", sale, attempt: 1, because: "denied" },
  paid: { at: "paid", ...paidFor },
  delivered: { at: "delivered", ...paidFor, release: firstReleaseOf(ORDER_ID) },
  owed: owed(),
  refunding: refunding(back("taken")),
  remedied: { at: "remedied", ...paidFor, how: "refunded", by: "Ani", backs: [back("confirmed")] },
} as const satisfies { readonly [At in State["at"]]: State };

export const stories = {
  asked: { type: "asked", stand: STAND, sale, patienceMs: 20_000 },
  remedied: { type: "remedied", how: "refunded", by: "Ani", why: "by hand" },
  returned: { type: "refund-answered", key: back("confirmed").key, answer: { is: "confirmed" } },
} as const satisfies Record<string, Event>;

export type PayRig = Awaited<ReturnType<typeof openPayRig>>;

export async function openPayRig(more: Partial<PayParts> = {}) {
  const clock = new VirtualClock();
  const random = seeded(5);
  const newId = (): string => newUlid(clock.wall(), random);
  const journal: LedgerJournal = openSqliteJournal({
    file: ":memory:",
    shape: ledgerShape,
    newId,
    wall: () => clock.wall(),
  }).journal;
  const parts: PayParts = {
    journal,
    key: KEY,
    contact: { name: "Kopi Lobi", email: "bantuan@example.id", phone: "+62 812-3456-7890" },
    clock,
    log: silentLog,
    isTest: () => false,
    requestsAMinute: 100_000,
    isProxy: (address) => address === "127.0.0.1",
    ...more,
  };
  const server = await serve({ routes: payRoutes(parts), port: 0, clock, log: parts.log });
  const { pageOf, finishOf } = payAddresses(server.url, KEY);
  return {
    clock,
    journal,
    url: server.url,
    page: pageOf(ORDER_ID),
    finish: finishOf(ORDER_ID),
    token: payTokenOf(ORDER_ID, KEY),
    /** From now on the ledger has the order so. */
    puts: (state: State, event: Event = stories.asked) =>
      journal.advance(orderOf(state), event, () => ({ state, effects: [] }), { now: clock.now() }),
    close: async (): Promise<void> => {
      await server.close();
      await journal.close();
    },
  };
}
