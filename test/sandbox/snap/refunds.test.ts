import { beforeEach, describe, expect, test } from "vitest";
import type { Faults } from "../../../sandbox/midtrans/faults.ts";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { caller, type Json, startMerchant } from "../midtrans/kit.ts";
import { startPhone, tell } from "../phone/kit.ts";
import { type Answer, Client, type Headers } from "./kit.ts";

const MERCHANT = "G490526303";
const DAY_MS = 86_400_000;
let clock: VirtualClock;
let sandbox: SandboxWithPhone;
let client: Client;
let token: string;

beforeEach(async () => {
  clock = new VirtualClock();
  sandbox = await startPhone({ clock });
  client = new Client(sandbox.snap, () => clock.wall());
  token = (await client.token()).json.accessToken;
});

const money = (value: string) => ({ value, currency: "IDR" });

/** Charges Rp 15.000 and pays it; answers Midtrans' own number. */
async function paid(id = "a", { acquirer = "GOPAY", issuer = "gopay" } = {}): Promise<string> {
  const body = {
    partnerReferenceNo: id,
    amount: money("15000.00"),
    merchantId: MERCHANT,
    additionalInfo: { acquirer },
  };
  const { json } = await client.call("generate", token, body, { "x-external-id": id });
  await tell(sandbox, "pay", { qr: json.qrContent, issuer });
  return json.referenceNo;
}

/** Waits until the token is too old, and takes a new one. */
async function wait(ms: number): Promise<void> {
  clock.pass(ms);
  token = (await client.token()).json.accessToken;
}

const refund = (key: string, more: object = {}, headers: Headers = {}): Promise<Answer> => {
  const original = { originalPartnerReferenceNo: "a", originalExternalId: "a" };
  const body = { merchantId: MERCHANT, ...original, partnerRefundNo: key, reason: "macet", ...more };
  return client.call("refund", token, body, { "x-external-id": key, ...headers });
};
const query = async (id = "a"): Promise<Json> =>
  (await client.call("query", token, { originalExternalId: id, merchantId: MERCHANT, serviceCode: "47" })).json;
const codeOf = ({ status, json }: Answer): readonly [number, string] => [status, json.responseCode];
const dashboard = (settings: object) => caller(sandbox)("POST", "/sandbox/dashboard", settings);

describe("a refund", () => {
  test("of the whole answers as documented, and the query tells of it", async () => {
    const referenceNo = await paid();
    const { status, json } = await refund("r-1");
    expect(status).toBe(200);
    expect(json).toEqual({
      responseCode: "2007800",
      responseMessage: "Successful",
      originalPartnerReferenceNo: "a",
      originalReferenceNo: referenceNo,
      originalExternalId: "a",
      referenceNo: "A1202601010000000000000001ID",
      partnerRefundNo: "r-1",
      refundAmount: money("15000.00"),
      refundTime: "2026-01-01T07:00:00+07:00",
      additionalInfo: null,
    });
    const asked = await query();
    expect(asked).toMatchObject({
      responseCode: "2005100",
      latestTransactionStatus: "04",
      serviceCode: "78",
      originalReferenceNo: referenceNo,
      amount: money("15000.00"),
      paidTime: "2026-01-01T07:00:00",
    });
    expect(asked.additionalInfo.refundHistory).toEqual([
      {
        reason: "macet",
        refundNo: json.referenceNo,
        partnerReferenceNo: "r-1",
        refundDate: "2026-01-01T07:00:00+07:00",
        refundStatus: "00",
        refundAmount: money("15000.00"),
      },
    ]);
  });

  test("in parts adds up until nothing is left", async () => {
    await paid();
    expect(codeOf(await refund("r-1", { refundAmount: money("5000.00") }))).toEqual([200, "2007800"]);
    expect((await query()).latestTransactionStatus).toBe("04");
    expect(codeOf(await refund("r-2", { refundAmount: money("10001.00") }))).toEqual([404, "4047813"]);
    expect((await refund("r-3")).json.refundAmount).toEqual(money("10000.00"));
    expect(codeOf(await refund("r-4", { refundAmount: money("1.00") }))).toEqual([404, "4047800"]);
    const rows: readonly Json[] = (await query()).additionalInfo.refundHistory;
    expect(rows.map(({ partnerReferenceNo }) => partnerReferenceNo)).toEqual(["r-1", "r-3"]);
  });

  test("goes by Midtrans' own number before the merchant's", async () => {
    const originalReferenceNo = await paid();
    expect(codeOf(await refund("r-1", { originalReferenceNo, originalExternalId: "nothing" }))).toEqual([
      200,
      "2007800",
    ]);
  });

  test("is notified once, with its history", async () => {
    const merchant = await startMerchant();
    const url = merchant.url.replace("/hook", "");
    await caller(sandbox)("POST", "/sandbox/snap/notification-url", { url });
    await paid();
    clock.pass(0);
    await merchant.until(2);
    await refund("r-1", { refundAmount: money("5000.00") });
    clock.pass(0);
    const heard = await merchant.until(3);
    await wait(10 * DAY_MS);
    expect(sandbox.notifier.deliveries()).toHaveLength(3);
    expect(heard.at(-1)).toMatchObject({
      latestTransactionStatus: "04",
      amount: money("15000.00"),
      additionalInfo: {
        qris: { transactionType: "ON-US" },
        refundHistory: [{ partnerReferenceNo: "r-1", reason: "macet", refundAmount: money("5000.00") }],
      },
    });
  });

  test("can be made over the Core API too, when it is told where to look", async () => {
    await paid();
    const core = caller(sandbox);
    expect((await core("POST", "/v2/a/refund", { refund_key: "r-1" })).json.status_code).toBe("404");
    const source = { "transaction-source": "SNAP_API" };
    expect((await core("POST", "/v2/a/refund", { refund_key: "r-1" }, source)).json.status_code).toBe("200");
    expect((await query()).additionalInfo.refundHistory).toMatchObject([{ partnerReferenceNo: "r-1" }]);
  });
});

describe("a refund is refused", () => {
  test.each<[string, object, number, string]>([
    ["without a merchant", { merchantId: undefined }, 400, "4007802"],
    ["of another merchant", { merchantId: "other" }, 400, "4007802"],
    ["without the merchant's reference", { originalPartnerReferenceNo: undefined }, 400, "4007802"],
    ["without either number", { originalExternalId: undefined }, 400, "4007802"],
    ["without its own number", { partnerRefundNo: undefined }, 400, "4007802"],
    ["with a number that is not its external id", { partnerRefundNo: "other" }, 400, "4007802"],
    ["for too long a reason", { reason: "x".repeat(257) }, 400, "4007801"],
    ["of another reference", { originalPartnerReferenceNo: "b" }, 404, "4047801"],
    ["of what is not known", { originalExternalId: "b" }, 404, "4047801"],
    ["of more than was paid", { refundAmount: money("15001.00") }, 403, "4037802"],
    ["of nothing", { refundAmount: money("0.00") }, 404, "4047813"],
    ["of an amount without decimals", { refundAmount: money("15000") }, 404, "4047813"],
    ["in another currency", { refundAmount: { value: "1.00", currency: "SGD" } }, 404, "4047813"],
  ])("%s", async (_, more, status, code) => {
    await paid();
    expect(codeOf(await refund("r-1", more))).toEqual([status, code]);
    expect((await query()).latestTransactionStatus).toBe("00");
  });

  test("that is no JSON", async () => {
    expect(codeOf(await client.call("refund", token, "{", { "x-external-id": "r-1" }))).toEqual([400, "4007800"]);
  });

  test("with a bad signature or token", async () => {
    await paid();
    expect(codeOf(await refund("r-1", {}, { "x-signature": "x" }))).toEqual([401, "4017800"]);
    expect(codeOf(await refund("r-1", {}, { authorization: "Bearer x" }))).toEqual([401, "4017801"]);
  });

  test("of what is not paid", async () => {
    const body = { partnerReferenceNo: "a", amount: money("15000.00"), merchantId: MERCHANT };
    await client.call("generate", token, body, { "x-external-id": "a" });
    expect(codeOf(await refund("r-1"))).toEqual([404, "4047800"]);
  });

  test("when it was made already, under an external id that refunds alone may repeat", async () => {
    await paid();
    await refund("r-1", { refundAmount: money("1.00") });
    expect(codeOf(await refund("r-1", { refundAmount: money("1.00") }))).toEqual([409, "4097801"]);
    const again = { originalExternalId: "a", merchantId: MERCHANT, serviceCode: "47" };
    expect(codeOf(await client.call("query", token, again, { "x-external-id": "r-1" }))).toEqual([409, "4095100"]);
    expect(codeOf(await refund("a"))).toEqual([409, "4097800"]);
  });

  test("for want of balance, and good under the same number later", async () => {
    await paid();
    await dashboard({ payable_balance: 0 });
    expect(codeOf(await refund("r-1"))).toEqual([403, "4037814"]);
    await dashboard({ payable_balance: null });
    expect(codeOf(await refund("r-1"))).toEqual([200, "2007800"]);
  });

  test.each([
    ["on-us", "gopay", 45],
    ["off-us", "DANA", 7],
  ])("%s when its window is over", async (_, issuer, days) => {
    await paid("a", { issuer });
    await wait(days * DAY_MS + 1);
    expect(codeOf(await refund("r-1"))).toEqual([405, "4057801"]);
  });

  test("by ShopeePay in part, and at night", async () => {
    await paid("a", { acquirer: "AIRPAY SHOPEE" });
    expect(codeOf(await refund("r-1", { refundAmount: money("1.00") }))).toEqual([404, "4047813"]);
    await wait(17 * 3_600_000);
    expect(codeOf(await refund("r-2"))).toEqual([405, "4057801"]);
    expect(codeOf(await refund("r-2"))).toEqual([405, "4057801"]);
  });

  test("when refunds are not activated", async () => {
    await paid();
    await dashboard({ refunds: false });
    expect(codeOf(await refund("r-1"))).toEqual([403, "4037815"]);
  });
});

describe("faults of refunds", () => {
  test.each<[Parameters<Faults["arm"]>[0], number]>([
    [{ fault: "refund-refused" }, 0],
    [{ fault: "refund-taken-back" }, 5_000],
  ])("%o: taken, and a failure in the history, the money as paid", async (fault, ms) => {
    sandbox.faults.arm({ ...fault, times: 1 });
    await paid();
    expect(codeOf(await refund("r-1"))).toEqual([200, "2007800"]);
    clock.pass(ms);
    expect(await query()).toMatchObject({
      latestTransactionStatus: "00",
      additionalInfo: { refundHistory: [{ partnerReferenceNo: "r-1", refundStatus: "06" }] },
    });
  });

  test("lost-answer: it is made, and its number is used up", async () => {
    await paid();
    sandbox.faults.arm({ fault: "lost-answer", on: "refund", times: 1 });
    await expect(refund("r-1")).rejects.toThrow();
    expect((await query()).latestTransactionStatus).toBe("04");
    expect(codeOf(await refund("r-1"))).toEqual([409, "4097801"]);
  });

  test("refuse: any code, and nothing is carried out", async () => {
    await paid();
    sandbox.faults.arm({ fault: "refuse", on: "refund", code: "5047800", times: 1 });
    expect(codeOf(await refund("r-1"))).toEqual([504, "5047800"]);
    expect(codeOf(await refund("r-1"))).toEqual([200, "2007800"]);
  });
});
