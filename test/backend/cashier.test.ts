import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Cashier, type LedgerJournal } from "../../backend/cashier.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Effect, State, Terms } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type {
  Attempt,
  Charge,
  MerchantId,
  Notification,
  Payment,
  PaymentProvider,
  Reception,
  Refund,
  Refunded,
  Standing,
} from "../../backend/providers/provider.ts";
import { webhookRoute } from "../../backend/webhooks.ts";
import type { HttpAnswer, HttpRequest } from "../../host/http.ts";
import { silentLog } from "../../host/log.ts";
import type { Owed } from "../../journal/journal.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid, type OrderId, type ReleaseId, type StandId, type StatementId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { UpBody } from "../../protocol/statements.ts";
import { onlyMerchant } from "../support/only-merchant.ts";
import { ORDER_ID, order, PRICE, qrFor, STAND } from "../support/sale.ts";
import { usualTerms } from "../support/terms.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { seeded } from "../world/seeded.ts";

const payment: Payment = { amount: PRICE, fee: rupiah(0), transaction: "t-1", paidAt: "2026-01-01T07:00:10+07:00" };
const terms = {
  ...usualTerms,
  retryPausesMs: [1_000],
};
const statement = (n: number): StatementId => `01JD5S3V8Q4R6T2W9Y0ZSTM${String(n).padStart(3, "0")}` as StatementId;
const ask: Extract<UpBody, { type: "charge" }> = {
  type: "charge",
  order: ORDER_ID,
  amount: PRICE,
  items: [...order.items],
  method: "qris",
  patienceMs: 20_000,
};
const quiet = new AbortController().signal;
const NOTIFICATION: HttpRequest = {
  method: "POST",
  path: "/n",
  params: {},
  query: new URLSearchParams(),
  headers: {},
  peer: "127.0.0.1",
  body: new Uint8Array(),
};

/** A provider that says what the test tells it to, and remembers what it was asked. */
class Scripted implements PaymentProvider {
  readonly name = "scripted";
  readonly isTest = true;
  readonly asked: string[] = [];
  charges: Charge = { is: "issued", qr: qrFor(PRICE), transaction: "t-1" };
  stands: Standing = { is: "pending", transaction: "t-1" };
  refunds: Refunded = { is: "taken" };
  readNotification: PaymentProvider["readNotification"] = () => ({ is: "unreadable", because: "no JSON" });

  async charge({ number }: Attempt): Promise<Charge> {
    this.asked.push(`charge ${number}`);
    return this.charges;
  }
  async standing({ number }: Attempt): Promise<Standing> {
    this.asked.push(`standing ${number}`);
    return this.stands;
  }
  async refund({ key }: Refund): Promise<Refunded> {
    this.asked.push(`refund ${key}`);
    return this.refunds;
  }
  async void({ number }: Attempt): Promise<Standing> {
    this.asked.push(`void ${number}`);
    return this.stands;
  }
}

let clock = new VirtualClock();
let provider = new Scripted();
let journal: LedgerJournal;
let cashier: Cashier;
let wakes = 0;
/** Of the stand whose orders these are, and of nobody. */
let ownTerms: Terms = terms;

beforeEach(() => {
  [wakes, ownTerms] = [0, terms];
  clock = new VirtualClock();
  provider = new Scripted();
  const random = seeded(1);
  const wall = (): number => clock.wall();
  journal = openSqliteJournal({
    file: ":memory:",
    shape: ledgerShape,
    newId: () => newUlid(wall(), random),
    wall,
  }).journal;
  cashier = new Cashier({
    journal,
    merchants: onlyMerchant(provider),
    clock,
    log: silentLog,
    termsFor: (stand) => (stand === STAND ? ownTerms : terms),
    wake: () => {
      wakes += 1;
    },
  });
});
afterEach(() => journal.close());

const kinds = ["charge", "ask", "recheck", "follow-up", "void", "lapse"];
const take = (): Promise<readonly Owed<Effect>[]> =>
  journal.take({ now: clock.now(), kinds, limit: 10, leaseMs: 600_000 });
const stateNow = (): Promise<State | undefined> => journal.stateOf(ORDER_ID);

async function performAll(): Promise<void> {
  for (let owed = await take(); owed.length > 0; owed = await take()) {
    for (const each of owed) await cashier.perform(each, quiet);
  }
}

describe("the cashier", () => {
  test("charges what a stand asked for, once, however often the statement comes", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await cashier.hear(STAND, ask, statement(1));
    await cashier.hear(STAND, ask, statement(2));
    await performAll();
    expect(provider.asked).toEqual(["charge 1"]);
    expect(await stateNow()).toMatchObject({ at: "payable", attempt: 1 });
  });

  test("does not charge what was cancelled while it waited for its turn", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await cashier.hear(STAND, { type: "void", order: ORDER_ID, why: "cancelled" }, statement(2));
    await performAll();
    expect(provider.asked).toEqual([]);
    expect(await stateNow()).toMatchObject({ at: "voided", as: "never-charged" });
  });

  test("does not charge for a customer who was told that there is no code", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await clock.advance(ask.patienceMs);
    await performAll();
    expect(provider.asked).toEqual([]);
    expect(await stateNow()).toMatchObject({ at: "refused", because: "too-late" });
  });

  test("charges for who has waited, and waits still", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await clock.advance(ask.patienceMs - 1);
    await performAll();
    expect(provider.asked).toEqual(["charge 1"]);
  });

  test("asks for the standing of a charge that a crash interrupted, and does not charge it again", async () => {
    await cashier.hear(STAND, ask, statement(1));
    const [owed] = await take();
    if (owed === undefined) throw new Error("no charge is owed");
    await cashier.perform({ ...owed, started: true }, quiet);
    expect(provider.asked).toEqual([]);
    provider.stands = { is: "unknown" };
    await performAll();
    expect(provider.asked).toEqual(["standing 1"]);
    expect(await stateNow()).toMatchObject({ at: "charging", attempt: 2 });
  });

  test("keeps ten seconds between two status queries of one order, whoever hints", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    await cashier.hinted(ONLY_MERCHANT, `${ORDER_ID}-1`);
    const [first] = await take();
    if (first === undefined) throw new Error("no query is owed");
    expect(await cashier.perform(first, quiet)).toBe("reported");
    await cashier.hinted(ONLY_MERCHANT, `${ORDER_ID}-1`);
    await clock.advance(4_000);
    const [second] = await take();
    if (second === undefined) throw new Error("no second query is owed");
    expect(await cashier.perform(second, quiet)).toEqual({ againMs: 6_000 });
    expect(provider.asked).toEqual(["charge 1", "standing 1"]);
  });

  test("looks again, ever later, where what it was told to ask is not answered, and for some hours", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    await cashier.notified(ONLY_MERCHANT, `${ORDER_ID}-1`, { is: "settled", payment });
    await cashier.hinted(ONLY_MERCHANT, `${ORDER_ID}-1`);
    const [owed] = await take();
    if (owed === undefined) throw new Error("no look is owed");
    provider.stands = { is: "unclear", detail: "no answer" };
    const outcomes: unknown[] = [];
    for (const tries of [0, 1, 5, 6, 11, 12]) {
      outcomes.push(await cashier.perform({ ...owed, tries }, quiet));
      await clock.advance(10_000);
    }
    const minutes = [1, 2, 32, 60, 60].map((each) => ({ againMs: each * 60_000 }));
    expect(outcomes).toEqual([...minutes, "reported"]);
  });

  test("follows a refund up by its own looks, and not by those that it is told to make", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    await cashier.notified(ONLY_MERCHANT, `${ORDER_ID}-1`, { is: "settled", payment });
    await cashier.decide(ORDER_ID, { type: "refund-ordered", by: "Ani", why: "test" });
    await performRefunds();
    const refunds = [{ key: `${ORDER_ID}-1-r1`, amount: PRICE, isConfirmed: false }];
    provider.stands = { is: "refunded", transaction: "t-1", isFull: true, refunds };
    await cashier.hinted(ONLY_MERCHANT, `${ORDER_ID}-1`);
    await performAll();
    await cashier.learned(ORDER_ID, 1, provider.stands);
    expect(await stateNow()).toMatchObject({ at: "refunding", backs: [{ stage: "taken", tries: 0 }] });
    await clock.advance(60_000);
    await performAll();
    expect(await stateNow()).toMatchObject({ at: "refunding", backs: [{ stage: "taken", tries: 1 }] });
  });

  test("owes no more what it has performed, and wakes whoever performs with each event", async () => {
    await cashier.hear(STAND, ask, statement(1));
    expect(wakes).toBe(1);
    await performAll();
    expect(wakes).toBe(2);
    await clock.advance(3_600_000);
    expect(await journal.take({ now: clock.now(), kinds: ["charge"], limit: 10, leaseMs: 1 })).toEqual([]);
  });

  test("judges by the rules of the order's stand, whoever speaks", async () => {
    ownTerms = { ...terms, policies: { late: "refund", failed: "hold" } };
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    await cashier.notified(ONLY_MERCHANT, `${ORDER_ID}-1`, { is: "settled", payment });
    const release = `${ORDER_ID}-1` as ReleaseId;
    await cashier.hear(STAND, { type: "delivered", order: ORDER_ID, release, confirmed: true }, statement(2));
    await cashier.learned(ORDER_ID, 2, { is: "settled", payment: { ...payment, transaction: "t-2" } });
    expect(await stateNow()).toMatchObject({ at: "refunding", by: "policy" });
  });

  test("remembers of ten thousand orders when it asked about them, and of no more", async () => {
    const random = seeded(2);
    const sale = { stand: STAND, merchant: ONLY_MERCHANT, amount: PRICE, items: order.items };
    const orders = Array.from({ length: 10_001 }, () => newUlid(clock.wall(), random) as OrderId);
    for (const each of orders) await cashier.look({ ...sale, order: each }, 1, quiet);
    const again = async (at: number) =>
      "againMs" in (await cashier.look({ ...sale, order: orders[at] ?? ORDER_ID }, 1, quiet));
    expect([await again(10_000), await again(0)]).toEqual([true, false]);
  });

  test("hears that goods are not out once, however often the statement comes", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    await cashier.notified(ONLY_MERCHANT, `${ORDER_ID}-1`, { is: "settled", payment });
    const failed = { type: "not-delivered", order: ORDER_ID, because: "release-failed" } as const;
    for (let nth = 0; nth < 3; nth += 1) await cashier.hear(STAND, failed, statement(2));
    expect(await stateNow()).toMatchObject({ at: "owed", because: "release-failed" });
    expect(await journal.take({ now: clock.now(), kinds: ["alarm"], limit: 10, leaseMs: 1 })).toHaveLength(1);
  });

  test("lets the provider's books be looked at, ten seconds after any query of that order, and moves nothing", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    const state = await stateNow();
    if (state?.at !== "payable") throw new Error("not payable");
    expect(await cashier.look(state.sale, 1, quiet)).toEqual({ is: "pending", transaction: "t-1" });
    expect(await cashier.look(state.sale, 2, quiet)).toEqual({ againMs: 10_000 });
    await clock.advance(10_000);
    await cashier.look(state.sale, 2, quiet);
    expect(provider.asked).toEqual(["charge 1", "standing 1", "standing 2"]);
    expect(await stateNow()).toEqual(state);
  });

  test("takes what a look at the books has told as the provider's answer", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    await cashier.learned(ORDER_ID, 1, { is: "settled", payment });
    expect(await stateNow()).toMatchObject({ at: "paid" });
    expect((await journal.story(ORDER_ID)).at(-1)?.event).toMatchObject({ type: "news", via: "answer" });
  });

  test("hears a provider on its own merchant's orders only", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    const other = "other" as MerchantId;
    expect(await cashier.notified(other, `${ORDER_ID}-1`, { is: "settled", payment })).toBe("unknown-order");
    expect(await cashier.hinted(other, `${ORDER_ID}-1`)).toBe("unknown-order");
    expect(await stateNow()).toMatchObject({ at: "payable" });
  });

  test("asks for a refund until it is answered, under one key, and not when the books have shown it", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    await cashier.notified(ONLY_MERCHANT, `${ORDER_ID}-1`, { is: "settled", payment });
    await cashier.decide(ORDER_ID, { type: "refund-ordered", by: "Ani", why: "test" });
    provider.refunds = { is: "unclear", detail: "no answer" };
    provider.asked.length = 0;
    await performRefunds();
    await clock.advance(60_000);
    await performRefunds();
    const key = `${ORDER_ID}-1-r1`;
    expect(provider.asked).toEqual([`refund ${key}`, `refund ${key}`]);
    const refunds = [{ key, amount: PRICE, isConfirmed: false }];
    await cashier.notified(ONLY_MERCHANT, `${ORDER_ID}-1`, {
      is: "refunded",
      transaction: "t-1",
      isFull: true,
      refunds,
    });
    await clock.advance(3_600_000);
    await performRefunds();
    expect(provider.asked).toHaveLength(2);
    expect(await stateNow()).toMatchObject({ at: "refunding", backs: [{ stage: "taken" }] });
  });

  async function performRefunds(): Promise<void> {
    const owed = await journal.take({ now: clock.now(), kinds: ["refund"], limit: 9, leaseMs: 600_000 });
    for (const each of owed) if ((await cashier.perform(each, quiet)) === "done") await journal.finish(each.id);
  }

  test("tells a stand that comes back the word on every order it named, and on those it should have named", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    await cashier.notified(ONLY_MERCHANT, `${ORDER_ID}-1`, { is: "settled", payment });
    await cashier.sync(STAND, []);
    await cashier.sync("stand-2" as StandId, []);
    const told = await journal.take({ now: clock.now(), kinds: ["tell settled"], limit: 10, leaseMs: 1 });
    expect(told.map(({ to, effect }) => [to, effect.do === "tell" && effect.body.type])).toEqual([[STAND, "settled"]]);
  });
});

describe("the webhook", () => {
  const post = (): Promise<HttpAnswer> =>
    webhookRoute({ merchant: ONLY_MERCHANT, provider, cashier, clock, log: silentLog, path: "/n" }).answer(
      NOTIFICATION,
    );

  test("answers 200 after the commit, and the order is paid", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    provider.readNotification = () => ({
      is: "news",
      reference: `${ORDER_ID}-1`,
      standing: { is: "settled", payment },
    });
    expect(await post()).toMatchObject({ status: 200 });
    expect(await stateNow()).toMatchObject({ at: "paid" });
  });

  test("answers 404 for an order that is not in the books", async () => {
    provider.readNotification = () => ({
      is: "news",
      reference: `${ORDER_ID}-1`,
      standing: { is: "settled", payment },
    });
    expect(await post()).toMatchObject({ status: 404 });
  });

  test("asks the provider about what must not be believed", async () => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    provider.readNotification = () => ({
      is: "confirm",
      reference: `${ORDER_ID}-1`,
      because: "status code 201 with settlement",
    });
    expect(await post()).toMatchObject({ status: 200 });
    expect(await stateNow()).toMatchObject({ at: "payable" });
    await performAll();
    expect(provider.asked).toEqual(["charge 1", "standing 1"]);
  });

  test("answers 404 to what must not be believed of an order that is not in the books", async () => {
    provider.readNotification = () => ({ is: "confirm", reference: `${ORDER_ID}-1`, because: "test" });
    expect(await post()).toMatchObject({ status: 404 });
  });

  test.each([
    ["forged", 403],
    ["unreadable", 400],
  ] as const)("refuses what is %s with %i, and nothing moves", async (is, status) => {
    await cashier.hear(STAND, ask, statement(1));
    await performAll();
    provider.readNotification = () => ({ is, because: "test" });
    expect(await post()).toMatchObject({ status });
    expect(await stateNow()).toMatchObject({ at: "payable" });
  });

  test.each(["taken", "unknown-order", "forged", "unreadable", "not-recorded"] as const)(
    "answers %s in the provider's own words, where it has some",
    async (reception) => {
      await cashier.hear(STAND, ask, statement(1));
      await performAll();
      const acknowledged: Reception[] = [];
      const acknowledge = (received: Reception) => {
        acknowledged.push(received);
        return { status: 418, body: { received } };
      };
      const about = reception === "unknown-order" ? ORDER_ID.replace("6", "7") : ORDER_ID;
      const readNotification = (): Notification => {
        if (reception === "forged" || reception === "unreadable") return { is: reception, because: "test" };
        return { is: "news", reference: `${about}-1`, standing: { is: "settled", payment } };
      };
      const speaking: PaymentProvider = Object.assign(new Scripted(), { readNotification, acknowledge });
      const broken = { notified: () => Promise.reject(new Error("disk full")), hinted: async () => "taken" as const };
      const books = reception === "not-recorded" ? broken : cashier;
      const route = webhookRoute({
        merchant: ONLY_MERCHANT,
        provider: speaking,
        cashier: books,
        clock,
        log: silentLog,
        path: "/n",
      });
      expect(await route.answer(NOTIFICATION)).toEqual({ status: 418, body: { received: reception } });
      expect(acknowledged).toEqual([reception]);
    },
  );

  test("answers 503 in its own trouble, so that the provider sends it again", async () => {
    provider.readNotification = () => ({
      is: "news",
      reference: `${ORDER_ID}-1`,
      standing: { is: "settled", payment },
    });
    const broken = { notified: () => Promise.reject(new Error("disk full")), hinted: async () => "taken" as const };
    const route = webhookRoute({
      merchant: ONLY_MERCHANT,
      provider,
      cashier: broken,
      clock,
      log: silentLog,
      path: "/n",
    });
    expect(await route.answer(NOTIFICATION)).toMatchObject({ status: 503 });
  });
});
