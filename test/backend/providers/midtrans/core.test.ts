import qrcode from "qrcode";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Http, openHttp } from "../../../../backend/providers/http.ts";
import { type MidtransCoreOptions, midtransCore } from "../../../../backend/providers/midtrans/core.ts";
import { signNotification } from "../../../../backend/providers/midtrans/signature.ts";
import type { PaymentProvider } from "../../../../backend/providers/provider.ts";
import { type Facts, type Log, silentLog } from "../../../../host/log.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { attempt, charged, fixture, ORDER, REFERENCE, SERVER_KEY, settled, without } from "./samples.ts";
import { type Heard, type Reply, type TapeServer, tapeServer } from "./tape-server.ts";

const QR = "00020101021226620014COM.GO-JEK.WWW6304A623";
const QR_PATH = "/v2/qris/1015a919-b03f-450a-bc85-b38202a79a96/qr-code";
const NEVER = new AbortController().signal;

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

const open = (baseUrl: string, rest: Partial<MidtransCoreOptions> = {}): PaymentProvider =>
  midtransCore({ serverKeys: () => [SERVER_KEY], baseUrl, notificationUrls: [], http, clock, log: silentLog, ...rest });

/** A provider whose Midtrans plays `tape`. */
async function against(tape: readonly Reply[] | ((heard: Heard) => Reply), rest: Partial<MidtransCoreOptions> = {}) {
  server = await tapeServer(tape);
  return open(server.url, rest);
}
const heard = (at = 0): Heard => {
  const one = server?.heard[at];
  if (one === undefined) throw new Error(`nothing was heard at ${at}`);
  return one;
};
const lines = (): string[] => server?.lines() ?? [];

const PENDING = { body: charged };
const SETTLED = { body: settled };
const CANCELLED = { body: { ...settled, transaction_status: "cancel" } };
const EXPIRED = { body: { ...settled, status_code: "407", transaction_status: "expire" } };
const refusing = (status_code: string): Reply => ({ body: { status_code, status_message: "no", id: "a-request" } });

describe("a charge", () => {
  test("asks for a QRIS charge with everything the operator will look for at Midtrans", async () => {
    const provider = await against([PENDING], { site: "Kemang Raya" });
    await provider.charge(attempt, NEVER);
    expect(heard().line).toBe("POST /v2/charge");
    expect(heard().json).toEqual({
      payment_type: "qris",
      transaction_details: { order_id: REFERENCE, gross_amount: 17_000 },
      item_details: [
        { id: "water", name: "Air mineral", price: 5_000, quantity: 2 },
        { id: "tea", name: "Teh botol", price: 7_000, quantity: 1 },
      ],
      qris: { acquirer: "gopay" },
      custom_expiry: { expiry_duration: 15, unit: "minute" },
      custom_field1: "kemang-01",
      custom_field2: ORDER,
      custom_field3: "Kemang Raya",
    });
  });

  test("carries the key as Basic authorisation with an empty password, and the addresses to notify", async () => {
    const notificationUrls = ["https://one.example/midtrans", "https://two.example/midtrans"];
    const provider = await against([PENDING], { notificationUrls });
    await provider.charge(attempt, NEVER);
    expect(heard().headers).toMatchObject({
      accept: "application/json",
      "content-type": "application/json",
      authorization: `Basic ${btoa("SB-Mid-server-for-these-tests:")}`,
      "x-override-notification": "https://one.example/midtrans,https://two.example/midtrans",
    });
  });

  test("without addresses leaves the notifications to the dashboard", async () => {
    const provider = await against([PENDING]);
    await provider.charge(attempt, NEVER);
    expect(heard().headers).not.toHaveProperty("x-override-notification");
  });

  test.each([
    [60_000, "gopay", 15],
    [900_001, "gopay", 16],
    [30 * 86_400_000, "gopay", 10_080],
    [30 * 86_400_000, "airpay shopee", 7_200],
  ] as const)("valid for %i ms at %s ends there after %i minutes", async (validForMs, acquirer, expiry_duration) => {
    const provider = await against([PENDING], { acquirer });
    await provider.charge({ ...attempt, validForMs }, NEVER);
    expect(heard().json).toMatchObject({ qris: { acquirer }, custom_expiry: { expiry_duration, unit: "minute" } });
  });

  test("is an offer when Midtrans says so", async () => {
    const provider = await against([PENDING]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", qr: charged["qr_string"] });
  });

  test("whose items do not add up is refused here, and Midtrans is not asked", async () => {
    const provider = await against([]);
    const outcome = await provider.charge({ ...attempt, amount: rupiah(16_999) }, NEVER);
    expect(outcome).toMatchObject({ is: "refused", retriable: false, because: "bad-amount" });
    expect(lines()).toEqual([]);
  });

  test("repeated has the same idempotency key; another attempt, and another call, has another", async () => {
    const provider = await against(() => PENDING);
    await provider.charge(attempt, NEVER);
    await provider.charge(attempt, NEVER);
    await provider.charge({ ...attempt, number: 3 }, NEVER);
    await provider.void(attempt, NEVER);
    const keys = (server?.heard ?? []).map((each) => String(each.headers["idempotency-key"]));
    const [first = "", second, third, cancel] = keys;
    expect(second).toBe(first);
    expect(new Set([first, third, cancel]).size).toBe(3);
    expect(first).toMatch(/^[\x21-\x7e]{16,36}$/);
  });

  test("may be tried again when it surely never left", async () => {
    server = await tapeServer([]);
    const provider = open(server.url);
    await server.close();
    server = undefined;
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "refused",
      retriable: true,
      because: "unavailable",
    });
  });

  test.each<[string, Reply]>([
    ["the connection breaks", "hang-up"],
    ["a gateway answers with a page", { status: 502, body: "<html>bad gateway</html>" }],
    ["the answer has no code", { status: 503, body: { error: "later" } }],
    ["the answer is longer than any of Midtrans'", { body: { ...charged, padding: "x".repeat(300_000) } }],
    ["the order was charged before", refusing("406")],
  ])("is unclear when %s", async (_, reply) => {
    const provider = await against([reply]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });

  test("goes by the code in the body, not by HTTP's", async () => {
    const provider = await against([
      { status: 500, body: charged },
      { status: 200, body: fixture("charge-deny-900") },
    ]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued" });
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "refused", retriable: true, because: "denied" });
  });

  test("is unclear when Midtrans keeps silent for 15 seconds", async () => {
    const provider = await against((one) => {
      clock.pass(one.line === "POST /v2/charge" ? 15_000 : 0);
      return PENDING;
    });
    expect(await provider.charge(attempt, NEVER)).toEqual({
      is: "unclear",
      detail: "silent: no full answer within 15000 ms",
    });
  });
});

describe("a charge without its QR text", () => {
  const pictured = (url: string, name = "generate-qr-code") => ({
    body: { ...without(charged, "qr_string"), actions: [{ name, method: "GET", url }] },
  });
  const picture = (): Promise<Buffer> => qrcode.toBuffer(QR, { scale: 4 });

  test.each(["generate-qr-code", "generate-qr-code-v2"])("is read from the picture of %s", async (name) => {
    const png = await picture();
    const provider = await against((one) =>
      one.line.startsWith("GET") ? { body: png } : pictured(`${server?.url}${QR_PATH}`, name),
    );
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", qr: QR });
    expect(lines()).toEqual(["POST /v2/charge", `GET ${QR_PATH}`]);
    expect(heard(1).headers).not.toHaveProperty("authorization");
  });

  test("is read from the second picture when the first cannot be had", async () => {
    const png = await picture();
    const actions = [
      { name: "generate-qr-code", url: "/a" },
      { name: "generate-qr-code-v2", url: "/b" },
    ];
    const provider = await against((one) => {
      if (one.line.startsWith("POST")) {
        const at = actions.map((action) => ({ ...action, url: `${server?.url}${action.url}` }));
        return { body: { ...without(charged, "qr_string"), actions: at } };
      }
      return one.line === "GET /a" ? { status: 404, body: "no" } : { body: png };
    });
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", qr: QR });
  });

  test.each<[string, Reply]>([
    ["is missing", { status: 404, body: "no" }],
    ["is no picture", { body: "<html></html>" }],
    ["is too large", { body: Buffer.alloc(600 * 1_024) }],
    ["does not arrive", "hang-up"],
  ])("is unclear when the picture %s", async (_, reply) => {
    const provider = await against((one) =>
      one.line.startsWith("GET") ? reply : pictured(`${server?.url}${QR_PATH}`),
    );
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
    expect(lines()).toHaveLength(2);
  });

  test("is unclear when the picture comes with an error, whatever it shows", async () => {
    const png = await picture();
    const provider = await against((one) =>
      one.line.startsWith("GET") ? { status: 410, body: png } : pictured(`${server?.url}${QR_PATH}`),
    );
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });

  test("is unclear when the picture lies with somebody else, who is not asked", async () => {
    const other = await tapeServer([{ body: await picture() }]);
    const elsewhere = other.url.replace("127.0.0.1", "localtest.example");
    const provider = await against([pictured(elsewhere)]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "unclear",
      detail: expect.stringContaining("is not an address of Midtrans"),
    });
    await other.close();
    expect(other.heard).toEqual([]);
  });

  test("is unclear when there is no picture either", async () => {
    const provider = await against([{ body: without(charged, "qr_string", "actions") }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });
});

describe("a standing", () => {
  test("is asked for by reference, with the key and without a body", async () => {
    const provider = await against([SETTLED]);
    expect(await provider.standing(attempt, NEVER)).toMatchObject({ is: "settled", payment: { amount: 17_000 } });
    expect(heard()).toMatchObject({ line: `GET /v2/${REFERENCE}/status`, json: undefined });
    expect(heard().headers).toHaveProperty("authorization");
    expect(heard().headers).not.toHaveProperty("idempotency-key");
  });

  test.each<[string, Reply, string]>([
    ["unknown when Midtrans does not know the order", refusing("404"), "unknown"],
    ["unclear when a server in between does not know the address", { status: 404, body: "not found" }, "unclear"],
    ["unclear when the connection breaks", "hang-up", "unclear"],
    ["unclear when Midtrans is in trouble", refusing("500"), "unclear"],
    ["pending while nobody paid", PENDING, "pending"],
    ["expired by the body's 407", EXPIRED, "expired"],
  ])("is %s", async (_, reply, expected) => {
    const provider = await against([reply]);
    expect((await provider.standing(attempt, NEVER)).is).toBe(expected);
  });

  test("is unclear when nobody is there", async () => {
    expect(await open("http://127.0.0.1:9").standing(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });

  test("is unclear as soon as the caller gives up", async () => {
    const provider = await against([SETTLED]);
    expect(await provider.standing(attempt, AbortSignal.abort())).toMatchObject({ is: "unclear" });
    expect(lines()).toEqual([]);
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
    const provider = await against(tape);
    expect((await provider.void(attempt, NEVER)).is).toBe(expected);
    expect(lines()).toEqual(calls);
  });
});

describe("the provider", () => {
  test("hears its notifications", () => {
    const texts = { order_id: REFERENCE, status_code: "200", gross_amount: "17000.00" };
    const body = Buffer.from(JSON.stringify({ ...settled, signature_key: signNotification(texts, SERVER_KEY) }));
    const heardNow = open("https://api.midtrans.com").readNotification({ path: "/", headers: {}, body });
    expect(heardNow).toMatchObject({ is: "news", reference: REFERENCE, standing: { is: "settled" } });
  });

  test("says whether its money is real", () => {
    expect(open("https://api.midtrans.com").isTest).toBe(false);
    expect(open("https://api.sandbox.midtrans.com/").isTest).toBe(true);
    expect(open("http://127.0.0.1:1").isTest).toBe(true);
    expect(open("https://api.midtrans.com", { isTest: true }).isTest).toBe(true);
  });

  test.each(["", "api.midtrans.com", "http://api.midtrans.com", "ftp://127.0.0.1", "https://api.midtrans.com/?a=1"])(
    "is not opened on %j",
    (baseUrl) => {
      expect(() => open(baseUrl)).toThrow(RangeError);
    },
  );

  test.each([
    [["https://a.example", "https://b.example", "https://c.example", "https://d.example"]],
    [["https://a.example/,b"]],
    [["https://a.example/\r\nx-evil: 1"]],
    [["a.example"]],
  ])("is not opened with the notification addresses %j", (notificationUrls) => {
    expect(() => open("https://api.midtrans.com", { notificationUrls })).toThrow(RangeError);
  });

  test("logs calls and codes, and never the key, a header or a body", async () => {
    const said: string[] = [];
    const say = (what: string, facts?: Facts): void => {
      said.push(`${what} ${JSON.stringify(facts)}`);
    };
    const log: Log = { debug: say, info: say, warn: say, error: say, child: () => log };
    const provider = await against([PENDING, refusing("500"), "hang-up"], { log });
    await provider.charge(attempt, NEVER);
    await provider.standing(attempt, NEVER);
    await provider.void(attempt, NEVER);
    expect(said).toHaveLength(3);
    expect(said[0]).toBe(`midtrans answered {"operation":"charge","reference":"${REFERENCE}","http":200,"code":"201"}`);
    expect(said.join("\n")).not.toMatch(/SB-Mid|Basic|qr_string|signature/);
  });
});
