import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../sandbox/midtrans/start.ts";
import { type Caller, caller, chargeOf, SERVER_KEY, startMerchant, startSandbox } from "./kit.ts";

let sandbox: Sandbox;
let call: Caller;
beforeEach(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox);
});

describe("the controls", () => {
  test("arm, list and clear faults", async () => {
    const armed = await call("POST", "/sandbox/faults", { fault: "delay", on: "charge", ms: 10, times: 3 });
    expect(armed).toEqual({
      status: 201,
      json: { id: 1, fault: "delay", on: "charge", ms: 10, times: 3, when: "before" },
    });
    await call("POST", "/sandbox/faults", { fault: "drop" });
    expect((await call("GET", "/sandbox/faults")).json.faults).toHaveLength(2);
    const clear = (path: string) => fetch(sandbox.url + path, { method: "DELETE" });
    expect((await clear("/sandbox/faults/1")).status).toBe(200);
    expect((await clear("/sandbox/faults/1")).status).toBe(404);
    expect((await call("GET", "/sandbox/faults")).json.faults).toEqual([{ id: 2, fault: "drop" }]);
    await clear("/sandbox/faults");
    expect(sandbox.faults.list()).toEqual([]);
  });

  test("show the books and what became of notifications", async () => {
    const merchant = await startMerchant();
    await call("POST", "/v2/charge", chargeOf("a"), { "x-override-notification": merchant.url });
    const [shown] = (await call("GET", "/sandbox/transactions")).json.transactions;
    expect(shown).toMatchObject({ order_id: "a", gross_amount: 15_000, transaction_status: "pending" });
    const delivered = async () => (await call("GET", "/sandbox/notifications")).json.notifications;
    await expect
      .poll(delivered)
      .toMatchObject([{ order: "a", standing: "pending", state: "delivered", url: merchant.url }]);
  });

  test("seed transactions in any standing, and tell nobody", async () => {
    const merchant = await startMerchant();
    const rows = ["pending", "settlement", "expire", "cancel", "deny"].map((transaction_status) => ({
      order_id: transaction_status,
      gross_amount: 5_000,
      transaction_status,
      notification_url: merchant.url,
    }));
    expect((await call("POST", "/sandbox/seed", { transactions: rows })).status).toBe(201);
    for (const { order_id } of rows) {
      expect((await call("GET", `/v2/${order_id}/status`)).json.transaction_status).toBe(order_id);
    }
    expect(merchant.heard).toEqual([]);
    expect((await call("POST", "/sandbox/notify", { order_id: "expire" })).status).toBe(200);
    expect(await merchant.until(1)).toMatchObject([{ transaction_status: "expire", status_code: "202" }]);
  });

  test.each([
    ["/sandbox/faults", {}],
    ["/sandbox/faults", { fault: "unheard-of" }],
    ["/sandbox/faults", { fault: "delay" }],
    ["/sandbox/faults", { fault: "delay", ms: -1 }],
    ["/sandbox/faults", { fault: "error", http: 200 }],
    ["/sandbox/faults", { fault: "drop", on: "charge" }],
    ["/sandbox/faults", '{"fault"'],
    ["/sandbox/faults", `${"[".repeat(100_000)}`],
    ["/sandbox/seed", { transactions: [] }],
    ["/sandbox/seed", { transactions: [{ order_id: "a b", gross_amount: 1 }] }],
    ["/sandbox/seed", { transactions: [{ order_id: "a", gross_amount: 0.5 }] }],
    ["/sandbox/settle", { order_id: 7 }],
    ["/sandbox/notify", null],
  ])("refuse at %s: %o", async (path, body) => {
    const { status, json } = await call("POST", path, body);
    expect(status).toBe(400);
    expect(json).toEqual({ error: "refused", message: expect.any(String) });
  });

  test.each(["/sandbox/settle", "/sandbox/notify"])("%s knows no such order", async (path) => {
    expect((await call("POST", path, { order_id: "nothing" })).status).toBe(404);
  });
});

describe("what happens is told", () => {
  test("calls with their code, transactions as they move, notifications with their answer", async () => {
    const news: string[] = [];
    const told = await startSandbox({
      notificationUrl: (await startMerchant()).url,
      hear: (each) => {
        if (each.what === "asked") news.push(`${each.operation} ${each.order} ${each.code}`);
        if (each.what === "moved") news.push(each.transaction.standing);
        if (each.what === "notified") news.push(`${each.delivery.standing} ${each.delivery.tries[0]?.answered}`);
      },
    });
    await caller(told)("POST", "/v2/charge", chargeOf("a"));
    await expect.poll(() => [...news].sort()).toEqual(["charge a 201", "pending", "pending 200"]);
  });

  test("the server key is in none of it", async () => {
    const told: unknown[] = [];
    const other = await startSandbox({ hear: (each) => told.push(each) });
    await caller(other)("POST", "/v2/charge", chargeOf("a"));
    expect(told.length).toBeGreaterThan(0);
    expect(JSON.stringify(told)).not.toContain(SERVER_KEY);
  });
});

describe("hostile input", () => {
  test("any bytes as a charge get an answer in Midtrans' words", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const { status, json } = await call("POST", "/v2/charge", bytes);
        expect(status).toBe(200);
        expect(json.status_code).toMatch(/^4\d\d$/);
      }),
      { numRuns: 50 },
    );
  });

  test("any id gets 404 in the body, or no such path", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 80 }), async (id) => {
        const { json } = await call("GET", `/v2/${encodeURIComponent(id)}/status`);
        expect(json.status_code ?? json.error).toMatch(/^404$|not-found|malformed/);
      }),
      { numRuns: 50 },
    );
  });

  test.each(["__proto__", "constructor", "toString", "..%2f..%2fetc", "a".repeat(500)])(
    "the id %s is nothing",
    async (id) => {
      expect((await call("GET", `/v2/${id}/status`)).json.status_code).toBe("404");
    },
  );

  test("a body of megabytes is refused before it is read", async () => {
    const { status } = await call("POST", "/v2/charge", "x".repeat(5 * 1_048_576)).catch(() => ({ status: 413 }));
    expect(status).toBe(413);
    expect((await call("POST", "/v2/charge", chargeOf("a"))).json.status_code).toBe("201");
  });

  test("names that mean something to JavaScript are carried as they are", async () => {
    const body = `{"payment_type":"qris","transaction_details":{"order_id":"constructor","gross_amount":1,"__proto__":{"x":1}},"metadata":{"__proto__":{"polluted":true}}}`;
    expect((await call("POST", "/v2/charge", body)).json.status_code).toBe("201");
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect((await call("GET", "/v2/constructor/status")).json.order_id).toBe("constructor");
  });
});
