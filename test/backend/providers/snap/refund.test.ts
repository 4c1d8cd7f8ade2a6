import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PaymentProvider, Refund, Refunded } from "../../../../backend/providers/provider.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { attempt, type Json, REFERENCE } from "../midtrans/samples.ts";
import type { Reply } from "../midtrans/tape-server.ts";
import { fixture } from "./samples.ts";
import {
  NEVER,
  NOT_FOUND,
  NUMBER,
  PENDING,
  paid,
  QUERY,
  REFUND,
  saying,
  TapeRig,
  TOKEN,
  TOKEN_LINE,
} from "./tape-rig.ts";

const KEY = `${REFERENCE}-r1`;
const PAID = rupiah(17_000);
const asked: Refund = {
  attempt,
  payment: {
    amount: PAID,
    fee: rupiah(0),
    transaction: NUMBER,
    paidAt: "2026-01-01T06:58:00+07:00",
    acquirer: "gopay",
  },
  key: KEY,
  amount: rupiah(12_000),
  reason: "Barang tidak keluar / not delivered",
};
const whole: Refund = { ...asked, amount: PAID };
const money = (value: number): Json => ({ value: `${value}.00`, currency: "IDR" });

/** The payment in Midtrans' books, with these refunds. */
const books = (...refundHistory: readonly Json[]): Reply => ({
  body: {
    ...paid,
    amount: money(PAID),
    latestTransactionStatus: refundHistory.length === 0 ? "00" : "04",
    additionalInfo: { refundHistory },
  },
});
const entry = (key: string, amount: number, refundStatus = "00"): Json => ({
  refundNo: "A12",
  partnerReferenceNo: key,
  refundStatus,
  refundAmount: money(amount),
});
const done = (refund: Refund = asked): Reply => ({
  body: {
    ...fixture("refund-2026"),
    originalPartnerReferenceNo: REFERENCE,
    originalExternalId: REFERENCE,
    partnerRefundNo: refund.key,
    refundAmount: money(refund.amount),
  },
});

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

async function refunded(tape: readonly Reply[], refund: Refund = asked): Promise<Refunded> {
  const provider: PaymentProvider = await rig.against(tape);
  return provider.refund(refund, NEVER);
}
const sent = (): readonly string[] => rig.lines().filter((line) => line !== TOKEN_LINE);

describe("a refund", () => {
  test("names payment, key, amount and reason, under the key as external id", async () => {
    expect(await refunded([books(), done()])).toEqual({ is: "taken" });
    expect(rig.heard(REFUND).json).toEqual({
      merchantId: "00007100010926",
      originalPartnerReferenceNo: REFERENCE,
      originalReferenceNo: NUMBER,
      partnerRefundNo: KEY,
      refundAmount: { value: "12000.00", currency: "IDR" },
      reason: "Barang tidak keluar / not delivered",
    });
    expect(rig.header(REFUND, "x-external-id")).toBe(KEY);
  });

  test("of all of it names the amount too: without one Midtrans would decide how much that is", async () => {
    await refunded([books(), done(whole)], whole);
    expect(rig.heard(REFUND).json).toMatchObject({ refundAmount: { value: "17000.00", currency: "IDR" } });
  });

  test("of a payment whose number nobody kept names what it was charged with, and its number once that is told", async () => {
    const nameless = { ...asked, payment: { ...asked.payment, transaction: REFERENCE } };
    const { originalReferenceNo: _, ...unnumbered } = paid;
    await refunded([{ body: unnumbered }, done()], nameless);
    expect(rig.heard(REFUND).json).toMatchObject({ originalExternalId: REFERENCE });
    expect(rig.heard(REFUND).json).not.toHaveProperty("originalReferenceNo");
  });

  test("goes out with the same names however often it is tried", async () => {
    const provider = await rig.against([books(), "hang-up", books(), books(), "hang-up", books()]);
    await provider.refund(asked, NEVER);
    await provider.refund(asked, NEVER);
    expect(rig.heard(REFUND, 1).json).toEqual(rig.heard(REFUND, 0).json);
    expect(rig.header(REFUND, "x-external-id", 1)).toBe(KEY);
  });

  test("goes out once more, with the same names, when the token was refused", async () => {
    const replies: Reply[] = [books(), saying("4017801"), done()];
    const provider = await rig.against(({ line }) => (line === TOKEN_LINE ? TOKEN : (replies.shift() ?? "hang-up")));
    expect(await provider.refund(asked, NEVER)).toEqual({ is: "taken" });
    expect(rig.lines()).toEqual([TOKEN_LINE, QUERY, REFUND, TOKEN_LINE, REFUND, QUERY]);
    expect(rig.header(REFUND, "x-external-id", 1)).toBe(KEY);
  });
});

describe("before anything is sent the books are asked:", () => {
  test.each<[string, Reply, Json]>([
    ["a refund of this key that is through is confirmed", books(entry(KEY, 12_000)), { is: "confirmed" }],
    ["one that is not through yet is taken", books(entry(KEY, 12_000, "03")), { is: "taken" }],
    ["one that failed is refused by the bank", books(entry(KEY, 12_000, "06")), { is: "refused", because: "by-bank" }],
    [
      "one that failed first and went through then is confirmed",
      books(entry(KEY, 12_000, "06"), entry(KEY, 12_000)),
      { is: "confirmed" },
    ],
    ["one of another amount is nobody's guess", books(entry(KEY, 5_000)), { is: "unclear" }],
    [
      "a payment that went back by hand is not given back again",
      books(entry("by-hand", 17_000)),
      { is: "refused", because: "not-refundable" },
    ],
    [
      "of which too much went back, neither",
      books(entry("by-hand", 5_001, "03")),
      { is: "refused", because: "not-refundable" },
    ],
    ["a payment that is none cannot go back", PENDING, { is: "refused", because: "not-refundable" }],
    ["books that do not know it are not ours", NOT_FOUND, { is: "unclear" }],
    ["books that speak of another payment neither", { body: fixture("query-2025") }, { is: "unclear" }],
    [
      "a history that cannot be read may hold this refund",
      { body: { ...paid, additionalInfo: { refundHistory: 7 } } },
      { is: "unclear" },
    ],
    [
      "money that went back by a refund that is not listed may be this one's",
      { body: { ...paid, amount: money(PAID), latestTransactionStatus: "04" } },
      { is: "unclear" },
    ],
    ["books that do not answer say nothing", "hang-up", { is: "unclear" }],
    ["nor do books in trouble", saying("5005101"), { is: "unclear" }],
  ])("%s", async (_, answer, said) => {
    expect(await refunded([answer])).toMatchObject(said);
    expect(sent()).toEqual([QUERY]);
  });

  test("what is left of a payment can go back, failed refunds left out", async () => {
    const before = books(entry("one", 5_000), entry("two", 17_000, "06"));
    expect(await refunded([before, done()])).toEqual({ is: "taken" });
  });
});

describe("after every answer the books are asked:", () => {
  test.each<[string, Reply, Json]>([
    ["success, and they list it as through: it is confirmed", books(entry(KEY, 12_000)), { is: "confirmed" }],
    [
      "success, and they list it as failed: the bank refused it",
      books(entry(KEY, 12_000, "06")),
      { because: "by-bank" },
    ],
    ["success, and they do not list it yet: it is taken", books(), { is: "taken" }],
    ["success, and they list as much without a key: it is taken", books(entry("", 17_000)), { is: "taken" }],
    ["success, and they do not answer: it is taken", "hang-up", { is: "taken" }],
  ])("%s", async (_, after, said) => {
    expect(await refunded([books(), done(), after])).toMatchObject(said);
    expect(sent()).toEqual([QUERY, REFUND, QUERY]);
  });

  const answers: readonly (readonly [string, Reply])[] = [
    ["no answer", "hang-up"],
    ["an answer that is none", { status: 502, body: "<html>bad gateway</html>" }],
    ["a code of eight digits", { body: { ...fixture("refund-2026"), responseCode: "20078000" } }],
    ["success for another refund", { body: fixture("refund-2026") }],
    ["a duplicate", saying("4097801", "Duplicate Transaction")],
    ["an external id that was used", saying("4097800")],
    ["still on process", saying("2027800")],
    ["internal trouble", saying("5007801")],
    ["a time-out", saying("5047800")],
    ["a code that nobody knows", saying("4187800")],
    ["another service's success", saying("2005800")],
  ];

  test.each(answers)("%s, and they have it: it is done", async (_, answer) => {
    expect(await refunded([books(), answer, books(entry(KEY, 12_000))])).toEqual({ is: "confirmed" });
    expect(sent()).toEqual([QUERY, REFUND, QUERY]);
  });

  test.each(answers)("%s, and they do not have it: unclear, for it may still come", async (_, answer) => {
    expect((await refunded([books(), answer, books()])).is).toBe("unclear");
  });

  test.each(answers)("%s, and they do not answer: unclear", async (_, answer) => {
    expect((await refunded([books(), answer, "hang-up"])).is).toBe("unclear");
  });

  test("a clear no counts only if they do not have it", async () => {
    expect(await refunded([books(), saying("4047800"), books(entry(KEY, 12_000, "03"))])).toEqual({ is: "taken" });
  });

  test.each(answers)("%s, and they list as much without a key: unclear, for that may be it", async (_, answer) => {
    expect((await refunded([books(), answer, books(entry("", 17_000))])).is).toBe("unclear");
  });

  test("a clear no is not passed on while they do not answer", async () => {
    expect((await refunded([books(), saying("4047800"), "hang-up"])).is).toBe("unclear");
  });

  test.each<[string, Json]>([
    ["4007802", { because: "invalid" }],
    ["4037802", { because: "invalid" }],
    ["4037814", { because: "no-balance", againMs: 6 * 3_600_000 }],
    ["4047800", { because: "not-refundable" }],
    ["4047801", { because: "not-refundable" }],
    ["4047813", { because: "invalid" }],
    ["4057801", { because: "window-over" }],
  ])("%s is a no, with its reason and Midtrans' words", async (code, said) => {
    const answer = await refunded([books(), saying(code, "as Midtrans says"), books()]);
    expect(answer).toEqual({ is: "refused", detail: expect.stringMatching(`^${code} .*as Midtrans says$`), ...said });
  });

  test("a refusal for want of money does not use up the key: the next try goes out under it", async () => {
    const provider = await rig.against([books(), saying("4037814"), books(), books(), done(), books()]);
    expect(await provider.refund(asked, NEVER)).toMatchObject({ is: "refused", because: "no-balance" });
    expect(await provider.refund(asked, NEVER)).toEqual({ is: "taken" });
  });
});

describe("a refund that cannot be meant is refused, and nobody is asked:", () => {
  test.each<[string, Partial<Refund>]>([
    ["of nothing", { amount: rupiah(0) }],
    ["of more than was paid", { amount: rupiah(17_001) }],
    ["under a key that Midtrans does not take", { key: "a b" }],
    ["under no key", { key: "" }],
    ["under a key that is too long", { key: "k".repeat(37) }],
  ])("%s", async (_, more) => {
    expect(await refunded([], { ...asked, ...more })).toMatchObject({ is: "refused", because: "invalid" });
    expect(rig.lines()).toEqual([]);
  });

  test("a fee on top was paid too, and can go back", async () => {
    const payment = { ...asked.payment, fee: rupiah(500) };
    const refund = { ...asked, payment, amount: rupiah(17_500) };
    expect(await refunded([books(), done(refund)], refund)).toEqual({ is: "taken" });
  });
});

describe("Airpay Shopee", () => {
  const shopees: Refund = { ...whole, payment: { ...whole.payment, acquirer: "airpay shopee" } };
  const HOUR_MS = 3_600_000;
  /** From 07:00 in Indonesia, where the clock begins. */
  const untilMs = (hour: number, minute: number): number => (((hour + 24 - 7) % 24) * 60 + minute) * 60_000;

  test.each([
    [23, 53, 0],
    [23, 54, 6 * HOUR_MS + 7 * 60_000],
    [0, 0, 6 * HOUR_MS + 60_000],
    [6, 0, 60_000],
    [6, 1, 0],
  ])("at %i:%i takes refunds in %i ms", async (hour, minute, againMs) => {
    rig.clock.pass(untilMs(hour, minute));
    const answer = await refunded([books(), done(shopees)], shopees);
    if (againMs === 0) expect(answer).toEqual({ is: "taken" });
    else expect(answer).toMatchObject({ is: "refused", because: "closed-hours", againMs });
    expect(sent()).toEqual(againMs === 0 ? [QUERY, REFUND, QUERY] : [QUERY]);
  });

  test("at night tells of a refund that it has all the same", async () => {
    rig.clock.pass(untilMs(2, 0));
    expect(await refunded([books(entry(KEY, 17_000))], shopees)).toEqual({ is: "confirmed" });
  });

  test("gives back all of a payment or nothing", async () => {
    const part = { ...shopees, amount: rupiah(5_000) };
    expect(await refunded([], part)).toMatchObject({ is: "refused", because: "invalid" });
  });

  test("is meant, too, where charges go through it and the payment does not say", async () => {
    const { acquirer: _, ...payment } = asked.payment;
    const provider = await rig.against([], { acquirer: "airpay shopee" });
    expect(await provider.refund({ ...asked, payment }, NEVER)).toMatchObject({ is: "refused", because: "invalid" });
  });

  test("has its hours to itself: GoPay refunds at night", async () => {
    rig.clock.pass(untilMs(2, 0));
    expect(await refunded([books(), done()])).toEqual({ is: "taken" });
  });
});

test("a refund that is given up before it began sends nothing and is unclear", async () => {
  const provider = await rig.against([books()]);
  expect((await provider.refund(asked, AbortSignal.abort())).is).toBe("unclear");
  expect(sent()).toEqual([]);
});
