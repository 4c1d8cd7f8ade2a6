import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Http, openHttp } from "../../../../backend/providers/http.ts";
import { midtransCore } from "../../../../backend/providers/midtrans/core.ts";
import {
  type Attempt,
  type PaymentProvider,
  type Refund,
  referenceOf,
} from "../../../../backend/providers/provider.ts";
import { utcClock } from "../../../../host/clock.ts";
import { silentLog } from "../../../../host/log.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { type Sandbox, startMidtrans } from "../../../../sandbox/midtrans/start.ts";
import { freshAttempt } from "../fresh-attempt.ts";
import { SERVER_KEY } from "./samples.ts";

const NEVER = new AbortController().signal;
const clock = utcClock();
const world = { clock, random: Math.random, log: silentLog };

let sandbox: Sandbox;
let http: Http;
let provider: PaymentProvider;
let attempt: Attempt;

beforeEach(async () => {
  sandbox = await startMidtrans({ ...world, port: 0, serverKey: SERVER_KEY.reveal() });
  http = openHttp({ clock });
  provider = open();
  attempt = freshAttempt();
});
afterEach(async () => {
  await http.close();
  await sandbox.close();
});

const open = (rest: { readonly paymentType?: "gopay" } = {}): PaymentProvider =>
  midtransCore({
    ...world,
    http,
    serverKeys: () => [SERVER_KEY],
    baseUrl: sandbox.url,
    notificationUrls: [],
    timeoutMs: 1_000,
    ...rest,
  });

const setUp = (path: string, body: object): Promise<Response> =>
  fetch(`${sandbox.url}/sandbox/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

test("a charge of GoPay's own kind has its code, read from the picture, and a link to the wallet", async () => {
  sandbox.faults.arm({ fault: "no-qr-string", times: 1 });
  const charge = await open({ paymentType: "gopay" }).charge(attempt, NEVER);
  if (charge.is !== "issued") throw new Error(JSON.stringify(charge));
  expect(charge.qr).toBe(sandbox.midtrans.find(referenceOf(attempt))?.qr);
  expect(charge.deeplink).toContain(`${sandbox.url}/`);
});

describe("a refund", () => {
  /** All of a payment that came on-us. */
  async function paid(): Promise<Refund> {
    const reference = referenceOf(attempt);
    const charge = await provider.charge(attempt, NEVER);
    if (charge.is !== "issued") throw new Error(JSON.stringify(charge));
    sandbox.midtrans.pay(reference, { issuer: "gopay", route: "on-us", amount: attempt.amount });
    const standing = await provider.standing(attempt, NEVER);
    if (standing.is !== "settled") throw new Error(JSON.stringify(standing));
    const { payment } = standing;
    return { attempt, payment, key: `${reference}-r1`, amount: payment.amount, reason: "not delivered" };
  }
  const gone = (): readonly number[] =>
    (sandbox.midtrans.find(referenceOf(attempt))?.refunds ?? []).map(({ amount }) => amount);

  test.each([
    ["lost on its way back", { fault: "lost-answer", on: "refund", times: 1 }],
    ["a gateway's error after it was carried out", { fault: "error", on: "refund", when: "after", times: 1 }],
    ["too late", { fault: "delay", on: "refund", ms: 3_000, when: "after", times: 1 }],
  ] as const)("whose answer is %s is found in the books", async (_, fault) => {
    const refund = await paid();
    sandbox.faults.arm(fault);
    expect(await provider.refund(refund, NEVER)).toEqual({ is: "taken" });
    expect(gone()).toEqual([refund.amount]);
  });

  test.each([
    ["a gateway is in trouble", { fault: "error", on: "refund", http: 502, when: "before", times: 1 }],
    ["Midtrans is in trouble", { fault: "refuse", on: "refund", code: "500", times: 1 }],
    ["there are too many requests", { fault: "refuse", on: "refund", code: "429", times: 1 }],
    ["its books cannot be read", { fault: "refuse", on: "status", code: "503", times: 1 }],
  ] as const)("that was not made because %s is unclear, and goes through when it is tried again", async (_, fault) => {
    const refund = await paid();
    sandbox.faults.arm(fault);
    expect((await provider.refund(refund, NEVER)).is).toBe("unclear");
    expect(gone()).toEqual([]);
    expect(await provider.refund(refund, NEVER)).toEqual({ is: "taken" });
    expect(gone()).toEqual([refund.amount]);
  });

  test("whose answer and books are both lost is unclear, and is not made again", async () => {
    const refund = await paid();
    sandbox.faults.arm({ fault: "lost-answer", on: "refund", times: 1 });
    const first = provider.refund(refund, NEVER);
    await expect.poll(gone).toHaveLength(1);
    sandbox.faults.arm({ fault: "refuse", on: "status", code: "500", times: 1 });
    expect(["unclear", "taken"]).toContain((await first).is);
    sandbox.faults.clear();
    expect(await provider.refund(refund, NEVER)).toEqual({ is: "taken" });
    expect(gone()).toEqual([refund.amount]);
  });

  test("is refused where refunds are not switched on, and goes through once they are", async () => {
    const refund = await paid();
    await setUp("dashboard", { refunds: false });
    expect(await provider.refund(refund, NEVER)).toMatchObject({ is: "refused", because: "not-activated" });
    await setUp("dashboard", { refunds: true });
    expect(await provider.refund(refund, NEVER)).toEqual({ is: "taken" });
  });

  test("goes by the account's balance", async () => {
    const refund = await paid();
    await setUp("dashboard", { payable_balance: refund.amount - 1 });
    expect(await provider.refund(refund, NEVER)).toMatchObject({ because: "no-balance", againMs: 3_600_000 });
    await setUp("dashboard", { payable_balance: refund.amount });
    expect(await provider.refund(refund, NEVER)).toEqual({ is: "taken" });
  });

  test("that the bank takes back within five minutes is answered with the stored yes; the books tell the truth", async () => {
    const refund = await paid();
    expect(await provider.refund(refund, NEVER)).toEqual({ is: "taken" });
    sandbox.midtrans.hearBank(referenceOf(attempt), "no");
    expect(await provider.standing(attempt, NEVER)).toMatchObject({ is: "settled" });
    expect(await provider.refund(refund, NEVER)).toEqual({ is: "taken" });
    expect(await provider.standing(attempt, NEVER)).toMatchObject({ is: "settled" });
    expect(gone()).toEqual([refund.amount]);
  });

  test("of what is left when somebody refunded a part in the dashboard is made; of more it is not", async () => {
    const refund = await paid();
    sandbox.midtrans.refund(referenceOf(attempt), { amount: 2_500, reason: "by hand" });
    expect(await provider.refund(refund, NEVER)).toMatchObject({ is: "refused", because: "invalid" });
    const rest = { ...refund, amount: rupiah(refund.amount - 2_500) };
    expect(await provider.refund(rest, NEVER)).toEqual({ is: "taken" });
    expect(gone()).toEqual([2_500, 10_000]);
  });
});
