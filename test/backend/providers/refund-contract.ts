import { describe, expect, test } from "vitest";
import {
  type Attempt,
  type PaymentProvider,
  type Refund,
  type Refunded,
  referenceOf,
  type Standing,
} from "../../../backend/providers/provider.ts";
import { utcClock } from "../../../host/clock.ts";
import { type Rupiah, rupiah } from "../../../protocol/rupiah.ts";
import { AMOUNT, freshAttempt } from "./fresh-attempt.ts";

/** A provider that gives money back, and a hand on the company behind it. */
export type RefundRig = {
  readonly provider: PaymentProvider;
  /** The customer pays this charge. */
  pay(reference: string): Promise<void>;
  /** The payer's bank confirms the refunds of this charge that are in the books. */
  settleRefunds(reference: string): Promise<void>;
  /** The company will not make the next refund of this charge: it has too little, or the payer's bank refuses it. */
  refuseRefund(reference: string, how: "no-balance" | "by-bank"): Promise<void>;
};

const NEVER = new AbortController().signal;
const PART = rupiah(5_000);

/** What every provider promises of refunds; `rigOf` is asked when the tests run. */
export function promisesOfRefunds(rigOf: () => RefundRig): void {
  const standing = (attempt: Attempt): Promise<Standing> => rigOf().provider.standing(attempt, NEVER);
  const back = (refund: Refund): Promise<Refunded> => rigOf().provider.refund(refund, NEVER);

  async function charged(): Promise<{ readonly attempt: Attempt; readonly transaction: string }> {
    const attempt = freshAttempt();
    const charge = await rigOf().provider.charge(attempt, NEVER);
    if (charge.is !== "issued") throw new Error(`not issued: ${JSON.stringify(charge)}`);
    return { attempt, transaction: charge.transaction };
  }
  /** All of a paid attempt's money, unless told otherwise. */
  async function paid(amount: Rupiah = AMOUNT): Promise<Refund> {
    const { attempt } = await charged();
    await rigOf().pay(referenceOf(attempt));
    const now = await standing(attempt);
    if (now.is !== "settled") throw new Error(`not settled: ${JSON.stringify(now)}`);
    return { attempt, payment: now.payment, key: `${referenceOf(attempt)}-r1`, amount, reason: "not delivered" };
  }
  /** Of a payment that nobody made. */
  const unpaid = (attempt: Attempt, transaction: string): Refund => ({
    attempt,
    payment: { amount: AMOUNT, fee: rupiah(0), transaction, paidAt: new Date(utcClock().wall()).toISOString() },
    key: `${referenceOf(attempt)}-r1`,
    amount: AMOUNT,
    reason: "not delivered",
  });
  /** The same payment's next refund. */
  const next = (refund: Refund, amount: Rupiah): Refund => ({
    ...refund,
    amount,
    key: `${referenceOf(refund.attempt)}-r2`,
  });
  const isMade = { is: expect.stringMatching(/^(taken|confirmed)$/) };
  const made = (refund: Refund) => expect.objectContaining({ key: refund.key, amount: refund.amount });

  describe("and of refunds:", () => {
    test("all of a payment goes back, and its standing shows by which refund", async () => {
      const refund = await paid();
      expect(await back(refund)).toMatchObject(isMade);
      expect(await standing(refund.attempt)).toEqual({
        is: "refunded",
        transaction: refund.payment.transaction,
        isFull: true,
        refunds: [made(refund)],
      });
    });

    test("a part goes back, and then the rest by another refund", async () => {
      const part = await paid(PART);
      expect(await back(part)).toMatchObject(isMade);
      expect(await standing(part.attempt)).toMatchObject({ is: "refunded", isFull: false, refunds: [made(part)] });
      const rest = next(part, rupiah(AMOUNT - PART));
      expect(await back(rest)).toMatchObject(isMade);
      const both = expect.arrayContaining([made(part), made(rest)]);
      expect(await standing(part.attempt)).toMatchObject({ is: "refunded", isFull: true, refunds: both });
    });

    test("the same refund tried again, and twice at once, is one refund", async () => {
      const refund = await paid(PART);
      expect(await back(refund)).toMatchObject(isMade);
      const again = await Promise.all([back(refund), back(refund)]);
      for (const each of again) expect(each).toMatchObject(isMade);
      expect(await standing(refund.attempt)).toMatchObject({ isFull: false, refunds: [made(refund)] });
    });

    test("once the bank has confirmed it, whoever asks hears so", async () => {
      const refund = await paid();
      await back(refund);
      await rigOf().settleRefunds(referenceOf(refund.attempt));
      expect(await standing(refund.attempt)).toMatchObject({ refunds: [{ key: refund.key, isConfirmed: true }] });
      expect(await back(refund)).toEqual({ is: "confirmed" });
    });

    test("for want of balance nothing goes back, and the same refund goes through later", async () => {
      const refund = await paid();
      await rigOf().refuseRefund(referenceOf(refund.attempt), "no-balance");
      expect(await back(refund)).toMatchObject({ is: "refused", because: "no-balance" });
      expect(await standing(refund.attempt)).toMatchObject({ is: "settled" });
      expect(await back(refund)).toMatchObject(isMade);
      expect(await standing(refund.attempt)).toMatchObject({ is: "refunded", refunds: [made(refund)] });
    });

    /** Some companies hear the bank's no at once, others after they have taken the refund. */
    test("what the payer's bank refuses does not go back", async () => {
      const refund = await paid();
      await rigOf().refuseRefund(referenceOf(refund.attempt), "by-bank");
      expect(["refused", "taken"]).toContain((await back(refund)).is);
      expect(await standing(refund.attempt)).toMatchObject({ is: "settled", payment: { amount: AMOUNT } });
    });

    test("more than was paid is refused, and so is more than is left", async () => {
      const refund = await paid();
      expect(await back({ ...refund, amount: rupiah(AMOUNT + 1) })).toMatchObject({ is: "refused" });
      expect(await standing(refund.attempt)).toMatchObject({ is: "settled" });
      await back({ ...refund, amount: PART });
      expect(await back(next(refund, AMOUNT))).toMatchObject({ is: "refused" });
      expect(await standing(refund.attempt)).toMatchObject({ isFull: false, refunds: [{ amount: PART }] });
    });

    test("a charge that nobody paid has nothing to give back", async () => {
      const { attempt, transaction } = await charged();
      expect(await back(unpaid(attempt, transaction))).toMatchObject({ is: "refused" });
      expect(await standing(attempt)).toMatchObject({ is: "pending" });
    });

    test("an attempt that was never charged has nothing to give back either", async () => {
      const attempt = freshAttempt();
      expect(["refused", "unclear"]).toContain((await back(unpaid(attempt, "no-such-transaction"))).is);
      expect(await standing(attempt)).toEqual({ is: "unknown" });
    });

    test("one that was given up before it began is unclear, and nothing goes back", async () => {
      const refund = await paid();
      expect((await rigOf().provider.refund(refund, AbortSignal.abort())).is).toBe("unclear");
      expect(await standing(refund.attempt)).toMatchObject({ is: "settled" });
    });
  });
}
