import { beforeEach, describe, expect, test } from "vitest";
import { signatureOf } from "../../../sandbox/midtrans/signature.ts";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { newSnapKeys } from "../../../sandbox/snap/keys.ts";
import { SNAP_KEYS } from "../../support/snap-keys.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { startPhone, tell } from "../phone/kit.ts";
import { Client } from "../snap/kit.ts";
import {
  type Caller,
  caller,
  chargeOf,
  type Json,
  type Merchant,
  SERVER_KEY,
  seeded,
  startMerchant,
  startSandbox,
} from "./kit.ts";

const SECOND = { merchantId: "G2", serverKey: "SB-Mid-server-second" };
const secondSnapKeys = await newSnapKeys(seeded(2));

let clock: VirtualClock;
let sandbox: SandboxWithPhone;
let hooks: readonly [Merchant, Merchant];
let one: Caller;
let two: Caller;
beforeEach(async () => {
  clock = new VirtualClock();
  hooks = [await startMerchant(), await startMerchant()];
  const others = [{ ...SECOND, notificationUrl: hooks[1].url, snapKeys: secondSnapKeys }];
  sandbox = await startPhone({ clock, notificationUrl: hooks[0].url, others });
  one = caller(sandbox);
  two = caller(sandbox, SECOND.serverKey);
});

const codeOf = async (call: Promise<{ readonly json: Json }>): Promise<string> => (await call).json.status_code;
const isSignedWith = (body: Json, key: string): boolean =>
  body.signature_key ===
  signatureOf({ orderId: body.order_id, statusCode: body.status_code, grossAmount: body.gross_amount }, key);

describe("two merchants", () => {
  test("have books of their own: the same order id twice, and each sees its own", async () => {
    await one("POST", "/v2/charge", chargeOf("a", 1_000));
    expect(await codeOf(two("GET", "/v2/a/status"))).toBe("404");
    const { json } = await two("POST", "/v2/charge", chargeOf("a", 2_000));
    expect(json).toMatchObject({ status_code: "201", merchant_id: "G2" });
    expect(await codeOf(one("GET", `/v2/${json.transaction_id}/status`))).toBe("404");
    await two("POST", "/v2/a/cancel");
    expect((await one("GET", "/v2/a/status")).json).toMatchObject({
      gross_amount: "1000.00",
      transaction_status: "pending",
    });
    const shown: readonly Json[] = (await one("GET", "/sandbox/transactions")).json.transactions;
    expect(shown.map(({ merchant, gross_amount }) => [merchant, gross_amount])).toEqual([
      ["G490526303", 1_000],
      ["G2", 2_000],
    ]);
  });

  test("are notified each at its own address, with its own key", async () => {
    await one("POST", "/v2/charge", chargeOf("a", 1_000));
    await two("POST", "/v2/charge", chargeOf("a", 2_000));
    clock.pass(0);
    const [[first], [second]] = await Promise.all([hooks[0].until(1), hooks[1].until(1)]);
    expect([first.gross_amount, second.gross_amount]).toEqual(["1000.00", "2000.00"]);
    expect([isSignedWith(first, SERVER_KEY), isSignedWith(second, SECOND.serverKey)]).toEqual([true, true]);
  });

  test("have idempotency keys, refund keys and balances of their own", async () => {
    const key = { "idempotency-key": "k" };
    const seed = { transactions: [{ order_id: "a", gross_amount: 1_000, transaction_status: "settlement" }] };
    await one("POST", "/sandbox/seed", seed);
    await one("POST", "/sandbox/seed", { merchant: "G2", ...seed });
    await one("POST", "/sandbox/dashboard", { merchant: "G2", payable_balance: 0 });
    expect(await codeOf(one("POST", "/v2/a/refund", { refund_key: "r" }, key))).toBe("200");
    expect(await codeOf(two("POST", "/v2/a/refund", { refund_key: "r" }, key))).toBe("414");
    expect((await one("GET", "/sandbox/dashboard?merchant=G2")).json).toMatchObject({
      merchant: "G2",
      payable_balance: 0,
    });
    expect((await one("GET", "/sandbox/dashboard")).json).toMatchObject({ payable_balance: null });
  });

  test("are both paid by the same phone", async () => {
    const codes = [];
    for (const call of [one, two]) codes.push((await call("POST", "/v2/charge", chargeOf("a"))).json.qr_string);
    const open = (await (await fetch(`${sandbox.phone}/open`)).json()) as Json;
    expect(open.open.map(({ qr }: Json) => qr)).toEqual(codes.reverse());
    expect(await tell(sandbox, "pay", { qr: codes[0] })).toMatchObject({ paid: true });
    expect((await two("GET", "/v2/a/status")).json.transaction_status).toBe("settlement");
    expect((await one("GET", "/v2/a/status")).json.transaction_status).toBe("pending");
  });

  test("are struck apart by a fault that names one", async () => {
    sandbox.faults.arm({ fault: "refuse", code: "402", merchant: "G2" });
    expect(await codeOf(one("POST", "/v2/charge", chargeOf("a")))).toBe("201");
    expect(await codeOf(two("POST", "/v2/charge", chargeOf("a")))).toBe("402");
  });

  test("call BI-SNAP each with its own keys and tokens", async () => {
    const [first, second] = sandbox.merchants.map(({ snap }) => new Client(snap, () => clock.wall())) as [
      Client,
      Client,
    ];
    const tokens = await Promise.all([first, second].map(async (each) => (await each.token()).json.accessToken));
    const amount = { value: "5000.00", currency: "IDR" };
    const generate = async (client: Client, token: string, merchantId: string): Promise<string> =>
      (await client.call("generate", token, { amount, merchantId }, { "x-external-id": "a" })).json.responseCode;
    expect(await generate(first, tokens[0], "G490526303")).toBe("2004700");
    expect(await generate(second, tokens[0], "G2")).toBe("4014701");
    expect(await generate(second, tokens[1], "G490526303")).toBe("4044708");
    const query = { originalExternalId: "a", serviceCode: "47" };
    const { json } = await second.call("query", tokens[1], query, { "x-external-id": "q" });
    expect(json.latestTransactionStatus).toBe("07");
  });

  test("are told apart by the controls, which know no third", async () => {
    await two("POST", "/v2/charge", chargeOf("a"));
    expect((await one("POST", "/sandbox/settle", { order_id: "a", merchant: "G490526303" })).status).toBe(404);
    expect((await one("POST", "/sandbox/settle", { order_id: "a", merchant: "G3" })).status).toBe(404);
    expect((await one("POST", "/sandbox/settle", { order_id: "a" })).json).toMatchObject({ merchant: "G2" });
    expect((await one("POST", "/sandbox/dashboard", { merchant: "G3" })).status).toBe(404);
  });

  test.each([
    ["name", { merchantId: "G490526303", serverKey: "other-key" }],
    ["server key", { merchantId: "G2", serverKey: SERVER_KEY }],
    ["keys for BI-SNAP", { ...SECOND, snapKeys: SNAP_KEYS }],
  ])("may not have the same %s", async (_, other) => {
    await expect(startSandbox({ snapKeys: SNAP_KEYS, others: [other] })).rejects.toThrow("Two merchants have the same");
  });
});

describe("a new server key", () => {
  test("is good at once, the old one for a while, and notifications carry the new signature", async () => {
    await one("POST", "/v2/charge", chargeOf("a"));
    clock.pass(0);
    await hooks[0].until(1);
    const { json } = await one("POST", "/sandbox/keys/rotate", { old_valid_s: 60 });
    expect(json).toEqual({
      merchant: "G490526303",
      server_key: expect.stringMatching(/^SB-Mid-server-/),
      old_key_valid_until: "2026-01-01T00:01:00.000Z",
    });
    const renewed = caller(sandbox, json.server_key);
    expect(await codeOf(renewed("GET", "/v2/a/status"))).toBe("201");
    expect(await codeOf(one("POST", "/v2/charge", chargeOf("b")))).toBe("201");
    clock.pass(0);
    const heard = await hooks[0].until(2);
    expect([isSignedWith(heard[0], SERVER_KEY), isSignedWith(heard[1], json.server_key)]).toEqual([true, true]);
    clock.pass(59_999);
    expect(await codeOf(one("GET", "/v2/a/status"))).toBe("201");
    clock.pass(1);
    expect(await codeOf(one("GET", "/v2/a/status"))).toBe("401");
    expect(await codeOf(renewed("GET", "/v2/a/status"))).toBe("201");
  });

  test("may be chosen, but none that is in use", async () => {
    const rotate = (body: object) => one("POST", "/sandbox/keys/rotate", body);
    expect((await rotate({ merchant: "G2", server_key: "SB-Mid-server-third", old_valid_s: 0 })).status).toBe(200);
    expect(await codeOf(two("GET", "/v2/a/status"))).toBe("401");
    expect(await codeOf(caller(sandbox, "SB-Mid-server-third")("GET", "/v2/a/status"))).toBe("404");
    expect((await rotate({ server_key: "SB-Mid-server-third" })).status).toBe(409);
    expect((await rotate({ server_key: "a b" })).status).toBe(400);
    expect((await rotate({ merchant: "G3" })).status).toBe(404);
  });
});

test("a dashboard's notification address is for the charges that follow", async () => {
  await one("POST", "/sandbox/dashboard", { notification_url: hooks[1].url });
  await one("POST", "/v2/charge", chargeOf("a"));
  clock.pass(0);
  expect(await hooks[1].until(1)).toMatchObject([{ order_id: "a", merchant_id: "G490526303" }]);
  expect((await one("POST", "/sandbox/dashboard", { notification_url: "nowhere" })).status).toBe(400);
});
