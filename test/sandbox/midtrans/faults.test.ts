import { beforeEach, describe, expect, test } from "vitest";
import { checkOffer, readQris } from "../../../protocol/qris.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import type { Payment } from "../../../sandbox/midtrans/acquirer.ts";
import { Faults } from "../../../sandbox/midtrans/faults.ts";
import type { Sandbox } from "../../../sandbox/midtrans/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { type Caller, caller, chargeOf, startSandbox } from "./kit.ts";

const payment: Payment = { issuer: "gopay", route: "on-us", amount: rupiah(15_000) };

let clock: VirtualClock;
let sandbox: Sandbox;
let call: Caller;
beforeEach(async () => {
  clock = new VirtualClock();
  sandbox = await startSandbox({ clock });
  call = caller(sandbox);
});
const charge = (order = "a") => call("POST", "/v2/charge", chargeOf(order));
const known = () => sandbox.midtrans.transactions().map(({ orderId }) => orderId);

describe("faults of calls", () => {
  test("delay before: nothing is done until the time is over", async () => {
    sandbox.faults.arm({ fault: "delay", on: "charge", ms: 5_000, times: 1 });
    const answer = charge();
    await expect.poll(() => sandbox.faults.list()).toEqual([]);
    expect(known()).toEqual([]);
    clock.pass(5_000);
    expect((await answer).json.status_code).toBe("201");
  });

  test("delay after: it is done, and the answer is late", async () => {
    sandbox.faults.arm({ fault: "delay", on: "charge", ms: 5_000, when: "after", times: 1 });
    const answer = charge();
    await expect.poll(known).toEqual(["a"]);
    clock.pass(5_000);
    expect((await answer).json.status_code).toBe("201");
  });

  test("lost-answer: it is done, and the line goes dead", async () => {
    sandbox.faults.arm({ fault: "lost-answer", on: "charge", times: 1 });
    await expect(charge()).rejects.toThrow("fetch failed");
    expect((await call("GET", "/v2/a/status")).json.transaction_status).toBe("pending");
  });

  test("lost-answer: the same idempotency key brings the lost answer back", async () => {
    const key = { "idempotency-key": "k1" };
    sandbox.faults.arm({ fault: "lost-answer", on: "charge", times: 1 });
    await expect(call("POST", "/v2/charge", chargeOf("a"), key)).rejects.toThrow("fetch failed");
    expect((await call("POST", "/v2/charge", chargeOf("a"), key)).json).toMatchObject({
      status_code: "201",
      order_id: "a",
    });
    expect(known()).toEqual(["a"]);
  });

  test.each([
    ["before", []],
    ["after", ["a"]],
  ] as const)("error %s: HTTP 503 without a word of JSON; done: %s", async (when, done) => {
    sandbox.faults.arm({ fault: "error", on: "charge", http: 503, when, times: 1 });
    const { status, json } = await charge();
    expect(status).toBe(503);
    expect(json).toContain("<html>");
    expect(known()).toEqual(done);
  });

  test("refuse: any status code in the body, nothing done", async () => {
    sandbox.faults.arm({ fault: "refuse", on: "charge", code: "429" });
    expect(await charge()).toMatchObject({ status: 200, json: { status_code: "429" } });
    expect(known()).toEqual([]);
  });

  test("mirror-status: the body's code stands in the HTTP status, where it is an error", async () => {
    sandbox.faults.arm({ fault: "mirror-status" });
    expect((await call("GET", "/v2/a/status")).status).toBe(404);
    expect((await charge()).status).toBe(200);
  });

  test.each(["900", "901"])("deny %s: refused by the acquirer, in the standing of deny", async (code) => {
    sandbox.faults.arm({ fault: "deny", code, times: 1 });
    const { status, json } = await charge();
    expect(status).toBe(200);
    expect(json).toMatchObject({
      status_code: "202",
      status_message: "GO-PAY transaction is rejected",
      transaction_status: "deny",
      channel_response_code: code,
    });
    expect(json).not.toHaveProperty("qr_string");
    expect((await charge()).json.status_code).toBe("201");
  });

  test("no-qr-string: only the picture's address is there", async () => {
    sandbox.faults.arm({ fault: "no-qr-string" });
    const { json } = await charge();
    expect(json).not.toHaveProperty("qr_string");
    expect((await fetch(json.actions[0].url)).status).toBe(200);
  });

  test.each([
    ["crc", "the CRC does not fit"],
    ["amount", "the amount is 15001, not 15000"],
    ["static", "not made for one payment: id 01 is not 12"],
    ["garbage", "not a row of id, length and value"],
  ] as const)("bad-qr %s: it must not be shown", async (how, bad) => {
    sandbox.faults.arm({ fault: "bad-qr", how });
    const { json } = await charge();
    expect(json.status_code).toBe("201");
    expect(checkOffer(json.qr_string, rupiah(15_000))).toEqual({ bad });
  });

  test("bad-qr amount: is otherwise a good code", async () => {
    sandbox.faults.arm({ fault: "bad-qr", how: "amount" });
    expect(readQris((await charge()).json.qr_string)).toMatchObject({ is: "good", payload: { amount: 15_001 } });
  });

  test.each([
    ["expire_time", "expire_time", "expiry_time"],
    ["none", undefined, "expiry_time"],
  ] as const)("expiry-field %s: the field has that name", async (as, present, absent) => {
    sandbox.faults.arm({ fault: "expiry-field", as });
    const { json } = await charge();
    expect(json).not.toHaveProperty(absent);
    if (present !== undefined) expect(json).toHaveProperty(present);
  });

  test("payable-late: a wallet gets through until the scheduler comes by", async () => {
    sandbox.midtrans.seed({
      standing: "pending",
      order: {
        orderId: "a",
        amount: rupiah(15_000),
        acquirer: "gopay",
        validForMs: 20_000,
        notify: [],
        customFields: {},
      },
    });
    clock.pass(30_000);
    expect(sandbox.midtrans.pay("a", payment)).toEqual({ unmoved: "expired" });
    sandbox.faults.arm({ fault: "payable-late" });
    expect(sandbox.midtrans.pay("a", payment)).toMatchObject({ standing: "settlement" });
  });

  test.each(["delay", "error", "lost-answer"] as const)("%s strikes the picture too", async (fault) => {
    const { json } = await charge();
    if (fault === "delay") sandbox.faults.arm({ fault, on: "qr", ms: 5, times: 1 });
    else sandbox.faults.arm({ fault, on: "qr", times: 1 });
    const answer = fetch(json.actions[0].url).then(
      ({ status }) => status,
      () => "cut",
    );
    await expect.poll(() => sandbox.faults.list()).toEqual([]);
    clock.pass(5);
    expect(await answer).toBe({ delay: 200, error: 500, "lost-answer": "cut" }[fault]);
  });
});

describe("an armed fault", () => {
  test("strikes as often as it says", () => {
    const faults = new Faults();
    faults.arm({ fault: "deny", times: 2 });
    const struck = [1, 2, 3].map(() => faults.take("deny", {}) !== undefined);
    expect(struck).toEqual([true, true, false]);
    expect(faults.list()).toEqual([]);
  });

  test("strikes for ever without a number, until it is cleared", () => {
    const faults = new Faults();
    const { id } = faults.arm({ fault: "deny" });
    expect([1, 2, 3].every(() => faults.take("deny", {}) !== undefined)).toBe(true);
    expect(faults.clear(id)).toBe(true);
    expect(faults.take("deny", {})).toBeUndefined();
    expect(faults.clear(id)).toBe(false);
  });

  test.each([
    [{ order: "a" }, { order: "b" }],
    [{ on: "charge" }, { on: "status" }],
    [{ when: "after" }, { when: "before" }],
  ] as const)("that says %o does not strike at %o", (said, here) => {
    const faults = new Faults();
    faults.arm({ fault: "error", ...said });
    expect(faults.take("error", { when: "before", ...here })).toBeUndefined();
    expect(faults.take("error", { when: "before", ...said })).toBeDefined();
  });

  test("of another name does not strike", () => {
    const faults = new Faults();
    faults.arm({ fault: "forge" });
    expect(faults.take("drop", {})).toBeUndefined();
  });

  test("is refused beyond 200", () => {
    const faults = new Faults();
    for (let armed = 0; armed < 200; armed += 1) faults.arm({ fault: "drop" });
    expect(() => faults.arm({ fault: "drop" })).toThrow("at most 200 faults");
  });
});
