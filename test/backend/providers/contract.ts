import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Attempt, type RawRequest, referenceOf, type Standing } from "../../../backend/providers/provider.ts";
import { AMOUNT, freshAttempt } from "./fresh-attempt.ts";
import { promisesOfRefunds, type RefundRig } from "./refund-contract.ts";

/** A provider, and a hand on the company behind it: its sandbox, or a stand-in. */
export type ProviderRig = RefundRig & {
  /** The company lets this charge expire. */
  expireAtProvider(reference: string): Promise<void>;
  /** What the company has reported of this charge, oldest first; waits until one of them reports how it ended. */
  notifications(reference: string): Promise<readonly RawRequest[]>;
  close(): Promise<void>;
};

const NEVER = new AbortController().signal;

/** What every provider promises, whatever company it speaks to. Run it over each with a rig of its own. */
export function keepsTheProviderContract(name: string, open: () => Promise<ProviderRig>): void {
  describe(`${name} keeps the provider contract`, () => {
    let rig: ProviderRig;
    beforeAll(async () => {
      rig = await open();
    });
    afterAll(() => rig.close());

    const standing = (attempt: Attempt): Promise<Standing> => rig.provider.standing(attempt, NEVER);
    const end = (attempt: Attempt): Promise<Standing> => rig.provider.void(attempt, NEVER);
    async function charged(attempt = freshAttempt()) {
      const charge = await rig.provider.charge(attempt, NEVER);
      if (charge.is !== "issued") throw new Error(`not issued: ${JSON.stringify(charge)}`);
      return { attempt, ...charge };
    }
    async function paid() {
      const charge = await charged();
      await rig.pay(referenceOf(charge.attempt));
      return charge;
    }
    const payment = (transaction: string) => ({
      is: "settled",
      payment: expect.objectContaining({
        amount: AMOUNT,
        fee: 0,
        transaction,
        paidAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\+07:00$/),
      }),
    });

    test("a charge is issued as text that fits on a stand, and is pending", async () => {
      const { attempt, qr, transaction } = await charged();
      expect(qr.length).toBeGreaterThan(0);
      expect(qr.length).toBeLessThanOrEqual(512);
      expect(await standing(attempt)).toEqual({ is: "pending", transaction });
    });

    test("an attempt that was never charged is unknown, asked or voided", async () => {
      const attempt = freshAttempt();
      expect(await standing(attempt)).toEqual({ is: "unknown" });
      expect(await end(attempt)).toEqual({ is: "unknown" });
    });

    test("a repeated charge is the same charge or unclear, never a second one", async () => {
      const { attempt, transaction } = await charged();
      const again = await rig.provider.charge(attempt, NEVER);
      expect(["issued", "unclear"]).toContain(again.is);
      if (again.is === "issued") expect(again.transaction).toBe(transaction);
      expect(await standing(attempt)).toEqual({ is: "pending", transaction });
    });

    test("a paid charge is settled, with amount and time", async () => {
      const { attempt, transaction } = await paid();
      expect(await standing(attempt)).toMatchObject(payment(transaction));
    });

    test("a voided charge is over, and stays so when it is voided again", async () => {
      const { attempt, transaction } = await charged();
      const first = await end(attempt);
      expect(["cancelled", "expired"]).toContain(first.is);
      expect(first).toMatchObject({ transaction });
      expect(await end(attempt)).toEqual(first);
      expect(await standing(attempt)).toEqual(first);
    });

    test("the void of a paid charge answers with the payment", async () => {
      const { attempt, transaction } = await paid();
      expect(await end(attempt)).toMatchObject(payment(transaction));
    });

    test("a charge that expired at the provider is expired, asked or voided", async () => {
      const { attempt, transaction } = await charged();
      await rig.expireAtProvider(referenceOf(attempt));
      expect(await standing(attempt)).toEqual({ is: "expired", transaction });
      expect(await end(attempt)).toEqual({ is: "expired", transaction });
    });

    test("two attempts of one order are two charges, and the end of one is not the other's", async () => {
      const first = await charged();
      const second = await charged({ ...first.attempt, number: 2 });
      expect(second.transaction).not.toBe(first.transaction);
      expect(second.qr).not.toBe(first.qr);
      await end(first.attempt);
      expect(await standing(second.attempt)).toEqual({ is: "pending", transaction: second.transaction });
    });

    test("a payment is reported in a notification that reads as news of it", async () => {
      const { attempt, transaction } = await paid();
      const read = await heard(referenceOf(attempt));
      expect(read).toContainEqual({
        is: "news",
        reference: referenceOf(attempt),
        standing: expect.objectContaining(payment(transaction)),
      });
    });

    test("a void is reported without a word of a payment", async () => {
      const { attempt } = await charged();
      await end(attempt);
      const read = await heard(referenceOf(attempt));
      expect(read.every((each) => each.is === "news" || each.is === "confirm")).toBe(true);
      expect(read.some((each) => each.is === "news" && each.standing.is === "settled")).toBe(false);
    });

    test("a notification with another order in it is forged", async () => {
      const { attempt } = await paid();
      const other = referenceOf((await charged()).attempt);
      for (const request of await rig.notifications(referenceOf(attempt))) {
        const text = Buffer.from(request.body).toString("utf8").replaceAll(referenceOf(attempt), other);
        expect(rig.provider.readNotification({ ...request, body: Buffer.from(text) }).is).toBe("forged");
      }
    });

    test("calls given up before they began answer, and charge nothing", async () => {
      const attempt = freshAttempt();
      const gone = AbortSignal.abort();
      expect(await rig.provider.charge(attempt, gone)).toMatchObject({ is: "refused", retriable: true });
      expect((await rig.provider.standing(attempt, gone)).is).toBe("unclear");
      expect((await rig.provider.void(attempt, gone)).is).toBe("unclear");
      expect(await standing(attempt)).toEqual({ is: "unknown" });
    });

    promisesOfRefunds(() => rig);

    async function heard(reference: string) {
      const requests = await rig.notifications(reference);
      return requests.map((request) => rig.provider.readNotification(request));
    }
  });
}
