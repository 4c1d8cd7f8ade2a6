import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Refunded } from "../../../../backend/providers/provider.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { booked, fixture, type Json, paid, REFERENCE, refund, refunded, settled, without } from "./samples.ts";
import { NEVER, refusing, TapeRig } from "./tape-rig.ts";
import type { Reply } from "./tape-server.ts";

const STATUS = `GET /v2/${REFERENCE}/status`;
const DIRECT = `POST /v2/${REFERENCE}/refund/online/direct`;
const GENERAL = `POST /v2/${REFERENCE}/refund`;

const PAID: Reply = { body: paid };
const MADE: Reply = { body: refunded };
const BOOKED: Reply = { body: booked() };
const CONFIRMED: Reply = { body: booked({ bank_confirmed_at: "2026-01-01 07:00:05" }) };
const DENIED: Reply = { body: { ...refunded, ...fixture("direct-refund-denied-2025"), ...idsOf(refunded) } };
const said = (name: string): Reply => ({ body: fixture(name) });

function idsOf({ order_id, gross_amount, refund_key }: Json): Json {
  return { order_id, gross_amount, refund_key };
}

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

async function asked(tape: readonly Reply[], of = refund): Promise<Refunded> {
  const provider = await rig.against(tape);
  return provider.refund(of, NEVER);
}

describe("a refund", () => {
  test("is asked for directly, by our own name of the payment, once the books were read", async () => {
    expect(await asked([PAID, MADE])).toEqual({ is: "taken" });
    expect(rig.lines()).toEqual([STATUS, DIRECT]);
    expect(rig.json(1)).toEqual({ refund_key: refund.key, amount: 17_000, reason: refund.reason });
  });

  test("of a part names the part", async () => {
    const part = { ...refund, amount: rupiah(5_000) };
    const answer = { ...fixture("refund-partial-2026"), ...idsOf(refunded) };
    expect(await asked([PAID, { body: answer }], part)).toEqual({ is: "taken" });
    expect(rig.json(1)).toMatchObject({ amount: 5_000 });
  });

  test("is confirmed when the answer says that the bank has confirmed it", async () => {
    const body = { ...refunded, bank_confirmed_at: "2026-01-01 07:00:01" };
    expect(await asked([PAID, { body }])).toEqual({ is: "confirmed" });
  });

  test("carries one idempotency key however often it is tried, and another one each way and each refund", async () => {
    const provider = await rig.against(({ line }) => (line === STATUS ? PAID : refusing("405")));
    await provider.refund(refund, NEVER);
    await provider.refund(refund, NEVER);
    await provider.refund({ ...refund, key: `${REFERENCE}-r2` }, NEVER);
    expect(rig.lines()).toEqual([1, 2, 3].flatMap(() => [STATUS, DIRECT, GENERAL]));
    const [direct = "", general, again, generalAgain, other] = [1, 2, 4, 5, 7].map((at) =>
      rig.header("idempotency-key", at),
    );
    expect([again, generalAgain]).toEqual([direct, general]);
    expect(new Set([direct, general, other]).size).toBe(3);
    expect(direct).toMatch(/^[\x21-\x7e]{16,36}$/);
  });

  test("is logged by its key, without its reason or the payment", async () => {
    const provider = await rig.against([PAID, MADE], { log: rig.log() });
    await provider.refund(refund, NEVER);
    expect(rig.said[1]).toBe(
      `midtrans answered {"operation":"direct-refund","order":"${REFERENCE.slice(0, -2)}","reference":"${REFERENCE}","once":"${refund.key}","http":200,"code":"200"}`,
    );
    expect(rig.said.join()).not.toMatch(/Barang|gopay/);
  });
});

describe("a refund that is in the books already is not asked for again:", () => {
  test.each<[string, Reply, Refunded]>([
    ["taken", BOOKED, { is: "taken" }],
    ["confirmed by the bank", CONFIRMED, { is: "confirmed" }],
    ["one of several", { body: among() }, { is: "taken" }],
  ])("%s", async (_, books, outcome) => {
    expect(await asked([books])).toEqual(outcome);
    expect(rig.lines()).toEqual([STATUS]);
  });

  test("of another amount, which a person has to look at", async () => {
    const books = booked({ refund_amount: "5000.00" }, { transaction_status: "partial_refund" });
    expect(await asked([{ body: books }])).toEqual({
      is: "unclear",
      detail: `refund ${refund.key} was made of Rp 5.000, not Rp 17.000`,
    });
    expect(rig.lines()).toEqual([STATUS]);
  });

  function among(): Json {
    const others = [{ refund_amount: "1.00", refund_key: "other" }, { refund_amount: "2.00" }];
    return booked({}, { refunds: [...others, { refund_amount: "17000.00", refund_key: refund.key }] });
  }
});

describe("no money is asked for when the books", () => {
  const state = (transaction_status: string, status_code = "200"): Reply => ({
    body: { ...settled, transaction_status, status_code },
  });
  test.each<[string, Reply, string]>([
    ["show no payment", state("pending", "201"), "not-refundable"],
    ["show it expired", state("expire", "407"), "not-refundable"],
    ["show it cancelled", state("cancel"), "not-refundable"],
    ["do not know it: they are another account's", refusing("404"), "unclear"],
    ["show all of it given back by somebody else", { body: booked({ refund_key: "by-hand" }) }, "not-refundable"],
    ["show too much of it given back by somebody else", { body: partBooked("1000.00") }, "invalid"],
    ["cannot be read", refusing("500"), "unclear"],
    ["do not answer", "hang-up", "unclear"],
    ["do not list what went back", { body: without(booked(), "refunds") }, "unclear"],
    ["hold a refund that makes no sense", { body: booked({ refund_amount: "lots" }) }, "unclear"],
  ])("%s", async (_, books, expected) => {
    const outcome = await asked([books]);
    expect("because" in outcome ? outcome.because : outcome.is).toBe(expected);
    expect(rig.lines()).toEqual([STATUS]);
  });

  test("leave room for it after another refund, it is asked for", async () => {
    const rest = { ...refund, amount: rupiah(16_000) };
    const answer = { ...refunded, transaction_status: "refund" };
    expect(await asked([{ body: partBooked("1000.00") }, { body: answer }], rest)).toEqual({ is: "taken" });
  });

  test("leave room for it in the fee that was put on top, it is asked for, and beyond that it is not", async () => {
    const payment = { ...refund.payment, fee: rupiah(105) };
    const rest = { ...refund, payment, amount: rupiah(16_105) };
    const answer = { ...refunded, refund_amount: "17105.00" };
    expect(await asked([{ body: partBooked("1000.00") }, { body: answer }], rest)).toEqual({ is: "taken" });
    await rig.leave();
    const tooMuch = { ...rest, amount: rupiah(16_106) };
    expect(await asked([{ body: partBooked("1000.00") }], tooMuch)).toMatchObject({ because: "invalid" });
  });

  function partBooked(refund_amount: string): Json {
    return booked({ refund_key: "by-hand", refund_amount }, { transaction_status: "partial_refund", refund_amount });
  }
});

describe("Midtrans' published rules", () => {
  const settledAt = (settlement_time: string, rest: Json = {}): Reply => ({
    body: { ...paid, settlement_time, ...rest },
  });

  test("are judged by the payment as the books show it, before anything is asked for", async () => {
    const offUs = { transaction_type: "off-us" };
    expect(await asked([settledAt("2025-12-25 06:59:00", offUs)])).toMatchObject({ because: "window-over" });
    expect(rig.lines()).toEqual([STATUS]);
  });

  test("do not stand in the way of a refund that was made in time", async () => {
    const books = booked({}, { settlement_time: "2025-01-01 07:00:00", transaction_type: "off-us" });
    expect(await asked([{ body: books }])).toEqual({ is: "taken" });
  });

  test("let nothing go back from ShopeePay at night, and say from when on", async () => {
    rig.clock.pass(18 * 3_600_000);
    expect(await asked([settledAt("2026-01-01 06:59:00", { acquirer: "airpay shopee" })])).toMatchObject({
      because: "closed-hours",
      againMs: 301 * 60_000,
    });
  });

  test.each([
    ["without a key", { ...refund, key: "" }],
    ["with a key that Midtrans could not take", { ...refund, key: "a b" }],
    ["with a key that is too long", { ...refund, key: "x".repeat(37) }],
    ["with a reason that is too long", { ...refund, reason: "x".repeat(256) }],
  ])("a refund %s is not even looked for", async (_, of) => {
    expect(await asked([], of)).toMatchObject({ is: "refused", because: "invalid" });
    expect(rig.lines()).toEqual([]);
  });
});

describe("Midtrans' no", () => {
  test("by the payer's bank is believed at once", async () => {
    expect(await asked([PAID, DENIED])).toEqual({
      is: "refused",
      because: "by-bank",
      detail:
        "202 (denied, or still running), settlement, Refund denied by the bank; " +
        "the payer's bank or wallet does not take it back: give it back by hand",
    });
    expect(rig.lines()).toEqual([STATUS, DIRECT]);
  });

  test("by the bank, of a second part, is believed when the books do not show it", async () => {
    const part = { ...refund, amount: rupiah(5_000) };
    const books = booked({ refund_key: "first", refund_amount: "1000.00" }, { transaction_status: "partial_refund" });
    const denied = { ...refunded, status_code: "202", transaction_status: "partial_refund", refund_amount: "1000.00" };
    const outcome = await asked([{ body: books }, { body: denied }, { body: books }], part);
    expect(outcome).toMatchObject({ is: "refused", because: "by-bank" });
  });

  test("for want of balance can be tried again later", async () => {
    expect(await asked([PAID, said("refund-error-414-funds-2025"), PAID])).toMatchObject({
      is: "refused",
      because: "no-balance",
      againMs: 3_600_000,
      detail: expect.stringContaining("payable balance is too low"),
    });
  });

  test.each(["insufficient balance", "Refund rejected: the BALANCE of the merchant is too low", "not enough funds"])(
    "in the words %j is for want of balance too",
    async (status_message) => {
      const body = { status_code: "414", status_message };
      expect(await asked([PAID, { body }, PAID])).toMatchObject({ because: "no-balance" });
    },
  );

  test("to the amount is final", async () => {
    const outcome = await asked([PAID, said("refund-error-414-amount-2026"), PAID]);
    expect(outcome).toMatchObject({ is: "refused", because: "invalid" });
    expect(outcome).not.toHaveProperty("againMs");
  });

  test("at this time of day can be tried again", async () => {
    const body = { status_code: "418", status_message: "Payment Provider doesn't allow refund within this time" };
    expect(await asked([PAID, { body }, PAID])).toMatchObject({ because: "closed-hours", againMs: 3_600_000 });
  });

  test("to either way means that refunds are not switched on, and tells how they are and what to do meanwhile", async () => {
    const no = said("refund-error-412-2026");
    expect(await asked([PAID, no, PAID, no, PAID])).toEqual({
      is: "refused",
      because: "not-activated",
      detail:
        "412 (the status cannot be changed), Merchant cannot modify the status of the transaction; " +
        "for sales at a stand refunds are off by default: have Midtrans switch them on (midtrans.com, contact us, refund " +
        "procedure, or your sales contact); until then use the dashboard (Transactions, this order, Refund) or give it back by hand",
    });
    expect(rig.lines()).toEqual([STATUS, DIRECT, STATUS, GENERAL, STATUS]);
  });

  test("to the direct way alone leaves the general one", async () => {
    const general = { ...fixture("refund-2026"), ...idsOf(refunded), refund_amount: "17000.00" };
    expect(await asked([PAID, said("refund-error-412-2026"), PAID, { body: general }])).toEqual({ is: "taken" });
    expect(rig.json(3)).toEqual(rig.json(1));
  });
});

describe("the books decide, and show a refund that an earlier try made, when", () => {
  const answers: readonly (readonly [string, Reply])[] = [
    ["its key is taken", said("refund-error-406-2026")],
    ["the transaction cannot be changed any more", said("refund-error-412-2026")],
    ["there is nothing left to give back", said("refund-error-414-amount-2026")],
    ["the account ran dry on it", said("refund-error-414-funds-2025")],
    ["Midtrans is in trouble", refusing("500")],
    ["the bank does not answer", refusing("503")],
    ["a server in between is in trouble", { status: 502, body: "<html>bad gateway</html>" }],
    ["the connection breaks", "hang-up"],
    ["the first request is still running", { status: 202, body: { status_code: "202", status_message: "wait" } }],
    ["the yes speaks of another refund", { body: { ...refunded, refund_key: "other" } }],
    ["the yes speaks of another order", { body: { ...refunded, order_id: "order102" } }],
    ["the yes is of nothing", { body: { ...refunded, refund_amount: "0.00" } }],
    ["the yes is of less", { body: { ...refunded, refund_amount: "16999.00" } }],
    ["the yes does not say how much", { body: without(refunded, "refund_amount") }],
    ["the yes leaves it settled", { body: { ...refunded, transaction_status: "settlement" } }],
    ["the no comes with money given back", { body: { ...refunded, status_code: "202" } }],
    ["the no does not say that nothing went back", { body: without({ ...refunded, ...noWord() }, "refund_amount") }],
    ["the no speaks of another refund", { body: { ...refunded, ...fixture("direct-refund-denied-2025") } }],
  ];

  function noWord(): Json {
    return { status_code: "202", transaction_status: "settlement" };
  }

  test.each(answers)("%s", async (_, answer) => {
    expect(await asked([PAID, answer, CONFIRMED])).toEqual({ is: "confirmed" });
    expect(rig.lines()).toEqual([STATUS, DIRECT, STATUS]);
  });

  test("they cannot be read then, nothing is known", async () => {
    for (const [, answer] of answers) {
      expect((await asked([PAID, answer, refusing("500")])).is).toBe("unclear");
      await rig.leave();
    }
  });
});

describe("a refund is unclear, and can be tried again by its key, when", () => {
  test.each<[string, Reply]>([
    ["its key is taken and the books do not show it yet", said("refund-error-406-2026")],
    ["the first request by its key is still running", { status: 202, body: { status_code: "202" } }],
    ["Midtrans is in trouble", refusing("500")],
    ["there are too many requests", refusing("429")],
    ["no answer can be read", { status: 200, body: "ok" }],
    ["the connection breaks", "hang-up"],
  ])("%s", async (_, answer) => {
    const outcome = await asked([PAID, answer, PAID]);
    expect(outcome.is).toBe("unclear");
  });

  test("nobody is there", async () => {
    const outcome = await rig.open("http://127.0.0.1:9").refund(refund, NEVER);
    expect(outcome.is).toBe("unclear");
  });

  test("Midtrans keeps silent for 15 seconds", async () => {
    const provider = await rig.against(({ line }) => {
      rig.clock.pass(line === DIRECT ? 15_000 : 0);
      return line === DIRECT ? MADE : PAID;
    });
    expect(await provider.refund(refund, NEVER)).toEqual({
      is: "unclear",
      detail: "silent: no full answer within 15000 ms",
    });
  });

  test("the caller gave up before it began", async () => {
    const provider = await rig.against([]);
    expect((await provider.refund(refund, AbortSignal.abort())).is).toBe("unclear");
    expect(rig.lines()).toEqual([]);
  });
});
