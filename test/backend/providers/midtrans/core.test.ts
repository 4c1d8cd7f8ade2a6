import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { signNotification } from "../../../../backend/providers/midtrans/signature.ts";
import { Secret } from "../../../../host/secret.ts";
import { attempt, REFERENCE, SERVER_KEY, settled } from "./samples.ts";
import { CANCELLED, EXPIRED, NEVER, PENDING, refusing, SETTLED, TapeRig } from "./tape-rig.ts";
import type { Reply } from "./tape-server.ts";

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

describe("a standing", () => {
  test("is asked for by reference, with the key and without a body", async () => {
    const provider = await rig.against([SETTLED]);
    expect(await provider.standing(attempt, NEVER)).toMatchObject({ is: "settled", payment: { amount: 17_000 } });
    expect(rig.heard()).toMatchObject({ line: `GET /v2/${REFERENCE}/status`, json: undefined });
    expect(rig.heard().headers).toHaveProperty("authorization");
    expect(rig.heard().headers).not.toHaveProperty("idempotency-key");
  });

  test.each<[string, Reply, string]>([
    ["unknown when Midtrans does not know the order", refusing("404"), "unknown"],
    ["unclear when a server in between does not know the address", { status: 404, body: "not found" }, "unclear"],
    ["unclear when the connection breaks", "hang-up", "unclear"],
    ["unclear when Midtrans is in trouble", refusing("500"), "unclear"],
    ["pending while nobody paid", PENDING, "pending"],
    ["expired by the body's 407", EXPIRED, "expired"],
  ])("is %s", async (_, reply, expected) => {
    const provider = await rig.against([reply]);
    expect((await provider.standing(attempt, NEVER)).is).toBe(expected);
  });

  test("is unclear when nobody is there", async () => {
    expect(await rig.open("http://127.0.0.1:9").standing(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });

  test("is unclear as soon as the caller gives up", async () => {
    const provider = await rig.against([SETTLED]);
    expect(await provider.standing(attempt, AbortSignal.abort())).toMatchObject({ is: "unclear" });
    expect(rig.lines()).toEqual([]);
  });
});

describe("a void", () => {
  const CANCEL = `POST /v2/${REFERENCE}/cancel`;
  const STATUS = `GET /v2/${REFERENCE}/status`;
  const EXPIRE = `POST /v2/${REFERENCE}/expire`;

  test.each<[string, Reply[], string, string[]]>([
    ["cancels", [CANCELLED], "cancelled", [CANCEL]],
    ["finds the payment that crossed it", [refusing("412"), SETTLED], "settled", [CANCEL, STATUS]],
    ["finds the charge expired", [refusing("412"), EXPIRED], "expired", [CANCEL, STATUS]],
    ["says when there was no charge", [refusing("404")], "unknown", [CANCEL]],
    ["expires what cannot be cancelled", [refusing("412"), PENDING, EXPIRED], "expired", [CANCEL, STATUS, EXPIRE]],
    ["is unclear when neither works", [refusing("412"), PENDING, refusing("412")], "unclear", [CANCEL, STATUS, EXPIRE]],
    ["is unclear when the standing is", [refusing("412"), refusing("500")], "unclear", [CANCEL, STATUS]],
    ["is unclear when Midtrans is in trouble", [refusing("500")], "unclear", [CANCEL]],
    ["is unclear when the connection breaks", ["hang-up"], "unclear", [CANCEL]],
    [
      "is unclear when the expiry's answer is lost",
      [refusing("412"), PENDING, "hang-up"],
      "unclear",
      [CANCEL, STATUS, EXPIRE],
    ],
  ])("%s", async (_, tape, expected, calls) => {
    const provider = await rig.against(tape);
    expect((await provider.void(attempt, NEVER)).is).toBe(expected);
    expect(rig.lines()).toEqual(calls);
  });
});

describe("the provider", () => {
  test("hears its notifications", () => {
    const texts = { order_id: REFERENCE, status_code: "200", gross_amount: "17000.00" };
    const body = Buffer.from(JSON.stringify({ ...settled, signature_key: signNotification(texts, SERVER_KEY) }));
    const heardNow = rig.open("https://api.midtrans.com").readNotification({ path: "/", headers: {}, body });
    expect(heardNow).toMatchObject({ is: "news", reference: REFERENCE, standing: { is: "settled" } });
  });

  test("calls with the first of its keys as they are now, and believes what any of them signed", async () => {
    let keys: readonly [Secret, ...Secret[]] = [new Secret("old")];
    const provider = await rig.against(() => SETTLED, { serverKeys: () => keys });
    await provider.standing(attempt, NEVER);
    keys = [new Secret("new"), new Secret("old")];
    await provider.standing(attempt, NEVER);
    expect([rig.header("authorization"), rig.header("authorization", 1)]).toEqual([
      `Basic ${btoa("old:")}`,
      `Basic ${btoa("new:")}`,
    ]);
    const texts = { order_id: REFERENCE, status_code: "200", gross_amount: "17000.00" };
    const heard = (key: string) => {
      const body = JSON.stringify({ ...settled, signature_key: signNotification(texts, new Secret(key)) });
      return provider.readNotification({ path: "/", headers: {}, body: Buffer.from(body) }).is;
    };
    expect(["new", "old", "other"].map(heard)).toEqual(["news", "news", "forged"]);
  });

  test("says whether its money is real", () => {
    expect(rig.open("https://api.midtrans.com").isTest).toBe(false);
    expect(rig.open("https://api.sandbox.midtrans.com/").isTest).toBe(true);
    expect(rig.open("http://127.0.0.1:1").isTest).toBe(true);
    expect(rig.open("https://api.midtrans.com", { isTest: true }).isTest).toBe(true);
  });

  test.each(["", "api.midtrans.com", "http://api.midtrans.com", "ftp://127.0.0.1", "https://api.midtrans.com/?a=1"])(
    "is not opened on %j",
    (baseUrl) => {
      expect(() => rig.open(baseUrl)).toThrow(RangeError);
    },
  );

  test.each([
    [["https://a.example", "https://b.example", "https://c.example", "https://d.example"]],
    [["https://a.example/,b"]],
    [["https://a.example/\r\nx-evil: 1"]],
    [["a.example"]],
  ])("is not opened with the notification addresses %j", (notificationUrls) => {
    expect(() => rig.open("https://api.midtrans.com", { notificationUrls })).toThrow(RangeError);
  });

  test.each([
    [
      ["https://a.example", "https://b.example", "https://c.example", "https://d.example"],
      /at most 3 addresses, not 4/,
    ],
    [["https://a.example/,b"], /is no address for notifications/],
  ])("is not opened with %j to be notified as well", (appendNotificationUrls, problem) => {
    expect(() => rig.open("https://api.midtrans.com", { appendNotificationUrls })).toThrow(problem);
  });

  test("is not opened with addresses both instead of the dashboard's and beside it", () => {
    const both = { notificationUrls: ["https://a.example"], appendNotificationUrls: ["https://b.example"] };
    expect(() => rig.open("https://api.midtrans.com", both)).toThrow(/Midtrans takes one or the other/);
  });

  test("is not opened for GoPay's own payments with ShopeePay's codes", () => {
    const odd = { paymentType: "gopay", acquirer: "airpay shopee" } as const;
    expect(() => rig.open("https://api.midtrans.com", odd)).toThrow(RangeError);
  });

  test("logs calls and codes, and never the key, a header or a body", async () => {
    const provider = await rig.against([PENDING, refusing("500"), "hang-up"], { log: rig.log() });
    await provider.charge(attempt, NEVER);
    await provider.standing(attempt, NEVER);
    await provider.void(attempt, NEVER);
    expect(rig.said).toHaveLength(3);
    expect(rig.said[0]).toBe(
      `midtrans answered {"operation":"charge","order":"${REFERENCE.slice(0, -2)}","reference":"${REFERENCE}","http":200,"code":"201"}`,
    );
    expect(rig.said.join("\n")).not.toMatch(/SB-Mid|Basic|qr_string|signature/);
  });
});
