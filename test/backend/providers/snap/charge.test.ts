import qrcode from "qrcode";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StandId } from "../../../../protocol/ids.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { isCallBy } from "../../../../sandbox/snap/signature.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { attempt, type Json, REFERENCE, without } from "../midtrans/samples.ts";
import type { Heard, Reply } from "../midtrans/tape-server.ts";
import { fixture } from "./samples.ts";
import { GENERATE, NEVER, NUMBER, PENDING, QUERY, saying, TapeRig, TOKEN, TOKEN_LINE } from "./tape-rig.ts";

const QR = "00020101021226620014COM.GO-JEK.WWW6304A623";
const charged: Json = { ...fixture("generate-2024"), partnerReferenceNo: REFERENCE, qrContent: QR };
const headerOf = ({ headers }: Heard, name: string): string => String(headers[name]);

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

describe("a charge", () => {
  test("asks for a code with everything the operator will look for at Midtrans", async () => {
    const provider = await rig.against([{ body: charged }], { site: "Kemang Raya" });
    await provider.charge(attempt, NEVER);
    expect(rig.heard(GENERATE).json).toEqual({
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
    const provider = await rig.against([{ body: charged }], { deviceId: "vending backend 1", channelId: "12345" });
    await provider.charge(attempt, NEVER);
    const { headers, bytes } = rig.heard(GENERATE);
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
    const provider = await rig.against([{ body: charged }, PENDING]);
    await provider.charge(attempt, NEVER);
    rig.clock.pass(61_000);
    await provider.standing(attempt, NEVER);
    expect(headerOf(rig.heard(QUERY), "x-timestamp")).toBe("2026-01-01T07:01:01+07:00");
  });

  test("at Shopee names it, and a stand with a long name is no terminal", async () => {
    const provider = await rig.against([{ body: charged }], { acquirer: "airpay shopee" });
    const stand = "a-stand-with-a-long-name" as typeof attempt.stand;
    await provider.charge({ ...attempt, stand, validForMs: 200 * 86_400_000 }, NEVER);
    expect(rig.heard(GENERATE).json).toMatchObject({
      additionalInfo: { acquirer: "AIRPAY SHOPEE" },
      validityPeriod: "2026-06-30T07:00:00+07:00",
    });
    expect(rig.heard(GENERATE).json).not.toHaveProperty("terminalId");
    expect(rig.heard(GENERATE).json).not.toHaveProperty("storeId");
  });

  test.each([
    [16, true],
    [17, false],
  ])("at a stand whose name has %i letters names it: %s", async (length, isNamed) => {
    const provider = await rig.against([{ body: charged }]);
    await provider.charge({ ...attempt, stand: "s".repeat(length) as StandId }, NEVER);
    const { json } = rig.heard(GENERATE);
    expect(json).toEqual(
      isNamed
        ? expect.objectContaining({ terminalId: "s".repeat(length) })
        : expect.not.objectContaining({ terminalId: expect.anything() }),
    );
  });

  test("is asked about by Midtrans' own number from then on, which is good for ever", async () => {
    const provider = await rig.against([{ body: charged }, PENDING]);
    await provider.charge(attempt, NEVER);
    await provider.standing(attempt, NEVER);
    expect(rig.heard(QUERY).json).toMatchObject({ originalReferenceNo: NUMBER });
  });

  test("is an offer when Midtrans says so", async () => {
    const provider = await rig.against([{ body: charged }]);
    expect(await provider.charge(attempt, NEVER)).toEqual({
      is: "issued",
      qr: QR,
      transaction: NUMBER,
      expiresAt: Date.UTC(2026, 0, 1, 0, 15),
    });
  });

  test("whose items do not add up is refused here, and Midtrans is not asked", async () => {
    const provider = await rig.against([]);
    const outcome = await provider.charge({ ...attempt, amount: rupiah(16_999) }, NEVER);
    expect(outcome).toMatchObject({ is: "refused", retriable: false, because: "bad-amount" });
    expect(rig.lines()).toEqual([]);
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
    const provider = await rig.against([reply]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });

  test("is unclear when Midtrans keeps silent for 15 seconds", async () => {
    const provider = await rig.against((one) => {
      if (one.line === TOKEN_LINE) return TOKEN;
      rig.clock.pass(15_000);
      return { body: charged };
    });
    expect(await provider.charge(attempt, NEVER)).toEqual({
      is: "unclear",
      detail: "silent: no full answer within 15000 ms",
    });
  });

  test("that is refused at length is told in a line", async () => {
    const provider = await rig.against([saying("4004701", "x".repeat(500))]);
    const { detail } = (await provider.charge(attempt, NEVER)) as { readonly detail: string };
    expect(detail).toMatch(/^4004701 \(invalid format\), x+$/);
    expect(detail).toHaveLength(500);
  });

  test("goes by the code in the body, not by HTTP's", async () => {
    const provider = await rig.against([{ status: 500, body: charged }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued" });
  });
});

describe("a charge without its QR text", () => {
  const picture = (): Promise<Buffer> => qrcode.toBuffer(QR, { scale: 4 });
  const withoutText = (more: Json): Json => ({ ...without(charged, "qrUrl", "qrImage"), qrContent: null, ...more });
  const issued = { is: "issued", qr: QR, transaction: NUMBER };

  test("is read from the picture in the answer, and nothing is fetched", async () => {
    const qrImage = (await picture()).toString("base64");
    const provider = await rig.against([{ body: withoutText({ qrImage, qrUrl: "https://api.midtrans.com/x" }) }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject(issued);
    expect(rig.lines()).toEqual([TOKEN_LINE, GENERATE]);
  });

  test("is unclear when the picture holds more than a code for a payment can", async () => {
    const qrImage = (await qrcode.toBuffer("0".repeat(513), { scale: 2 })).toString("base64");
    const provider = await rig.against([{ body: withoutText({ qrImage }) }]);
    expect((await provider.charge(attempt, NEVER)).is).toBe("unclear");
  });

  test("is read from a picture that comes as an address of its own", async () => {
    const qrImage = `data:image/png;base64,${(await picture()).toString("base64")}`;
    const provider = await rig.against([{ body: withoutText({ qrImage }) }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject(issued);
  });

  test.each([
    ["there is none in the answer", {}],
    ["the one in the answer shows none", { qrImage: "TWFuIGlz" }],
  ])("is read from the picture at its address when %s", async (_, more) => {
    const png = await picture();
    const provider = await rig.against((one) => {
      if (one.line === TOKEN_LINE) return TOKEN;
      if (one.line === GENERATE) return { body: withoutText({ ...more, qrUrl: `${rig.url}/qr.png` }) };
      return { body: png };
    });
    expect(await provider.charge(attempt, NEVER)).toMatchObject(issued);
    expect(rig.heard("GET /qr.png").headers).not.toHaveProperty("authorization");
  });

  test.each([
    ["lies with somebody else, who is not asked", { qrUrl: "http://192.0.2.1/qr.png" }],
    ["has no address that is one", { qrUrl: "https: //qrurl?img=12345" }],
    ["is nowhere", {}],
    ["lies at an address that only looks like Midtrans'", { qrUrl: "https://midtrans.com.example/qr.png" }],
    ["is no picture", { qrImage: "TWFuIGlzIGRpc3Rpbmd1aXNoZWQ=" }],
  ])("is unclear when the picture %s", async (_, more) => {
    const provider = await rig.against([{ body: withoutText(more) }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
    expect(rig.lines()).toEqual([TOKEN_LINE, GENERATE]);
  });
});
