import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attempt, type Json, REFERENCE, without } from "../midtrans/samples.ts";
import type { Heard, Reply } from "../midtrans/tape-server.ts";
import { fixture } from "./samples.ts";
import { CANCEL, NEVER, NOT_FOUND, NUMBER, PENDING, paid, QUERY, saying, TapeRig, TOKEN_LINE } from "./tape-rig.ts";

const headerOf = ({ headers }: Heard, name: string): string => String(headers[name]);

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

describe("a standing", () => {
  test("is asked for by our external id until Midtrans' own number is known, then by that", async () => {
    const provider = await rig.against([{ body: paid }, { body: without(paid, "originalExternalId") }]);
    expect(await provider.standing(attempt, NEVER)).toMatchObject({ is: "settled" });
    expect(await provider.standing(attempt, NEVER)).toMatchObject({ is: "settled" });
    const common = { merchantId: "00007100010926", serviceCode: "47" };
    expect(rig.heard(QUERY, 0).json).toEqual({ originalExternalId: REFERENCE, ...common });
    expect(rig.heard(QUERY, 1).json).toEqual({ originalReferenceNo: NUMBER, ...common });
  });

  test("has an external id of its own every time", async () => {
    const provider = await rig.against([PENDING, PENDING]);
    await provider.standing(attempt, NEVER);
    await provider.standing(attempt, NEVER);
    const ids = [rig.heard(QUERY, 0), rig.heard(QUERY, 1)].map((one) => headerOf(one, "x-external-id"));
    expect(new Set([...ids, REFERENCE]).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[A-Z0-9]{26}$/);
  });

  test("after a charge that was lost is asked for by the id it was made with: only not-found makes a new one", async () => {
    const provider = await rig.against(["hang-up", PENDING, NOT_FOUND, NOT_FOUND]);
    expect((await provider.charge(attempt, NEVER)).is).toBe("unclear");
    expect(await provider.standing(attempt, NEVER)).toEqual({ is: "pending", transaction: REFERENCE });
    expect(await provider.standing(attempt, NEVER)).toEqual({ is: "unknown" });
    expect(rig.heard(QUERY).json).toMatchObject({ originalExternalId: REFERENCE });
  });

  describe("that is not found by the external id, which is good for a day,", () => {
    const common = { merchantId: "00007100010926", serviceCode: "47" };

    test("is asked for by our own number, and found by that", async () => {
      const provider = await rig.against([NOT_FOUND, { body: without(paid, "originalExternalId") }]);
      expect(await provider.standing(attempt, NEVER)).toMatchObject({
        is: "settled",
        payment: { transaction: NUMBER },
      });
      expect(rig.heard(QUERY, 0).json).toEqual({ originalExternalId: REFERENCE, ...common });
      expect(rig.heard(QUERY, 1).json).toEqual({ originalPartnerReferenceNo: REFERENCE, ...common });
    });

    test.each<[string, Reply, Reply, string]>([
      ["by 07, and by neither", NOT_FOUND, NOT_FOUND, "unknown"],
      ["by its code, and by neither", saying("4045101"), saying("4045101"), "unknown"],
      ["and Midtrans takes no other name", NOT_FOUND, saying("4005102"), "unknown"],
      ["and the second answer is lost", NOT_FOUND, "hang-up", "unclear"],
      ["and Midtrans has trouble with the second question", NOT_FOUND, saying("5005101"), "unclear"],
      ["and the other name is another's", NOT_FOUND, { body: fixture("query-2025") }, "unclear"],
    ])("%s: %s", async (_, first, second, standing) => {
      const provider = await rig.against([first, second]);
      expect((await provider.standing(attempt, NEVER)).is).toBe(standing);
      expect(rig.lines()).toEqual([TOKEN_LINE, QUERY, QUERY]);
    });

    test("is not asked for twice by Midtrans' own number, which is good for ever", async () => {
      const provider = await rig.against([{ body: paid }, NOT_FOUND]);
      await provider.standing(attempt, NEVER);
      expect(await provider.standing(attempt, NEVER)).toEqual({ is: "unknown" });
      expect(rig.lines()).toEqual([TOKEN_LINE, QUERY, QUERY]);
    });
  });

  test.each<[string, Json, boolean]>([
    ["in part", { latestTransactionStatus: "04" }, false],
    ["in part, though the state says nothing of it", { latestTransactionStatus: "00" }, false],
    ["in full", { latestTransactionStatus: "04", amount: { value: "10.00", currency: "IDR" } }, true],
  ])("of a payment that went back %s is refunded, full by the sums", async (_, more, isFull) => {
    const { additionalInfo } = fixture("query-2025");
    const provider = await rig.against([{ body: { ...paid, additionalInfo, ...more } }]);
    expect(await provider.standing(attempt, NEVER)).toEqual({
      is: "refunded",
      transaction: NUMBER,
      isFull,
      refunds: [{ key: "1723689297", amount: 10, isConfirmed: true }],
    });
  });

  test("that speaks of another's transaction is unclear, and its number is not learned", async () => {
    const other = { ...fixture("query-2025"), originalExternalId: REFERENCE };
    const provider = await rig.against([{ body: other }, PENDING]);
    expect((await provider.standing(attempt, NEVER)).is).toBe("unclear");
    await provider.standing(attempt, NEVER);
    expect(rig.heard(QUERY, 1).json).toMatchObject({ originalExternalId: REFERENCE });
  });
});

describe("a void", () => {
  const cancelled: Json = {
    ...fixture("cancel-2025"),
    originalPartnerReferenceNo: REFERENCE,
    originalExternalId: REFERENCE,
  };

  test("cancels, with the reason that Midtrans asks for", async () => {
    const provider = await rig.against([{ body: cancelled }]);
    expect(await provider.void(attempt, NEVER)).toEqual({ is: "cancelled", transaction: NUMBER });
    expect(rig.heard(CANCEL).json).toEqual({
      originalExternalId: REFERENCE,
      merchantId: "00007100010926",
      reason: expect.stringMatching(/^.{1,256}$/),
    });
  });

  test.each<[string, string, string]>([
    ["paid in the meantime", "00", "settled"],
    ["expired", "08", "expired"],
    ["cancelled before", "05", "cancelled"],
  ])("that comes too late asks, and finds it %s", async (_, latestTransactionStatus, standing) => {
    const provider = await rig.against([saying("4047700"), { body: { ...paid, latestTransactionStatus } }]);
    expect((await provider.void(attempt, NEVER)).is).toBe(standing);
    expect(rig.lines()).toEqual([TOKEN_LINE, CANCEL, QUERY]);
  });

  test("that is refused while the charge is pending is unclear", async () => {
    const provider = await rig.against([saying("4057701"), PENDING]);
    expect(await provider.void(attempt, NEVER)).toMatchObject({
      is: "unclear",
      detail: expect.stringContaining("4057701"),
    });
  });

  test("of a charge that is not found anywhere finds it unknown", async () => {
    const provider = await rig.against([saying("4047701"), NOT_FOUND, NOT_FOUND]);
    expect(await provider.void(attempt, NEVER)).toEqual({ is: "unknown" });
  });

  test("of a charge that is not found by a day-old name finds what became of it", async () => {
    const provider = await rig.against([saying("4047701"), NOT_FOUND, { body: paid }]);
    expect((await provider.void(attempt, NEVER)).is).toBe("settled");
  });

  test("without an answer is unclear", async () => {
    const provider = await rig.against(["hang-up"]);
    expect((await provider.void(attempt, NEVER)).is).toBe("unclear");
  });
});
