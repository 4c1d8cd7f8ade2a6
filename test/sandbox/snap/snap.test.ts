import { createHash, createVerify } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { readQrImage } from "../../../backend/providers/qr-image.ts";
import type { HttpRequest } from "../../../host/http.ts";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { caller, type Json, startMerchant } from "../midtrans/kit.ts";
import { startPhone, tell } from "../phone/kit.ts";
import { type Answer, Client, type Headers } from "./kit.ts";

const MERCHANT = "G490526303";
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
const generate = (id: string, more: object = {}, headers: Headers = {}): Promise<Answer> =>
  client.call(
    "generate",
    token,
    { partnerReferenceNo: id, amount: money("15000.00"), merchantId: MERCHANT, ...more },
    { "x-external-id": id, ...headers },
  );
const query = (original: object, more: object = {}): Promise<Answer> =>
  client.call("query", token, { ...original, merchantId: MERCHANT, serviceCode: "47", ...more });
const cancel = (original: object, more: object = {}): Promise<Answer> =>
  client.call("cancel", token, { ...original, merchantId: MERCHANT, reason: "test", ...more });
const codeOf = ({ status, json }: Answer): readonly [number, string] => [status, json.responseCode];

describe("an access token", () => {
  test("comes as documented", async () => {
    const { status, json } = await client.token();
    expect(status).toBe(200);
    expect(json).toEqual({
      responseCode: "2007300",
      responseMessage: "Successful",
      accessToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      tokenType: "Bearer",
      expiresIn: "900",
    });
  });

  test.each<[string, Headers]>([
    ["another client", { "x-client-key": "other" }],
    ["a signature for another time", { "x-timestamp": "2026-01-01T07:00:01+07:00" }],
    ["a time without an offset", { "x-timestamp": "2026-01-01T07:00:00" }],
    ["no signature", { "x-signature": undefined }],
  ])("is refused to %s", async (_, headers) => {
    expect(codeOf(await client.token(headers))).toEqual([401, "4017300"]);
  });

  test("is refused to a client whose clock is eleven minutes off", async () => {
    const late = new Client(sandbox.snap, () => clock.wall() - 11 * 60_000);
    expect(codeOf(await late.token())).toEqual([401, "4017300"]);
  });

  test("is not given for another grant", async () => {
    expect(codeOf(await client.token({}, { grantType: "password" }))).toEqual([400, "4007302"]);
  });

  test("is good for fifteen minutes", async () => {
    clock.pass(899_999);
    expect(codeOf(await generate("a"))).toEqual([200, "2004700"]);
    clock.pass(1);
    expect(codeOf(await generate("b"))).toEqual([401, "4014701"]);
  });
});

describe("a call is refused", () => {
  test.each<[string, Headers, number, string]>([
    ["without a token", { authorization: undefined }, 401, "4014703"],
    ["with a token that was never given out", { authorization: "Bearer x" }, 401, "4014701"],
    ["of another partner", { "x-partner-id": "other" }, 401, "4014700"],
    ["with a signature for another time", { "x-timestamp": "2026-01-01T07:00:01+07:00" }, 401, "4014700"],
    ["without a signature", { "x-signature": undefined }, 401, "4014700"],
    ["without an external id", { "x-external-id": undefined }, 400, "4004702"],
    ["with an external id of odd signs", { "x-external-id": "a b" }, 400, "4004701"],
    ["with a channel of four digits", { "channel-id": "1234" }, 400, "4004701"],
  ])("%s", async (_, headers, status, code) => {
    expect(codeOf(await generate("a", {}, headers))).toEqual([status, code]);
    expect(sandbox.midtrans.find("a")).toBeUndefined();
  });

  test("whose body is not the signed one", async () => {
    const body = '{"amount":{"value":"1.00","currency":"IDR"}}';
    const other = body.replace("1.00", "2.00");
    expect(codeOf(await client.call("generate", token, body, {}, other))).toEqual([401, "4014700"]);
  });

  test("whose external id was used before, also for another call", async () => {
    await generate("a");
    expect(codeOf(await generate("a"))).toEqual([409, "4094700"]);
    const again = await client.call(
      "query",
      token,
      { originalExternalId: "a", serviceCode: "47" },
      { "x-external-id": "a" },
    );
    expect(codeOf(again)).toEqual([409, "4095100"]);
  });
});

test("white space in the body is no part of what is signed, and is in letters", async () => {
  const body = '{ "amount" : { "value" : "15000.00",\n"currency":"IDR" } , "storeId" : "a b" }';
  const signed = '{"amount":{"value":"15000.00","currency":"IDR"},"storeId":"a b"}';
  expect(codeOf(await client.call("generate", token, body, {}, signed))).toEqual([200, "2004700"]);
});

describe("generate", () => {
  test("answers as documented, with the code in three forms", async () => {
    const { json } = await generate("a", { terminalId: "kemang-01", storeId: "Kemang" });
    const { id, qr } = sandbox.midtrans.find("a") ?? { id: "", qr: "" };
    expect(json).toEqual({
      responseCode: "2004700",
      responseMessage: "Successful",
      referenceNo: id,
      partnerReferenceNo: "a",
      qrContent: qr,
      qrUrl: `${sandbox.url}/v2/qris/${id}/qr-code`,
      qrImage: expect.any(String),
      storeId: "Kemang",
      terminalId: "kemang-01",
      additionalInfo: { acquirer: "gopay" },
    });
    expect(readQrImage(Buffer.from(json.qrImage, "base64"))).toBe(qr);
    const picture = await fetch(json.qrUrl);
    expect(readQrImage(new Uint8Array(await picture.arrayBuffer()))).toBe(qr);
  });

  test.each<[string, object, number, string]>([
    ["no amount", { amount: undefined }, 400, "4004702"],
    ["an amount without decimals", { amount: money("15000") }, 404, "4044713"],
    ["a part of a rupiah", { amount: money("15000.50") }, 404, "4044713"],
    ["nothing to pay", { amount: money("0.00") }, 404, "4044713"],
    ["another currency", { amount: { value: "1.00", currency: "SGD" } }, 404, "4044713"],
    ["another merchant", { merchantId: "other" }, 404, "4044708"],
    ["an unknown acquirer", { additionalInfo: { acquirer: "dana" } }, 400, "4004701"],
    ["a reference that is too long", { partnerReferenceNo: "x".repeat(37) }, 400, "4004701"],
    ["a terminal that is too long", { terminalId: "x".repeat(17) }, 400, "4004701"],
    ["an end that is no time", { validityPeriod: "tomorrow" }, 400, "4004701"],
    ["an end without an offset", { validityPeriod: "2026-01-01T08:00:00" }, 400, "4004701"],
    ["an end in 18 seconds", { validityPeriod: "2026-01-01T07:00:18+07:00" }, 400, "4004701"],
    ["an end after 181 days", { validityPeriod: "2026-07-01T07:00:00+07:00" }, 400, "4004701"],
  ])("refuses %s", async (_, more, status, code) => {
    expect(codeOf(await generate("a", more))).toEqual([status, code]);
  });

  test("refuses what is no JSON", async () => {
    expect(codeOf(await client.call("generate", token, "{"))).toEqual([400, "4004700"]);
  });

  test("ends when it was told to, and after fifteen minutes by itself", async () => {
    await generate("a", { validityPeriod: "2026-01-01T09:00:00+07:00", additionalInfo: { acquirer: "AIRPAY SHOPEE" } });
    await generate("b");
    expect(sandbox.midtrans.find("a")).toMatchObject({ expiresAt: Date.UTC(2026, 0, 1, 2), acquirer: "airpay shopee" });
    expect(sandbox.midtrans.find("b")?.expiresAt).toBe(Date.UTC(2026, 0, 1, 0, 15));
  });

  test("under an id that the Core API charged refuses", async () => {
    sandbox.midtrans.seed({
      standing: "pending",
      order: {
        orderId: "a",
        amount: 5_000 as never,
        acquirer: "gopay",
        validForMs: 60_000,
        notify: [],
        customFields: {},
      },
    });
    expect(codeOf(await generate("a"))).toEqual([409, "4094701"]);
    expect((await query({ originalExternalId: "a" })).json.latestTransactionStatus).toBe("07");
  });
});

test("the Core API knows what was made over BI-SNAP only when it is told where to look", async () => {
  const { json: made } = await generate("a");
  const core = caller(sandbox);
  expect((await core("GET", "/v2/a/status")).json.status_code).toBe("404");
  const source = { "transaction-source": "SNAP_API" };
  expect((await core("GET", `/v2/${made.referenceNo}/status`, undefined, source)).json.status_code).toBe("201");
  expect((await core("POST", "/v2/a/cancel")).json.status_code).toBe("404");
  expect((await core("POST", "/v2/a/cancel", undefined, source)).json.status_code).toBe("200");
});

describe("query", () => {
  test.each([
    ["03", () => undefined],
    ["05", () => sandbox.midtrans.cancel("a")],
    ["08", () => sandbox.midtrans.expire("a")],
  ])("by external id says %s, and Midtrans' own number not before it is paid", async (state, move) => {
    await generate("a");
    move();
    const { status, json } = await query({ originalExternalId: "a" });
    expect(status).toBe(200);
    expect(json).toMatchObject({ responseCode: "2005100", originalExternalId: "a", latestTransactionStatus: state });
    expect(json).not.toHaveProperty("originalReferenceNo");
  });

  test("of a payment tells amount and time, in Indonesia, without an offset", async () => {
    const { json: made } = await generate("a");
    expect(await tell(sandbox, "pay", { qr: made.qrContent, issuer: "dana" })).toMatchObject({
      paid: true,
      amount: 15_000,
    });
    const expected = {
      latestTransactionStatus: "00",
      originalReferenceNo: made.referenceNo,
      paidTime: "2026-01-01T07:00:00",
      amount: money("15000.00"),
      serviceCode: "47",
    };
    for (const by of [
      { originalExternalId: "a" },
      { originalPartnerReferenceNo: "a" },
      { originalReferenceNo: made.referenceNo },
    ])
      expect((await query(by)).json).toMatchObject({ ...by, ...expected });
  });

  test("of nothing says that it is not found; one that names nothing is refused", async () => {
    expect((await query({ originalExternalId: "a" })).json).toMatchObject({
      responseCode: "2005100",
      latestTransactionStatus: "07",
    });
    expect(codeOf(await query({}))).toEqual([400, "4005102"]);
    expect(codeOf(await query({ originalExternalId: "a" }, { serviceCode: undefined }))).toEqual([400, "4005102"]);
  });
});

describe("cancel", () => {
  test("answers as documented, once", async () => {
    const { json: made } = await generate("a");
    expect((await cancel({ originalReferenceNo: made.referenceNo })).json).toEqual({
      responseCode: "2007700",
      responseMessage: "Successful",
      originalPartnerReferenceNo: "a",
      originalReferenceNo: made.referenceNo,
      originalExternalId: "a",
      cancelTime: "2026-01-01T07:00:00",
      transactionDate: "2026-01-01 07:00:00",
    });
    expect(codeOf(await cancel({ originalExternalId: "a" }))).toEqual([404, "4047700"]);
    expect((await query({ originalExternalId: "a" })).json).toMatchObject({
      latestTransactionStatus: "05",
      serviceCode: "77",
    });
  });

  test("of nothing, and without a reason, is refused", async () => {
    expect(codeOf(await cancel({ originalExternalId: "a" }))).toEqual([404, "4047701"]);
    await generate("b");
    expect(codeOf(await cancel({ originalExternalId: "b" }, { reason: undefined }))).toEqual([400, "4007702"]);
    expect(codeOf(await cancel({ originalExternalId: "b" }, { merchantId: "other" }))).toEqual([404, "4047708"]);
  });
});

describe("notifications", () => {
  type Heard = { readonly json: Json; readonly request: HttpRequest };
  async function listen() {
    const heard: Heard[] = [];
    const merchant = await startMerchant((json, request) => {
      heard.push({ json, request });
      return { status: 200, body: {} };
    });
    const url = merchant.url.replace("/hook", "/shop/");
    const answer = await fetch(`${sandbox.url}/sandbox/snap/notification-url`, {
      method: "POST",
      body: JSON.stringify({ url }),
    });
    expect(answer.status).toBe(200);
    return { heard, merchant };
  }
  function isGenuine({ request }: Heard): boolean {
    const { "x-timestamp": timestamp, "x-signature": signature = "" } = request.headers;
    const minified = JSON.stringify(JSON.parse(Buffer.from(request.body).toString())).replaceAll("/", "\\/");
    const digest = createHash("sha256").update(minified).digest("hex");
    const text = `POST:/v1.0/qr/qr-mpm-notify:${digest}:${timestamp}`;
    return createVerify("RSA-SHA256").update(text).verify(sandbox.snap.providerPublicKey, signature, "base64");
  }

  test("of a charge and its payment come to the dashboard's address, signed", async () => {
    const { heard, merchant } = await listen();
    const { json: made } = await generate("a", { storeId: "A/B" });
    await tell(sandbox, "pay", { qr: made.qrContent, issuer: "dana" });
    clock.pass(0);
    await merchant.until(2);
    const paid = heard.find(({ json }) => json.latestTransactionStatus === "00");
    expect(paid?.json).toEqual({
      originalReferenceNo: made.referenceNo,
      originalPartnerReferenceNo: "a",
      latestTransactionStatus: "00",
      transactionStatusDesc: "success",
      amount: money("15000.00"),
      externalStoreID: "A/B",
      additionalInfo: { qris: { issuerName: "dana", acquirerName: "gopay", transactionType: "OFF-US" } },
    });
    expect(paid?.request.path).toBe("/shop/v1.0/qr/qr-mpm-notify");
    expect(paid?.request.headers).toMatchObject({
      "x-partner-id": sandbox.snap.partnerId,
      "x-external-id": expect.stringMatching(/^\d{20}$/),
      "x-timestamp": "2026-01-01T07:00:00+07:00",
    });
    expect(heard.map(isGenuine)).toEqual([true, true]);
  });

  test.each<[string, Parameters<SandboxWithPhone["faults"]["arm"]>[0], boolean, object]>([
    ["forged", { fault: "forge" }, false, {}],
    [
      "altered",
      { fault: "alter", fields: { latestTransactionStatus: "00" } },
      false,
      { latestTransactionStatus: "00" },
    ],
    ["of another amount", { fault: "wrong-amount", amount: 7 }, true, { amount: money("7.00") }],
    [
      "of another amount than signed",
      { fault: "wrong-amount", amount: 7, signed: false },
      false,
      { amount: money("7.00") },
    ],
  ])("can be %s", async (_, fault, genuine, fields) => {
    const { heard, merchant } = await listen();
    sandbox.faults.arm(fault);
    await generate("a");
    clock.pass(0);
    await merchant.until(1);
    expect(heard.map(isGenuine)).toEqual([genuine]);
    expect(heard[0]?.json).toMatchObject(fields);
  });

  test("go nowhere before there is an address, and an address must be one", async () => {
    await generate("a");
    clock.pass(0);
    expect(sandbox.notifier.deliveries()).toEqual([]);
    const answer = await fetch(`${sandbox.url}/sandbox/snap/notification-url`, { method: "POST", body: '{"url":"x"}' });
    expect(answer.status).toBe(400);
  });
});

describe("faults", () => {
  test("a token can be lost in the middle", async () => {
    sandbox.faults.arm({ fault: "token-expired", on: "charge", times: 1 });
    expect(codeOf(await generate("a"))).toEqual([401, "4014701"]);
    token = (await client.token()).json.accessToken;
    expect(codeOf(await generate("a"))).toEqual([200, "2004700"]);
  });

  test.each([
    ["4034704", [403, "4034704"]],
    ["429", [429, "4294700"]],
  ])("a call can be refused with %s", async (code, told) => {
    sandbox.faults.arm({ fault: "refuse", on: "charge", code });
    expect(codeOf(await generate("a"))).toEqual(told);
    expect(sandbox.midtrans.find("a")).toBeUndefined();
  });

  test("an answer can be lost: the charge is made, and its id used up", async () => {
    sandbox.faults.arm({ fault: "lost-answer", on: "charge", times: 1 });
    await expect(generate("a")).rejects.toThrow();
    expect(sandbox.midtrans.find("a")?.standing).toBe("pending");
    expect(codeOf(await generate("a"))).toEqual([409, "4094700"]);
  });

  test.each([
    [{}, ["qrUrl", "qrImage"]],
    [{ left: "url" }, ["qrUrl"]],
    [{ left: "image" }, ["qrImage"]],
  ] as const)("the code's text can be missing: %j", async (knob, fields) => {
    sandbox.faults.arm({ fault: "no-qr-string", ...knob });
    const { json } = await generate("a");
    expect(json.qrContent).toBeNull();
    expect(Object.keys(json).filter((name) => /^qr(Url|Image)$/.test(name))).toEqual(fields);
  });

  test("the token's own call can fail, and a charge be denied", async () => {
    sandbox.faults.arm({ fault: "error", on: "token", http: 503, times: 1 });
    expect((await client.token()).status).toBe(503);
    sandbox.faults.arm({ fault: "deny", times: 1 });
    expect(codeOf(await generate("a"))).toEqual([403, "4034703"]);
  });
});
