import { expect, onTestFinished, test } from "vitest";
import type { Detail } from "../../../backend/alarms/detail.ts";
import type { Subject } from "../../../backend/alarms/kinds.ts";
import { Cashier } from "../../../backend/cashier.ts";
import { ledgerShape } from "../../../backend/ledger/shape.ts";
import type { Effect } from "../../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import type { PaymentProvider } from "../../../backend/providers/provider.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import type { EffectId, Owed } from "../../../journal/journal.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { newUlid, type StatementId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { onlyMerchant } from "../../support/only-merchant.ts";
import { ORDER_ID, order, PRICE, STAND } from "../../support/sale.ts";
import { refunding } from "../../support/terms.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";

const TERMS = { payableMs: 1, retryPausesMs: [], firstAskMs: 1, slowestAskMs: 1, lapseMs: 1, ...refunding };
const quiet = new AbortController().signal;

/** A ledger with one order that was asked for; `fails`: the alarms cannot be written. */
async function ledger(fails: () => boolean = () => false, log: Log = silentLog) {
  const [clock, random] = [new VirtualClock(), seeded(2)];
  const wall = () => clock.wall();
  const newId = () => newUlid(wall(), random);
  const { journal } = openSqliteJournal({ file: ":memory:", shape: ledgerShape, newId, wall });
  onTestFinished(() => journal.close());
  const raised: (readonly [Subject, Detail])[] = [];
  const cashier = new Cashier({
    journal,
    merchants: onlyMerchant({} as PaymentProvider),
    clock,
    log,
    termsFor: () => TERMS,
    wake: () => undefined,
    raise: async (subject, detail) => {
      if (fails()) throw new Error("no space");
      raised.push([subject, detail]);
    },
  });
  const items = [...order.items];
  const asked = { type: "charge", order: ORDER_ID, amount: PRICE, items, method: "qris", patienceMs: 1 } as const;
  await cashier.hear(STAND, asked, newId() as StatementId);
  return { cashier, raised };
}

type AlarmEffect = Extract<Effect, { do: "alarm" }>;
const WHY = { is: "paid-as-well", attempt: 2 } as const;
const owed = (alarm: AlarmEffect["alarm"], detail: AlarmEffect["detail"] = WHY): Owed<Effect> => ({
  id: "e" as EffectId,
  seq: 1,
  order: ORDER_ID,
  started: false,
  tries: 0,
  effect: { do: "alarm", alarm, detail },
});

test("what the ledger finds wrong is raised with its order and stand", async () => {
  const { cashier, raised } = await ledger();
  expect(await cashier.perform(owed("contradiction"), quiet)).toBe("done");
  expect(raised).toEqual([[{ kind: "contradiction", order: ORDER_ID, stand: STAND }, WHY]]);
});

test("what an older program wrote in words is raised in those words", async () => {
  const { cashier, raised } = await ledger();
  expect(await cashier.perform(owed("paid-twice", "attempt 2 was paid as well"), quiet)).toBe("done");
  expect(raised.map(([, detail]) => detail)).toEqual([{ is: "said", text: "attempt 2 was paid as well" }]);
});

test("it stays owed until it is written where people look, and the log says it once", async () => {
  let isFull = true;
  const loud: string[] = [];
  const log: Log = { ...silentLog, error: (what) => void loud.push(what) };
  const { cashier, raised } = await ledger(() => isFull, log);
  expect(await cashier.perform(owed("paid-twice"), quiet)).toEqual({ againMs: 10_000 });
  isFull = false;
  expect(await cashier.perform({ ...owed("paid-twice"), tries: 1 }, quiet)).toBe("done");
  expect(raised).toHaveLength(1);
  expect(loud).toEqual(["alarm"]);
});

test("money for an order that the books do not have is raised, and the notification is answered all the same", async () => {
  const stranger = "01JD5S3V8Q4R6T2W9Y0ZSTM999";
  const payment = { amount: PRICE, fee: rupiah(0), transaction: "t-1", paidAt: "2026-01-01T07:00:10+07:00" };
  for (const fails of [true, false]) {
    const { cashier, raised } = await ledger(() => fails);
    const taken = await cashier.notified(ONLY_MERCHANT, `${stranger}-1`, { is: "settled", payment });
    await settle();
    expect([taken, raised.map(([subject]) => subject)]).toEqual([
      "unknown-order",
      fails ? [] : [{ kind: "unknown-order", order: stranger }],
    ]);
  }
});

test("of an order that the books do not have, nothing but money is worth an alarm", async () => {
  const { cashier, raised } = await ledger();
  const standing = { is: "pending", transaction: "t-1" } as const;
  expect(await cashier.notified(ONLY_MERCHANT, "01JD5S3V8Q4R6T2W9Y0ZSTM999-1", standing)).toBe("unknown-order");
  await settle();
  expect(raised).toEqual([]);
});
