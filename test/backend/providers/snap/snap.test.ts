import qrcode from "qrcode";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Http, openHttp } from "../../../../backend/providers/http.ts";
import type { PaymentProvider } from "../../../../backend/providers/provider.ts";
import { type MidtransSnapOptions, midtransSnap } from "../../../../backend/providers/snap/snap.ts";
import { type Facts, type Log, silentLog } from "../../../../host/log.ts";
import { Secret } from "../../../../host/secret.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { isCallBy, isTokenRequestBy } from "../../../../sandbox/snap/signature.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { attempt, type Json, REFERENCE, without } from "../midtrans/samples.ts";
import { type Heard, type Reply, type TapeServer, tapeServer } from "../midtrans/tape-server.ts";
import { CREDENTIALS, fixture } from "./samples.ts";

const QR = "00020101021226620014COM.GO-JEK.WWW6304A623";
const NUMBER = "2020102977770000000009";
const NEVER = new AbortController().signal;
const TOKEN_LINE = "POST /v1.0/access-token/b2b";
const GENERATE = "POST /v1.0/qr/qr-mpm-generate";
const QUERY = "POST /v1.0/qr/qr-mpm-query";
const CANCEL = "POST /v1.0/qr/qr-mpm-cancel";

let clock: VirtualClock;
let http: Http;
let server: TapeServer | undefined;

beforeEach(() => {
  clock = new VirtualClock();
  http = openHttp({ clock });
});
afterEach(async () => {
  await http.close();
  await server?.close();
  server = undefined;
});

/** Chance that never says the same twice. */
function counting(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return (count % 97) / 97;
  };
}

const open = (baseUrl: string, rest: Partial<MidtransSnapOptions> = {}): PaymentProvider =>
  midtransSnap({ ...CREDENTIALS, baseUrl, http, clock, random: counting(), log: silentLog, ...rest });

const TOKEN: Reply = { body: fixture("token-2026") };
const charged: Json = { ...fixture("generate-2024"), partnerReferenceNo: REFERENCE, qrContent: QR };
const PENDING: Reply = {
  body: {
    ...without(fixture("query-2025"), "originalReferenceNo", "originalPartnerReferenceNo", "paidTime"),
    originalExternalId: REFERENCE,
    latestTransactionStatus: "03",
  },
};
const saying = (responseCode: string): Reply => ({
  status: Number(responseCode.slice(0, 3)),
  body: { responseCode, responseMessage: "no" },
});

/** A provider whose Midtrans hands out tokens and else plays `tape`. */
async function against(
  tape: readonly Reply[] | ((heard: Heard) => Reply),
  rest: Partial<MidtransSnapOptions> = {},
): Promise<PaymentProvider> {
  const left = typeof tape === "function" ? [] : [...tape];
  server = await tapeServer((heard) => {
    if (typeof tape === "function") return tape(heard);
    return heard.line === TOKEN_LINE ? TOKEN : (left.shift() ?? { status: 599, body: "the tape is over" });
  });
  return open(server.url, rest);
}
const heard = (line: string, nth = 0): Heard => {
  const one = server?.heard.filter((each) => each.line === line)[nth];
  if (one === undefined) throw new Error(`${line} was not heard ${nth + 1} times`);
  return one;
};
const lines = (): string[] => server?.lines() ?? [];
const headerOf = ({ headers }: Heard, name: string): string => String(headers[name]);

describe("an access token", () => {
  test("is asked for with the client's id, signed with the merchant's key, the hour in Indonesia", async () => {
    const provider = await against([{ body: charged }]);
    await provider.charge(attempt, NEVER);
    const asked = heard(TOKEN_LINE);
    expect(asked.json).toEqual({ grantType: "client_credentials" });
    expect(asked.headers).toMatchObject({
      "content-type": "application/json",
      "x-client-key": SNAP_KEYS.clientId,
      "x-timestamp": "2026-01-01T07:00:00+07:00",
    });
    const { clientId, merchant } = SNAP_KEYS;
    const signature = headerOf(asked, "x-signature");
    expect(isTokenRequestBy(clientId, "2026-01-01T07:00:00+07:00", signature, merchant.publicKey)).toBe(true);
  });

  test("serves all calls of its time", async () => {
    const provider = await against([{ body: charged }, PENDING, PENDING]);
    await provider.charge(attempt, NEVER);
    await Promise.all([provider.standing(attempt, NEVER), provider.standing(attempt, NEVER)]);
    expect(lines().filter((line) => line === TOKEN_LINE)).toHaveLength(1);
  });

  test.each(["4014701", "4014703"])(
    "that is refused with %s in the middle is renewed, and the call made again",
    async (code) => {
      const tokens = ["first", "second"];
      const replies = [saying(code), { body: charged }];
      const provider = await against((one) => {
        if (one.line !== TOKEN_LINE) return replies.shift() ?? "hang-up";
        return { body: { ...fixture("token-2026"), accessToken: tokens.shift() } };
      });
      expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", qr: QR });
      expect(lines()).toEqual([TOKEN_LINE, GENERATE, TOKEN_LINE, GENERATE]);
      const [first, second] = [heard(GENERATE, 0), heard(GENERATE, 1)];
      expect(second.json).toEqual(first.json);
      expect(second.headers["x-external-id"]).toBe(REFERENCE);
      expect([first, second].map((one) => headerOf(one, "authorization"))).toEqual(["Bearer first", "Bearer second"]);
    },
  );

  test("that is refused twice is a refusal: a later attempt may have better luck", async () => {
    const provider = await against((one) => (one.line === TOKEN_LINE ? TOKEN : saying("4014701")));
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "refused",
      retriable: true,
      because: "unavailable",
    });
    expect(lines()).toEqual([TOKEN_LINE, GENERATE, TOKEN_LINE, GENERATE]);
  });

  test.each<[string, Reply]>([
    ["breaks off", "hang-up"],
    ["says nothing that can be read", { status: 401, body: "<html>no</html>" }],
    ["is refused for another reason", saying("4014700")],
    ["fails at Midtrans", saying("5004701")],
  ])("is not renewed, and nothing sent twice, when the call %s", async (_, reply) => {
    const provider = await against([reply]);
    await provider.charge(attempt, NEVER);
    expect(lines()).toEqual([TOKEN_LINE, GENERATE]);
  });

  test.each<[string, Reply, boolean, string]>([
    ["refuses the signature", saying("4017300"), false, "misconfigured"],
    ["has trouble", { status: 500, body: fixture("token-error-2026") }, true, "unavailable"],
    ["has too much to do", saying("4297300"), true, "unavailable"],
    ["is silent", "hang-up", true, "unavailable"],
    ["gives none", { body: without(fixture("token-2026"), "accessToken") }, true, "unavailable"],
  ])("cannot be had when Midtrans %s: nothing is charged, and that is sure", async (_, reply, retriable, because) => {
    const provider = await against(() => reply);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "refused", retriable, because });
    expect((await provider.standing(attempt, NEVER)).is).toBe("unclear");
    expect(new Set(lines())).toEqual(new Set([TOKEN_LINE]));
  });
});

describe("a charge", () => {
  test("asks for a code with everything the operator will look for at Midtrans", async () => {
    const provider = await against([{ body: charged }], { site: "Kemang Raya" });
    await provider.charge(attempt, NEVER);
    expect(heard(GENERATE).json).toEqual({
      partnerReferenceNo: REFERENCE,
      amount: { value: "17000.00", currency: "IDR" },
      merchantId: "00007100010926",
      storeId: "Kemang Raya",
      terminalId: "kemang-01",
      validityPeriod: "2026-01-01T07:15:00+07:00",
      additionalInfo: {
        acquirer: "GOPAY",
        items: [
          { id: "water", name: "Air mineral", price: { value: "5000.00", currency: "IDR" }, quantity: "2" },
          { id: "tea", name: "Teh botol", price: { value: "7000.00", currency: "IDR" }, quantity: "1" },
        ],
      },
    });
  });

  test("carries every header, and a signature over the very bytes that are sent", async () => {
    const provider = await against([{ body: charged }], { deviceId: "vending backend 1", channelId: "12345" });
    await provider.charge(attempt, NEVER);
    const { headers, bytes } = heard(GENERATE);
    const token = String(fixture("token-2026")["accessToken"]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      authorization: `Bearer ${token}`,
      "x-timestamp": "2026-01-01T07:00:00+07:00",
      "x-partner-id": "BMRI",
      "x-external-id": REFERENCE,
      "x-device-id": "vending backend 1",
      "channel-id": "12345",
    });
    const signed = { path: "/v1.0/qr/qr-mpm-generate", token, body: bytes, timestamp: "2026-01-01T07:00:00+07:00" };
    expect(isCallBy(signed, String(headers["x-signature"]), SNAP_KEYS.clientSecret)).toBe(true);
  });

  test("has a time of its own in every call", async () => {
    const provider = await against([{ body: charged }, PENDING]);
    await provider.charge(attempt, NEVER);
    clock.pass(61_000);
    await provider.standing(attempt, NEVER);
    expect(headerOf(heard(QUERY), "x-timestamp")).toBe("2026-01-01T07:01:01+07:00");
  });

  test("at Shopee names it, and a stand with a long name is no terminal", async () => {
    const provider = await against([{ body: charged }], { acquirer: "airpay shopee" });
    const stand = "a-stand-with-a-long-name" as typeof attempt.stand;
    await provider.charge({ ...attempt, stand, validForMs: 200 * 86_400_000 }, NEVER);
    expect(heard(GENERATE).json).toMatchObject({
      additionalInfo: { acquirer: "AIRPAY SHOPEE" },
      validityPeriod: "2026-06-30T07:00:00+07:00",
    });
    expect(heard(GENERATE).json).not.toHaveProperty("terminalId");
    expect(heard(GENERATE).json).not.toHaveProperty("storeId");
  });

  test("is an offer when Midtrans says so", async () => {
    const provider = await against([{ body: charged }]);
    expect(await provider.charge(attempt, NEVER)).toEqual({
      is: "issued",
      qr: QR,
      transaction: NUMBER,
      expiresAt: Date.UTC(2026, 0, 1, 0, 15),
    });
  });

  test("whose items do not add up is refused here, and Midtrans is not asked", async () => {
    const provider = await against([]);
    const outcome = await provider.charge({ ...attempt, amount: rupiah(16_999) }, NEVER);
    expect(outcome).toMatchObject({ is: "refused", retriable: false, because: "bad-amount" });
    expect(lines()).toEqual([]);
  });

  test.each<[string, Reply]>([
    ["the connection breaks", "hang-up"],
    ["a gateway answers with a page", { status: 502, body: "<html>bad gateway</html>" }],
    ["the answer has no code", { status: 503, body: { error: "later" } }],
    ["the code has eight digits", { body: { ...charged, responseCode: "20047000" } }],
    ["the answer is longer than any of Midtrans'", { body: { ...charged, padding: "x".repeat(1_100_000) } }],
    ["the external id was used before", saying("4094700")],
    ["the reference was processed before", saying("4094701")],
    ["it is still on process", saying("2024700")],
  ])("is unclear when %s", async (_, reply) => {
    const provider = await against([reply]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });

  test("is unclear when Midtrans keeps silent for 15 seconds", async () => {
    const provider = await against((one) => {
      if (one.line === TOKEN_LINE) return TOKEN;
      clock.pass(15_000);
      return { body: charged };
    });
    expect(await provider.charge(attempt, NEVER)).toEqual({
      is: "unclear",
      detail: "silent: no full answer within 15000 ms",
    });
  });

  test("goes by the code in the body, not by HTTP's", async () => {
    const provider = await against([{ status: 500, body: charged }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued" });
  });
});

describe("a charge without its QR text", () => {
  const picture = (): Promise<Buffer> => qrcode.toBuffer(QR, { scale: 4 });
  const withoutText = (more: Json): Json => ({ ...without(charged, "qrUrl", "qrImage"), qrContent: null, ...more });
  const issued = { is: "issued", qr: QR, transaction: NUMBER };

  test("is read from the picture in the answer, and nothing is fetched", async () => {
    const qrImage = (await picture()).toString("base64");
    const provider = await against([{ body: withoutText({ qrImage, qrUrl: "https://api.midtrans.com/x" }) }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject(issued);
    expect(lines()).toEqual([TOKEN_LINE, GENERATE]);
  });

  test.each([
    ["there is none in the answer", {}],
    ["the one in the answer shows none", { qrImage: "TWFuIGlz" }],
  ])("is read from the picture at its address when %s", async (_, more) => {
    const png = await picture();
    const provider = await against((one) => {
      if (one.line === TOKEN_LINE) return TOKEN;
      if (one.line === GENERATE) return { body: withoutText({ ...more, qrUrl: `${server?.url}/qr.png` }) };
      return { body: png };
    });
    expect(await provider.charge(attempt, NEVER)).toMatchObject(issued);
    expect(heard("GET /qr.png").headers).not.toHaveProperty("authorization");
  });

  test.each([
    ["lies with somebody else, who is not asked", { qrUrl: "http://192.0.2.1/qr.png" }],
    ["has no address that is one", { qrUrl: "https: //qrurl?img=12345" }],
    ["is nowhere", {}],
    ["is no picture", { qrImage: "TWFuIGlzIGRpc3Rpbmd1aXNoZWQ=" }],
  ])("is unclear when the picture %s", async (_, more) => {
    const provider = await against([{ body: withoutText(more) }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
    expect(lines()).toEqual([TOKEN_LINE, GENERATE]);
  });
});

describe("a standing", () => {
  test("is asked for by our external id until Midtrans' own number is known, then by that", async () => {
    const paid = { ...fixture("query-2025"), originalPartnerReferenceNo: REFERENCE, originalExternalId: REFERENCE };
    const provider = await against([{ body: paid }, { body: without(paid, "originalExternalId") }]);
    expect(await provider.standing(attempt, NEVER)).toMatchObject({ is: "settled" });
    expect(await provider.standing(attempt, NEVER)).toMatchObject({ is: "settled" });
    const common = { merchantId: "00007100010926", serviceCode: "47" };
    expect(heard(QUERY, 0).json).toEqual({ originalExternalId: REFERENCE, ...common });
    expect(heard(QUERY, 1).json).toEqual({ originalReferenceNo: NUMBER, ...common });
  });

  test("has an external id of its own every time", async () => {
    const provider = await against([PENDING, PENDING]);
    await provider.standing(attempt, NEVER);
    await provider.standing(attempt, NEVER);
    const ids = [heard(QUERY, 0), heard(QUERY, 1)].map((one) => headerOf(one, "x-external-id"));
    expect(new Set([...ids, REFERENCE]).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[A-Z0-9]{26}$/);
  });

  test("after a charge that was lost is asked for by the id it was made with: only not-found makes a new one", async () => {
    const notFound: Reply = {
      body: {
        ...fixture("query-2025"),
        originalPartnerReferenceNo: REFERENCE,
        originalExternalId: REFERENCE,
        latestTransactionStatus: "07",
      },
    };
    const provider = await against(["hang-up", PENDING, notFound]);
    expect((await provider.charge(attempt, NEVER)).is).toBe("unclear");
    expect(await provider.standing(attempt, NEVER)).toEqual({ is: "pending", transaction: REFERENCE });
    expect(await provider.standing(attempt, NEVER)).toEqual({ is: "unknown" });
    expect(heard(QUERY).json).toMatchObject({ originalExternalId: REFERENCE });
  });

  test("that speaks of another's transaction is unclear, and its number is not learned", async () => {
    const other = { ...fixture("query-2025"), originalExternalId: REFERENCE };
    const provider = await against([{ body: other }, PENDING]);
    expect((await provider.standing(attempt, NEVER)).is).toBe("unclear");
    await provider.standing(attempt, NEVER);
    expect(heard(QUERY, 1).json).toMatchObject({ originalExternalId: REFERENCE });
  });
});

describe("a void", () => {
  const cancelled: Json = {
    ...fixture("cancel-2025"),
    originalPartnerReferenceNo: REFERENCE,
    originalExternalId: REFERENCE,
  };

  test("cancels, with the reason that Midtrans asks for", async () => {
    const provider = await against([{ body: cancelled }]);
    expect(await provider.void(attempt, NEVER)).toEqual({ is: "cancelled", transaction: NUMBER });
    expect(heard(CANCEL).json).toEqual({
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
    const told = { ...fixture("query-2025"), originalPartnerReferenceNo: REFERENCE, originalExternalId: REFERENCE };
    const provider = await against([saying("4047700"), { body: { ...told, latestTransactionStatus } }]);
    expect((await provider.void(attempt, NEVER)).is).toBe(standing);
    expect(lines()).toEqual([TOKEN_LINE, CANCEL, QUERY]);
  });

  test("that is refused while the charge is pending is unclear", async () => {
    const provider = await against([saying("4057701"), PENDING]);
    expect(await provider.void(attempt, NEVER)).toMatchObject({
      is: "unclear",
      detail: expect.stringContaining("4057701"),
    });
  });

  test("without an answer is unclear", async () => {
    const provider = await against(["hang-up"]);
    expect((await provider.void(attempt, NEVER)).is).toBe("unclear");
  });
});

describe("options that cannot work are refused at once", () => {
  test.each<[string, Partial<MidtransSnapOptions>]>([
    ["an address at which keys would travel unencrypted", { baseUrl: "http://merchants.midtrans.com" }],
    ["a private key that is none", { privateKey: new Secret("hello") }],
    ["a public key that is none", { providerPublicKey: "hello" }],
    ["a channel that is no five digits", { channelId: "1234" }],
    ["a client id that no header can carry", { clientId: "a\r\nb" }],
    ["no partner id", { partnerId: "" }],
    ["a device id that no header can carry", { deviceId: "a\nb" }],
  ])("%s", (_, options) => {
    expect(() => open("http://127.0.0.1:1", options)).toThrow(RangeError);
  });

  test.each([
    ["https://merchants.midtrans.com", false],
    ["https://merchants.sbx.midtrans.com", true],
    ["http://127.0.0.1:1", true],
  ])("%s is for tests: %s", (baseUrl, isTest) => {
    expect(open(baseUrl).isTest).toBe(isTest);
  });
});

test("nothing that is secret, and no body, is in the log", async () => {
  const told: string[] = [];
  const note = (what: string, facts?: Facts): void => void told.push(`${what} ${JSON.stringify(facts)}`);
  const log: Log = { ...silentLog, debug: note, info: note, warn: note, error: note, child: () => log };
  const provider = await against([{ body: charged }, "hang-up"], { log });
  await provider.charge(attempt, NEVER);
  await provider.standing(attempt, NEVER);
  const text = told.join("\n");
  expect(text).toContain("2004700");
  expect(text).toContain(REFERENCE);
  for (const secret of [SNAP_KEYS.clientSecret, String(fixture("token-2026")["accessToken"]), QR, "PRIVATE KEY"]) {
    expect(text).not.toContain(secret);
  }
});
