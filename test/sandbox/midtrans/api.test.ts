import { beforeEach, describe, expect, test } from "vitest";
import { readQrImage } from "../../../backend/providers/qr-image.ts";
import { checkOffer, readQris } from "../../../protocol/qris.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import type { Payment } from "../../../sandbox/midtrans/acquirer.ts";
import { signatureOf } from "../../../sandbox/midtrans/signature.ts";
import type { Sandbox } from "../../../sandbox/midtrans/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { type Caller, caller, chargeOf, SERVER_KEY, startSandbox } from "./kit.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const payment: Payment = { issuer: "gopay", route: "on-us", amount: rupiah(15_000) };

let clock: VirtualClock;
let sandbox: Sandbox;
let call: Caller;
beforeEach(async () => {
  clock = new VirtualClock({ wall: Date.parse("2026-01-31T16:59:00Z") });
  sandbox = await startSandbox({ clock });
  call = caller(sandbox);
});

describe("POST /v2/charge", () => {
  test("answers a pending transaction with code and addresses", async () => {
    const { status, json } = await call("POST", "/v2/charge", chargeOf("order102", 789_000));
    expect(status).toBe(200);
    const { transaction_id: id } = json;
    expect(id).toMatch(UUID);
    expect(json).toEqual({
      status_code: "201",
      status_message: "QRIS transaction is created",
      transaction_id: id,
      order_id: "order102",
      merchant_id: "G490526303",
      gross_amount: "789000.00",
      currency: "IDR",
      payment_type: "qris",
      transaction_time: "2026-01-31 23:59:00",
      transaction_status: "pending",
      fraud_status: "accept",
      actions: [
        { name: "generate-qr-code", method: "GET", url: `${sandbox.url}/v2/qris/${id}/qr-code` },
        { name: "generate-qr-code-v2", method: "GET", url: `${sandbox.url}/v4/qris/${id}/qr-code` },
      ],
      acquirer: "gopay",
      qr_string: json.qr_string,
      expiry_time: "2026-02-01 00:14:00",
    });
  });

  test("offers a code that pays exactly the amount, laid out as GoPay does it", async () => {
    const { json } = await call("POST", "/v2/charge", chargeOf("a", 789_000));
    expect(checkOffer(json.qr_string, rupiah(789_000))).toBe("good");
    const read = readQris(json.qr_string);
    const ids = read.is === "good" ? read.payload.fields.map(({ id }) => id).join(" ") : "";
    expect(ids).toBe("00 01 26 51 52 53 58 59 60 61 54 62 63");
    expect(json.qr_string).not.toContain(json.transaction_id);
  });

  test("serves the same code as a picture, without a key", async () => {
    const { json } = await call("POST", "/v2/charge", chargeOf("a"));
    for (const action of json.actions) {
      const answer = await fetch(action.url);
      expect(answer.headers.get("content-type")).toBe("image/png");
      expect(readQrImage(new Uint8Array(await answer.arrayBuffer()))).toBe(json.qr_string);
    }
  });

  test("keeps to custom_expiry", async () => {
    const body = { ...chargeOf("a"), custom_expiry: { expiry_duration: 20, unit: "second" } };
    expect((await call("POST", "/v2/charge", body)).json.expiry_time).toBe("2026-01-31 23:59:20");
  });

  test.each([
    ["401", "another key", chargeOf("a"), { authorization: "Basic c29tZWJvZHk6" }],
    ["401", "no key", chargeOf("a"), { authorization: "" }],
    ["403", "a caller that takes no JSON", chargeOf("a"), { accept: "text/html" }],
    ["413", "half a JSON", '{"payment_type": "qris"', {}],
    ["413", "no body", "", {}],
    ["413", "bytes that are no text", Uint8Array.from([0x22, 0xff, 0x22]), {}],
    ["408", "a JSON that is no object", "[]", {}],
    ["402", "a payment type that is not activated", { ...chargeOf("a"), payment_type: "shopeepay" }, {}],
    ["400", "an order without amount", { payment_type: "qris", transaction_details: { order_id: "a" } }, {}],
    [
      "400",
      "four notification addresses",
      chargeOf("a"),
      { "x-override-notification": "http://a,http://b,http://c,http://d" },
    ],
    ["400", "a notification address that is none", chargeOf("a"), { "x-append-notification": "nowhere" }],
  ])("says %s in the body to %s", async (code, _what, body, headers) => {
    const answer = await call("POST", "/v2/charge", body, headers);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      status_code: code,
      status_message: expect.any(String),
      id: expect.any(String),
    });
    expect(sandbox.midtrans.transactions()).toEqual([]);
  });

  test("names what is wrong in validation_messages", async () => {
    const { json } = await call("POST", "/v2/charge", chargeOf("a", 0));
    expect(json.validation_messages).toEqual(["transaction_details.gross_amount must be greater than or equal to 1"]);
  });

  test("says 406 to an order id that is pending or paid", async () => {
    const { json } = await call("POST", "/v2/charge", chargeOf("a"));
    const again = async () => (await call("POST", "/v2/charge", chargeOf("a"))).json.status_code;
    expect(await again()).toBe("406");
    sandbox.midtrans.pay(json.transaction_id, payment);
    expect(await again()).toBe("406");
  });

  test.each(["cancel", "expire"])("takes an order id again after %s, as another transaction", async (how) => {
    const first = await call("POST", "/v2/charge", chargeOf("a"));
    await call("POST", `/v2/a/${how}`);
    const second = await call("POST", "/v2/charge", chargeOf("a"));
    expect(second.json.status_code).toBe("201");
    expect(second.json.transaction_id).not.toBe(first.json.transaction_id);
    expect((await call("GET", "/v2/a/status")).json.transaction_id).toBe(second.json.transaction_id);
  });
});

describe("GET /v2/{id}/status", () => {
  test.each([
    ["pending", "201"],
    ["settlement", "200"],
    ["expire", "407"],
    ["cancel", "200"],
    ["deny", "202"],
  ] as const)("of one that is %s says %s, signed over it", async (standing, code) => {
    const order = {
      orderId: "a",
      amount: rupiah(15_000),
      acquirer: "gopay",
      validForMs: 900_000,
      notify: [],
      customFields: {},
    } as const;
    sandbox.midtrans.seed({ standing, order });
    const { json } = await call("GET", "/v2/a/status");
    expect(json).toMatchObject({
      status_code: code,
      transaction_status: standing,
      gross_amount: "15000.00",
      signature_key: signatureOf({ orderId: "a", statusCode: code, grossAmount: "15000.00" }, SERVER_KEY),
      expiry_time: "2026-02-01 00:14:00",
    });
    expect(json.settlement_time).toBe(standing === "settlement" ? "2026-01-31 23:59:00" : undefined);
    expect(json.issuer).toBe(standing === "settlement" ? "gopay" : undefined);
  });

  test("takes the transaction id as well as the order id", async () => {
    const { json } = await call("POST", "/v2/charge", chargeOf("a"));
    expect((await call("GET", `/v2/${json.transaction_id}/status`)).json.order_id).toBe("a");
  });

  test("knows no more than it is told to remember", async () => {
    const forgetful = caller(await startSandbox({ clock, keep: 2 }));
    const codes: unknown[] = [];
    for (const order of ["a", "b", "c"]) await forgetful("POST", "/v2/charge", chargeOf(order));
    for (const order of ["a", "b", "c"]) codes.push((await forgetful("GET", `/v2/${order}/status`)).json.status_code);
    expect(codes).toEqual(["404", "201", "201"]);
  });

  test("gives back metadata and custom fields", async () => {
    await call("POST", "/v2/charge", { ...chargeOf("a"), metadata: { stand: "s1" }, custom_field2: "two" });
    expect((await call("GET", "/v2/a/status")).json).toMatchObject({ metadata: { stand: "s1" }, custom_field2: "two" });
  });

  test.each([
    ["404", "nothing", SERVER_KEY],
    ["401", "a", "wrong"],
  ])("says %s where it must", async (code, id, key) => {
    await call("POST", "/v2/charge", chargeOf("a"));
    expect((await caller(sandbox, key)("GET", `/v2/${id}/status`)).json.status_code).toBe(code);
  });
});

describe("POST /v2/{id}/cancel and /expire", () => {
  test.each([
    ["cancel", "200", "cancel"],
    ["expire", "407", "expire"],
  ])("%s of a pending transaction says %s: it went well", async (how, code, standing) => {
    await call("POST", "/v2/charge", chargeOf("a"));
    const { status, json } = await call("POST", `/v2/a/${how}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      status_code: code,
      transaction_status: standing,
      order_id: "a",
      gross_amount: "15000.00",
    });
  });

  test.each(["cancel", "expire"])("%s of what is not pending says 412 and changes nothing", async (how) => {
    const { json } = await call("POST", "/v2/charge", chargeOf("a"));
    sandbox.midtrans.pay(json.transaction_id, payment);
    expect((await call("POST", `/v2/a/${how}`)).json.status_code).toBe("412");
    expect((await call("GET", "/v2/a/status")).json.transaction_status).toBe("settlement");
  });

  test.each(["cancel", "expire"])("%s twice says 412 the second time", async (how) => {
    await call("POST", "/v2/charge", chargeOf("a"));
    await call("POST", `/v2/a/${how}`);
    expect((await call("POST", `/v2/a/${how}`)).json.status_code).toBe("412");
  });

  test.each(["cancel", "expire"])("%s of nothing says 404", async (how) => {
    expect((await call("POST", `/v2/nothing/${how}`)).json.status_code).toBe("404");
  });
});

describe("expiry", () => {
  test("comes with the scheduler, up to a minute late", async () => {
    await call("POST", "/v2/charge", { ...chargeOf("a"), custom_expiry: { expiry_duration: 30, unit: "second" } });
    clock.pass(59_999);
    expect((await call("GET", "/v2/a/status")).json.transaction_status).toBe("pending");
    clock.pass(1);
    expect((await call("GET", "/v2/a/status")).json).toMatchObject({
      transaction_status: "expire",
      status_code: "407",
    });
  });

  test("leaves alone what has time left", async () => {
    await call("POST", "/v2/charge", chargeOf("a"));
    clock.pass(14 * 60_000);
    expect((await call("GET", "/v2/a/status")).json.transaction_status).toBe("pending");
  });

  test("comes sooner by the speed", async () => {
    const fast = await startSandbox({ clock, speed: 60 });
    const { json } = await caller(fast)("POST", "/v2/charge", chargeOf("a"));
    expect(json.expiry_time).toBe("2026-01-31 23:59:15");
    clock.pass(15_000);
    expect((await caller(fast)("GET", "/v2/a/status")).json.transaction_status).toBe("expire");
  });

  test("does not follow a jump of the wall clock", async () => {
    await call("POST", "/v2/charge", chargeOf("a"));
    clock.jumpWall(86_400_000);
    clock.pass(60_000);
    expect((await call("GET", "/v2/a/status")).json.transaction_status).toBe("pending");
  });
});

describe("Idempotency-Key", () => {
  const key = { "idempotency-key": "k".repeat(46) };

  test("gives the stored answer, whatever the body says", async () => {
    const first = await call("POST", "/v2/charge", chargeOf("a"), key);
    expect(await call("POST", "/v2/charge", chargeOf("b", 99), key)).toEqual(first);
    expect(sandbox.midtrans.transactions()).toHaveLength(1);
  });

  test("is one for all calls: a cancel under the charge's key answers the charge", async () => {
    const first = await call("POST", "/v2/charge", chargeOf("a"), key);
    expect(await call("POST", "/v2/a/cancel", undefined, key)).toEqual(first);
    expect((await call("GET", "/v2/a/status")).json.transaction_status).toBe("pending");
  });

  test("stores 407 too, when expire went well", async () => {
    await call("POST", "/v2/charge", chargeOf("a"));
    await call("POST", "/v2/a/expire", undefined, key);
    expect((await call("POST", "/v2/a/expire", undefined, key)).json.status_code).toBe("407");
  });

  test("is ignored beyond 46 characters", async () => {
    const long = { "idempotency-key": "k".repeat(47) };
    await call("POST", "/v2/charge", chargeOf("a"), long);
    expect((await call("POST", "/v2/charge", chargeOf("a"), long)).json.status_code).toBe("406");
  });

  test("lasts five minutes", async () => {
    await call("POST", "/v2/charge", chargeOf("a"), key);
    clock.pass(299_999);
    expect((await call("POST", "/v2/charge", chargeOf("a"), key)).json.status_code).toBe("201");
    clock.pass(1);
    expect((await call("POST", "/v2/charge", chargeOf("a"), key)).json.status_code).toBe("406");
  });

  test("stores no errors and no denials", async () => {
    await call("POST", "/v2/charge", chargeOf("a", 0), key);
    sandbox.faults.arm({ fault: "deny", times: 1 });
    expect((await call("POST", "/v2/charge", chargeOf("a"), key)).json.transaction_status).toBe("deny");
    expect((await call("POST", "/v2/charge", chargeOf("a"), key)).json.status_code).toBe("201");
  });

  test("answers HTTP 202 while the first call is under way", async () => {
    sandbox.faults.arm({ fault: "delay", on: "charge", ms: 1_000, times: 1 });
    const first = call("POST", "/v2/charge", chargeOf("a"), key);
    await expect.poll(() => sandbox.faults.list()).toEqual([]);
    expect((await call("POST", "/v2/charge", chargeOf("a"), key)).status).toBe(202);
    clock.pass(1_000);
    expect((await first).json.status_code).toBe("201");
  });

  test("means nothing to a GET", async () => {
    await call("POST", "/v2/charge", chargeOf("a"));
    await call("GET", "/v2/a/status", undefined, key);
    await call("POST", "/v2/a/cancel");
    expect((await call("GET", "/v2/a/status", undefined, key)).json.transaction_status).toBe("cancel");
  });
});

test.each([
  ["GET", "/v2/a/b/c"],
  ["POST", "/v2/a/capture"],
] as const)("%s %s is told that there is no such thing", async (method, path) => {
  const { status, json } = await call(method, path);
  expect([status, json.status_code]).toEqual([404, "404"]);
});
