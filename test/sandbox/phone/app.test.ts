import { beforeEach, describe, expect, test } from "vitest";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { caller, type Json } from "../midtrans/kit.ts";
import { startPhone, tell } from "./kit.ts";

const CALLBACK = "https://shop.example/done";
let clock: VirtualClock;
let sandbox: SandboxWithPhone;
let id: string;

beforeEach(async () => {
  clock = new VirtualClock();
  sandbox = await startPhone({ clock });
  id = await charge("a", { enable_callback: true, callback_url: CALLBACK });
});

async function charge(order_id: string, gopay: object): Promise<string> {
  const body = { payment_type: "gopay", transaction_details: { order_id, gross_amount: 44_000 }, gopay };
  return (await caller(sandbox)("POST", "/v2/charge", body)).json.transaction_id;
}
const bill = async (referenceid = id): Promise<Json> =>
  (await fetch(`${sandbox.phone}/app/bill?referenceid=${referenceid}`)).json();
const back = (result: string): string => `${CALLBACK}?order_id=a&result=${result}`;
const standing = (): string | undefined => sandbox.midtrans.find("a")?.standing;

describe("GoPay's app", () => {
  test("shows the bill that a deeplink names", async () => {
    expect(await bill()).toEqual({
      payable: true,
      order: "a",
      amount: 44_000,
      merchant: "Warung Sandbox",
      city: "BANDUNG",
    });
  });

  test("pays, and leads back with success", async () => {
    const paid = await tell(sandbox, "app/pay", { referenceid: id, option: "GOPAY_COINS" });
    expect(paid).toEqual({ paid: true, amount: 44_000, return: back("success") });
    expect(sandbox.midtrans.find("a")).toMatchObject({ standing: "settlement", payment: { option: "GOPAY_COINS" } });
  });

  test("declines, leads back with failure, and the charge can still be paid", async () => {
    expect(await tell(sandbox, "app/decline", { referenceid: id })).toEqual({ paid: false, return: back("failure") });
    expect(standing()).toBe("pending");
    expect(await tell(sandbox, "app/pay", { referenceid: id })).toMatchObject({ paid: true });
  });

  test("leads nowhere when the charge did not ask for it", async () => {
    const other = await charge("b", { callback_url: CALLBACK });
    expect(await tell(sandbox, "app/pay", { referenceid: other })).toEqual({
      paid: true,
      amount: 44_000,
      return: null,
    });
  });

  test("says why it does not pay, and leads back with failure", async () => {
    clock.pass(15 * 60_000);
    expect(await bill()).toMatchObject({ payable: false, because: "expired", words: { en: "This bill has expired." } });
    expect(await tell(sandbox, "app/pay", { referenceid: id })).toMatchObject({
      paid: false,
      because: "expired",
      return: back("failure"),
    });
    expect(standing()).toBe("expire");
  });

  test("pays no bill twice", async () => {
    await tell(sandbox, "app/pay", { referenceid: id });
    expect(await bill()).toMatchObject({ payable: false, because: "already-paid" });
    expect(await tell(sandbox, "app/pay", { referenceid: id })).toMatchObject({ paid: false, because: "already-paid" });
  });

  test.each([
    ["pay", "failure", "settlement"],
    ["decline", "success", "pending"],
  ])("false-callback: after %s the way back says %s", async (path, result, after) => {
    sandbox.faults.arm({ fault: "false-callback", times: 1 });
    expect((await tell(sandbox, `app/${path}`, { referenceid: id })).return).toBe(back(result));
    expect(standing()).toBe(after);
  });

  test("knows no charge that is none of gopay, and none by its order id", async () => {
    const qris = { payment_type: "qris", transaction_details: { order_id: "q", gross_amount: 1_000 } };
    const other = (await caller(sandbox)("POST", "/v2/charge", qris)).json.transaction_id;
    for (const reference of ["a", "nothing", "", other]) {
      expect(await bill(reference)).toMatchObject({ payable: false, because: "unknown-bill" });
    }
    expect(await tell(sandbox, "app/pay", { referenceid: "a" })).toMatchObject({ because: "unknown-bill" });
    expect(standing()).toBe("pending");
  });

  test.each([{}, { referenceid: 7 }, { referenceid: "a", option: "CASH" }, { referenceid: "a", more: 1 }])(
    "refuses %o",
    async (body) => {
      for (const path of ["app/pay", "app/decline"]) {
        expect(await tell(sandbox, path, body)).toMatchObject({ error: "malformed" });
      }
    },
  );
});
