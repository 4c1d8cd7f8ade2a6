import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Cashier, type LedgerJournal } from "../../backend/cashier.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Effect } from "../../backend/ledger/words.ts";
import { absentIn } from "../../backend/merchants/absent.ts";
import { Admission } from "../../backend/merchants/admission.ts";
import { merchantsOf, noAccount, ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { Attempt, MerchantId, PaymentProvider } from "../../backend/providers/provider.ts";
import { silentLog } from "../../host/log.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid, type OrderId, type StandId, type StatementId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { UpBody } from "../../protocol/statements.ts";
import { order, PRICE, qrFor, STAND } from "../support/sale.ts";
import { usualTerms } from "../support/terms.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { seeded } from "../world/seeded.ts";

/* What the cashier does with what stands ask for: how much of it, and for whom. */

const KOPI = "kopi" as MerchantId;
const TEH = "teh" as MerchantId;
const OTHER = "stand-2" as StandId;
const quiet = new AbortController().signal;

let clock = new VirtualClock();
let journal: LedgerJournal;
let charged: string[] = [];
let next = 0;

beforeEach(() => {
  [clock, charged, next] = [new VirtualClock(), [], 0];
  const [random, wall] = [seeded(1), () => clock.wall()];
  const newId = () => newUlid(wall(), random);
  journal = openSqliteJournal({ file: ":memory:", shape: ledgerShape, newId, wall }).journal;
});
afterEach(() => journal.close());

/** An account that issues every charge and remembers whose it was. */
const account = (name: MerchantId): PaymentProvider => ({
  ...noAccount(name),
  charge: async ({ merchant, stand, amount }: Attempt) => {
    charged.push(`${name}: ${stand} for ${merchant}`);
    return { is: "issued", qr: qrFor(amount), transaction: `t-${charged.length}` };
  },
});

function openCashier(): Cashier {
  const merchants = merchantsOf(
    new Map([KOPI, TEH].map((name) => [name, account(name)])),
    new Map([
      [STAND, KOPI],
      [OTHER, TEH],
    ]),
  );
  const rate = { aMinute: 20, burst: 2 };
  const bounds = { aMinute: 600, burst: 100, least: rupiah(1_000), most: rupiah(50_000) };
  const admission = new Admission({
    stands: new Map([STAND, OTHER].map((id) => [id, rate])),
    merchants: new Map([KOPI, TEH].map((name) => [name, bounds])),
  });
  return new Cashier({
    journal,
    merchants,
    admission,
    clock,
    log: silentLog,
    termsFor: () => usualTerms,
    wake: () => undefined,
  });
}

const statement = (): StatementId => {
  next += 1;
  return `01JD5S3V8Q4R6T2W9Y0ZSTM${String(next).padStart(3, "0")}` as StatementId;
};
const orderNo = (nth: number): OrderId => `01JD5S3V8Q4R6T2W9Y0ZABC${String(nth).padStart(3, "0")}` as OrderId;
const askFor = (nth: number, amount = PRICE): Extract<UpBody, { type: "charge" }> => ({
  type: "charge",
  order: orderNo(nth),
  amount,
  items: order.items.map((item) => ({ ...item, price: amount })),
  method: "qris",
  patienceMs: 20_000,
});

async function perform(cashier: Cashier): Promise<void> {
  const owed = await journal.take({ now: clock.now(), kinds: ["charge"], limit: 100, leaseMs: 600_000 });
  for (const each of owed) await cashier.perform(each, quiet);
}

/** What the stand is told. */
async function told(): Promise<readonly Effect[]> {
  const kinds = ["tell refused", "tell offer"];
  return (await journal.take({ now: clock.now(), kinds, limit: 100, leaseMs: 600_000 })).map(({ effect }) => effect);
}

describe("a stand that asks for too much", () => {
  test("is told when to come back, and nobody at the provider hears of it", async () => {
    const cashier = openCashier();
    for (const nth of [1, 2, 3]) await cashier.hear(STAND, askFor(nth), statement());
    await perform(cashier);
    expect(charged).toHaveLength(2);
    expect(await told()).toContainEqual({
      do: "tell",
      to: STAND,
      body: { type: "refused", order: orderNo(3), because: "busy", retryAfterMs: 3_000 },
    });
    await clock.advance(3_000);
    await cashier.hear(STAND, askFor(4), statement());
    await perform(cashier);
    expect(charged).toHaveLength(3);
  });

  test("does not hold up another stand", async () => {
    const cashier = openCashier();
    for (let nth = 1; nth <= 20; nth += 1) await cashier.hear(STAND, askFor(nth), statement());
    await cashier.hear(OTHER, askFor(21), statement());
    await perform(cashier);
    expect(charged.filter((line) => line.startsWith("teh"))).toHaveLength(1);
  });

  test("is not counted for what it only repeats, by the same statement or another", async () => {
    const cashier = openCashier();
    const once = statement();
    for (let nth = 0; nth < 10; nth += 1) await cashier.hear(STAND, askFor(1), once);
    for (let nth = 0; nth < 10; nth += 1) await cashier.hear(STAND, askFor(1), statement());
    await cashier.hear(STAND, askFor(2), statement());
    await perform(cashier);
    expect(charged).toHaveLength(2);
  });

  test.each([999, 50_001])("is refused an order of Rp %i, which its merchant does not take", async (amount) => {
    const cashier = openCashier();
    await cashier.hear(STAND, askFor(1, rupiah(amount)), statement());
    await perform(cashier);
    expect(charged).toEqual([]);
    expect(await told()).toMatchObject([{ body: { type: "refused", because: "bad-amount" } }]);
  });

  test("stays refused, asked again of a backend that remembers nothing of its haste", async () => {
    const cashier = openCashier();
    for (const nth of [1, 2, 3]) await cashier.hear(STAND, askFor(nth), statement());
    await openCashier().hear(STAND, askFor(3), statement());
    expect(await journal.stateOf(orderNo(3))).toMatchObject({ at: "refused", because: "busy" });
  });
});

describe("whose money it is", () => {
  test("is the stand's merchant's, at that merchant's account", async () => {
    const cashier = openCashier();
    await cashier.hear(STAND, askFor(1), statement());
    await cashier.hear(OTHER, askFor(2), statement());
    await perform(cashier);
    expect(charged.toSorted()).toEqual(["kopi: stand-1 for kopi", "teh: stand-2 for teh"]);
  });

  test("is nobody's where the account is gone: nothing is charged, and the stand is told", async () => {
    const merchants = merchantsOf(new Map([[TEH, account(TEH)]]), new Map([[STAND, KOPI]]));
    const cashier = new Cashier({
      journal,
      merchants,
      clock,
      log: silentLog,
      termsFor: () => usualTerms,
      wake: () => undefined,
    });
    await cashier.hear(STAND, askFor(1), statement());
    await perform(cashier);
    expect(charged).toEqual([]);
    expect(await told()).toMatchObject([{ body: { type: "refused", because: "misconfigured" } }]);
  });

  test("shows which merchants have open orders and are not configured any more", async () => {
    const cashier = openCashier();
    for (const nth of [1, 2]) await cashier.hear(STAND, askFor(nth), statement());
    await cashier.hear(OTHER, askFor(3), statement());
    const open = new Map<string, number>();
    for (const { state } of await journal.unfinished()) {
      const merchant = state.at === "forestalled" ? "" : state.sale.merchant;
      open.set(merchant, (open.get(merchant) ?? 0) + 1);
    }
    expect(absentIn(open, new Set([TEH, ONLY_MERCHANT]))).toEqual([[KOPI, 2]]);
    expect(absentIn(open, new Set([TEH, KOPI]))).toEqual([]);
  });
});
