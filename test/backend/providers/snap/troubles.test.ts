import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ONLY_MERCHANT } from "../../../../backend/merchants/merchants.ts";
import { type Http, openHttp } from "../../../../backend/providers/http.ts";
import {
  type Attempt,
  type PaymentProvider,
  type Refund,
  referenceOf,
  type Standing,
} from "../../../../backend/providers/provider.ts";
import { midtransSnap } from "../../../../backend/providers/snap/snap.ts";
import { webhookRoute } from "../../../../backend/webhooks.ts";
import { utcClock } from "../../../../host/clock.ts";
import { type Server, serve } from "../../../../host/http.ts";
import { silentLog } from "../../../../host/log.ts";
import { newOrderId } from "../../../../protocol/ids.ts";
import { type SandboxWithPhone, startSandbox } from "../../../../sandbox/phone/start.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { until } from "../../../support/until.ts";
import { attempt as sample } from "../midtrans/samples.ts";
import { CREDENTIALS } from "./samples.ts";

const NEVER = new AbortController().signal;
const clock = utcClock();
const world = { clock, random: Math.random, log: silentLog };

let sandbox: SandboxWithPhone;
let http: Http;
let provider: PaymentProvider;
let attempt: Attempt;
let webhook: Server;
let news: (readonly [reference: string, standing: Standing])[];

beforeEach(async () => {
  sandbox = await startSandbox({ ...world, port: 0, serverKey: "not for this", snapKeys: SNAP_KEYS });
  http = openHttp({ clock });
  const { base: baseUrl, merchantId } = sandbox.snap;
  provider = midtransSnap({ ...CREDENTIALS, ...world, baseUrl, merchantId, http, timeoutMs: 2_000 });
  attempt = { ...sample, order: newOrderId(clock.wall(), Math.random) };
  news = [];
  const notified = async (_merchant: string, reference: string, standing: Standing) => {
    news.push([reference, standing]);
    return "taken" as const;
  };
  const cashier = { notified, hinted: async () => "taken" as const };
  const path = "/qris/v1.0/qr/qr-mpm-notify";
  webhook = await serve({
    ...world,
    port: 0,
    routes: [webhookRoute({ merchant: ONLY_MERCHANT, provider, cashier, clock, log: silentLog, path })],
  });
  sandbox.notifySnapAt(`${webhook.url}/qris`);
});
afterEach(async () => {
  await http.close();
  await Promise.all([sandbox.close(), webhook.close()]);
});

const pay = (qr: string): Promise<Response> =>
  fetch(`${sandbox.phone}/pay`, { method: "POST", body: JSON.stringify({ qr, issuer: "dana" }) });

test("a code is paid with the phone, told to the webhook, and acknowledged at once", async () => {
  const charge = await provider.charge(attempt, NEVER);
  if (charge.is !== "issued") throw new Error(JSON.stringify(charge));
  await pay(charge.qr);
  await until(
    "both notifications are delivered",
    () => sandbox.notifier.deliveries().filter(({ state }) => state === "delivered").length === 2,
  );
  const { transaction } = charge;
  const payment = expect.objectContaining({ amount: 17_000, fee: 0, transaction, issuer: "dana" });
  expect(news).toContainEqual([referenceOf(attempt), { is: "settled", payment }]);
  expect(sandbox.notifier.deliveries().map(({ tries }) => tries.map(({ answered }) => answered))).toEqual([
    [200],
    [200],
  ]);
});

test.each(["forge", "alter"] as const)("a notification that somebody could %s moves nothing", async (fault) => {
  sandbox.faults.arm(fault === "forge" ? { fault } : { fault, fields: { latestTransactionStatus: "00" } });
  await provider.charge(attempt, NEVER);
  await until("it is answered", () => sandbox.notifier.deliveries().some(({ tries }) => tries.length > 0));
  expect(news).toEqual([]);
  expect(sandbox.notifier.deliveries()[0]?.tries[0]?.answered).toBe(401);
});

describe("a token that is lost in the middle of", () => {
  test.each(["charge", "status", "cancel"] as const)("%s is renewed, and nothing happens twice", async (on) => {
    if (on !== "charge") await provider.charge(attempt, NEVER);
    sandbox.faults.arm({ fault: "token-expired", on, times: 1 });
    const told = {
      charge: () => provider.charge(attempt, NEVER),
      status: () => provider.standing(attempt, NEVER),
      cancel: () => provider.void(attempt, NEVER),
    }[on]();
    expect((await told).is).toBe({ charge: "issued", status: "pending", cancel: "cancelled" }[on]);
    expect(sandbox.midtrans.transactions()).toHaveLength(1);
  });
});

describe("a charge whose answer does not come", () => {
  test("was made: it is found by its external id, can be ended, and is never made again", async () => {
    sandbox.faults.arm({ fault: "lost-answer", on: "charge", times: 1 });
    expect((await provider.charge(attempt, NEVER)).is).toBe("unclear");
    expect((await provider.standing(attempt, NEVER)).is).toBe("pending");
    expect((await provider.charge(attempt, NEVER)).is).toBe("unclear");
    expect((await provider.void(attempt, NEVER)).is).toBe("cancelled");
    expect(sandbox.midtrans.transactions()).toHaveLength(1);
  });

  test("was not made: it is unknown, and a new attempt goes through", async () => {
    sandbox.faults.arm({ fault: "error", on: "charge", http: 504, times: 1 });
    expect((await provider.charge(attempt, NEVER)).is).toBe("unclear");
    expect(await provider.standing(attempt, NEVER)).toEqual({ is: "unknown" });
    expect((await provider.charge({ ...attempt, number: 3 }, NEVER)).is).toBe("issued");
  });

  test("in time is unclear, and the customer may have paid by the time one asks", async () => {
    sandbox.faults.arm({ fault: "delay", on: "charge", ms: 5_000, when: "after", times: 1 });
    expect((await provider.charge(attempt, NEVER)).is).toBe("unclear");
    const made = sandbox.midtrans.find(referenceOf(attempt));
    await pay(made?.qr ?? "");
    expect(await provider.standing(attempt, NEVER)).toMatchObject({
      is: "settled",
      payment: { amount: 17_000, transaction: made?.id },
    });
  });
});

describe("a refund", () => {
  /** All of a payment by another bank's customer. */
  async function paid(): Promise<Refund> {
    const charge = await provider.charge(attempt, NEVER);
    if (charge.is !== "issued") throw new Error(JSON.stringify(charge));
    await pay(charge.qr);
    const standing = await provider.standing(attempt, NEVER);
    if (standing.is !== "settled") throw new Error(JSON.stringify(standing));
    const { payment } = standing;
    return { attempt, payment, key: `${referenceOf(attempt)}-r1`, amount: payment.amount, reason: "not delivered" };
  }
  const made = (): readonly string[] =>
    (sandbox.midtrans.find(referenceOf(attempt))?.refunds ?? []).map(({ key }) => key ?? "none");

  test("whose answer is lost is found in the books, and is not made again", async () => {
    const refund = await paid();
    sandbox.faults.arm({ fault: "lost-answer", on: "refund", times: 1 });
    expect(["taken", "confirmed"]).toContain((await provider.refund(refund, NEVER)).is);
    expect(["taken", "confirmed"]).toContain((await provider.refund(refund, NEVER)).is);
    expect(made()).toEqual([refund.key]);
  });

  test("whose answer is lost while the books are closed is unclear, and found by the next try", async () => {
    const refund = await paid();
    sandbox.faults.arm({ fault: "delay", on: "refund", ms: 1_000, when: "after", times: 1 });
    sandbox.faults.arm({ fault: "lost-answer", on: "refund", times: 1 });
    const asking = provider.refund(refund, NEVER);
    await until("it was made", () => made().length > 0);
    sandbox.faults.arm({ fault: "error", on: "status", http: 503, times: 1 });
    expect((await asking).is).toBe("unclear");
    expect(["taken", "confirmed"]).toContain((await provider.refund(refund, NEVER)).is);
    expect(made()).toEqual([refund.key]);
  });

  test("that did not reach Midtrans is unclear, and made by the next try", async () => {
    const refund = await paid();
    sandbox.faults.arm({ fault: "error", on: "refund", http: 504, times: 1 });
    expect((await provider.refund(refund, NEVER)).is).toBe("unclear");
    expect(made()).toEqual([]);
    expect(["taken", "confirmed"]).toContain((await provider.refund(refund, NEVER)).is);
    expect(made()).toEqual([refund.key]);
  });

  test("whose token is lost in the middle is made once", async () => {
    const refund = await paid();
    sandbox.faults.arm({ fault: "token-expired", on: "refund", times: 1 });
    expect(["taken", "confirmed"]).toContain((await provider.refund(refund, NEVER)).is);
    expect(made()).toEqual([refund.key]);
  });

  test("is told to the webhook with its key", async () => {
    const refund = await paid();
    await provider.refund(refund, NEVER);
    await until("it is told", () => news.some(([, { is }]) => is === "refunded"));
    const { transaction } = refund.payment;
    expect(news).toContainEqual([
      referenceOf(attempt),
      { is: "refunded", transaction, isFull: true, refunds: [{ key: refund.key, amount: 17_000, isConfirmed: false }] },
    ]);
  });
});

test.each(["image", "url", undefined] as const)("a code that comes as a picture (%s) is read", async (left) => {
  sandbox.faults.arm(left === undefined ? { fault: "no-qr-string" } : { fault: "no-qr-string", left });
  const charge = await provider.charge(attempt, NEVER);
  expect(charge).toMatchObject({ is: "issued", qr: sandbox.midtrans.find(referenceOf(attempt))?.qr });
});
