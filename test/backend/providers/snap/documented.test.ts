import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Refund } from "../../../../backend/providers/provider.ts";
import { notificationSchema, readSnapAnswer, type SnapAnswer } from "../../../../backend/providers/snap/answers.ts";
import { readHistory } from "../../../../backend/providers/snap/refund-history.ts";
import { readState } from "../../../../backend/providers/snap/states.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { attempt, type Json, REFERENCE } from "../midtrans/samples.ts";
import type { Reply } from "../midtrans/tape-server.ts";
import { fixture } from "./samples.ts";
import { CANCEL, GENERATE, NEVER, NUMBER, paid, QUERY, REFUND, TapeRig, TOKEN_LINE } from "./tape-rig.ts";

/*
 * Every sample of docs.midtrans.com's pages on BI-SNAP that concerns QRIS, as printed, with commas that it forgets put in. Those
 * of GoPay's own services are here for what they show that the others do not: codes of eight digits, other places and names.
 */

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

function answerIn(name: string): SnapAnswer {
  const answer = readSnapAnswer(Buffer.from(JSON.stringify(fixture(name))));
  if (answer === undefined) throw new Error(`${name} cannot be read`);
  return answer;
}

describe("the sample of an answer is read:", () => {
  test.each<[string, Partial<SnapAnswer>]>([
    ["token-2026", { responseCode: "2007300", expiresIn: 900, accessToken: expect.stringMatching(/^eyJ/) }],
    ["token-error-2026", { responseCode: "5007300", referenceNo: "19352694-0ef6-4439-8ad1-b1dfb8bbb85f" }],
    ["generate-2024", { responseCode: "2004700", referenceNo: NUMBER, qrContent: "xxxxxxxxxxxxxxxx" }],
    ["generate-2026", { responseCode: "2004700", referenceNo: NUMBER, qrUrl: "https: //qrurl?img=12345" }],
    ["query-2025", { responseCode: "2005100", latestTransactionStatus: "00", paidTime: "2020-10-20T17:56:57" }],
    ["query-gopay-2025", { responseCode: "2005500", latestTransactionStatus: "00" }],
    ["cancel-2025", { responseCode: "2007700", originalReferenceNo: NUMBER }],
    ["refund-2026", { responseCode: "2007800", partnerRefundNo: "239850918204981205970" }],
    ["acknowledgement-2026", { responseCode: "2005200" }],
  ])("%s", (name, said) => {
    expect(answerIn(name)).toMatchObject(said);
  });

  test.each(["refund-gopay-2026", "cancel-gopay-2025"])("%s is not: its code has eight digits", (name) => {
    expect(readSnapAnswer(Buffer.from(JSON.stringify(fixture(name))))).toBeUndefined();
  });

  test.each([
    ["query-2025", { key: "1723689297", amount: 10, isConfirmed: true }],
    ["query-gopay-2025", { key: "239850918204981205970", amount: 12_345_678, isConfirmed: true }],
    ["notification-gopay-2026", { key: "239850918204981205970", amount: 12_345_678, isConfirmed: true }],
  ])("%s, with its refund", (name, made) => {
    expect(readHistory(notificationSchema.parse(fixture(name)))).toEqual({ is: "read", gone: [made] });
  });

  test.each([
    ["notification-2026", "settled"],
    ["notification-gopay-2026", "refunded"],
  ])("%s: %s", (name, is) => {
    expect(readState(notificationSchema.parse(fixture(name)), "none", 0)).toMatchObject({
      is: "clear",
      standing: { is },
    });
  });
});

/** The kinds of its values: what a field must look like. Lists are as their first element. */
function shapeOf(json: unknown): unknown {
  if (Array.isArray(json)) return [shapeOf(json[0])];
  if (typeof json !== "object" || json === null) return typeof json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, shapeOf(value)]));
}

describe("what is sent has the names and kinds of the sample, and none that it has not:", () => {
  const refund: Refund = {
    attempt,
    payment: { amount: rupiah(17_000), fee: rupiah(0), transaction: NUMBER, paidAt: "2026-01-01T06:58:00+07:00" },
    key: `${REFERENCE}-r1`,
    amount: rupiah(17_000),
    reason: "not delivered",
  };
  const PAID: Reply = { body: { ...paid, amount: { value: "17000.00", currency: "IDR" } } };

  /** `mandatory`: the fields marked M in the page's table. */
  test.each<[string, string, readonly string[]]>([
    ["token-request-2026", TOKEN_LINE, ["grantType"]],
    ["generate-request-2024", GENERATE, ["amount"]],
    ["query-request-2025", QUERY, ["serviceCode"]],
    ["cancel-request-2025", CANCEL, ["merchantId", "reason"]],
    ["refund-request-2026", REFUND, ["merchantId", "originalPartnerReferenceNo", "partnerRefundNo"]],
  ])("%s", async (name, line, mandatory) => {
    const provider = await rig.against((one) => {
      if (one.line === TOKEN_LINE) return { body: fixture("token-2026") };
      return one.line === QUERY ? PAID : { body: { ...fixture("cancel-2025") } };
    });
    await provider.charge(attempt, NEVER);
    await provider.void(attempt, NEVER);
    await provider.refund(refund, NEVER);
    const sent = rig.heard(line).json as Json;
    expect(shapeOf(fixture(name))).toMatchObject(shapeOf(sent) as object);
    expect(Object.keys(sent)).toEqual(expect.arrayContaining([...mandatory]));
  });

  test("generate-request-2026, but for terminal and items, of the older page", async () => {
    const provider = await rig.against([{ body: fixture("generate-2026") }]);
    await provider.charge(attempt, NEVER);
    const { terminalId: _, additionalInfo, ...sent } = rig.heard(GENERATE).json as { additionalInfo: Json } & Json;
    const { items: __, ...info } = additionalInfo;
    expect(shapeOf({ ...sent, additionalInfo: info })).toEqual(shapeOf(fixture("generate-request-2026")));
  });
});
