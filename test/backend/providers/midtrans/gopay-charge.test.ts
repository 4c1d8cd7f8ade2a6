import qrcode from "qrcode";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attempt, charged, fixture, type Json, ORDER, REFERENCE, without } from "./samples.ts";
import { NEVER, TapeRig } from "./tape-rig.ts";

const QR = "00020101021226620014COM.GO-JEK.WWW6304A623";

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

/** A documented answer to a GoPay charge, made to speak of `attempt`; its pictures lie with this rig. */
function answered(name: string): Json {
  const { actions } = fixture(name);
  const here = (Array.isArray(actions) ? actions : []).map((action) =>
    String(action.name).startsWith("generate-qr-code") ? { ...action, url: `${rig.url}/qr` } : action,
  );
  return { ...fixture(name), order_id: REFERENCE, gross_amount: "17000.00", actions: here };
}
/** With a link in the place of the documented one. */
const linked = (deeplink: string): Json => ({
  ...charged,
  actions: [{ name: "deeplink-redirect", method: "GET", url: deeplink }],
});

describe("a charge of GoPay's own kind", () => {
  test("names the wallet and where it leads back to", async () => {
    const finishUrlOf = (order: string) => `https://pay.example.id/o/${order}`;
    const provider = await rig.against([{ body: charged }], { paymentType: "gopay", finishUrlOf });
    await provider.charge(attempt, NEVER);
    expect(rig.json()).toMatchObject({
      payment_type: "gopay",
      gopay: { enable_callback: true, callback_url: `https://pay.example.id/o/${ORDER}` },
      transaction_details: { order_id: REFERENCE, gross_amount: 17_000 },
      custom_expiry: { expiry_duration: 15, unit: "minute" },
    });
    expect(rig.json()).not.toHaveProperty("qris");
  });

  test("leads back nowhere when nobody says where", async () => {
    const provider = await rig.against([{ body: charged }], { paymentType: "gopay" });
    await provider.charge(attempt, NEVER);
    expect(rig.json()["payment_type"]).toBe("gopay");
    expect(rig.json()).not.toHaveProperty("gopay");
  });

  test("is no matter of a QRIS charge", async () => {
    const provider = await rig.against([{ body: charged }], { finishUrlOf: () => "https://pay.example.id" });
    await provider.charge(attempt, NEVER);
    expect(rig.json()).not.toHaveProperty("gopay");
  });

  test.each([
    ["charge-gopay-2017", /^gojek:\/\/gopay\/merchanttransfer\?tref=/],
    ["charge-gopay-2019", /^https:\/\/simulator\.sandbox\.midtrans\.com\/gopay\/ui\/checkout\?/],
    ["charge-gopay-2026", /^https:\/\/gopay\.co\.id\/app\/merchanttransfer\?tref=/],
  ])("as documented (%s) is offered as code, read from its picture, and as link", async (name, deeplink) => {
    const png = await qrcode.toBuffer(QR, { scale: 4 });
    const answer = (line: string) => ({ body: line === "POST /v2/charge" ? answered(name) : png });
    const provider = await rig.against((heard) => answer(heard.line), { paymentType: "gopay" });
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "issued",
      qr: QR,
      transaction: fixture(name)["transaction_id"],
      deeplink: expect.stringMatching(deeplink),
    });
    expect(rig.lines()).toEqual(["POST /v2/charge", "GET /qr"]);
  });
});

describe("a link into the wallet", () => {
  test("to the stand-in itself is good for a stand-in", async () => {
    const provider = await rig.against(() => ({ body: linked(`${rig.url}/pay/1`) }));
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", deeplink: `${rig.url}/pay/1` });
  });

  test("to somewhere else is dropped and logged without what it carries, and the code is offered", async () => {
    const provider = await rig.against([{ body: linked("https://gopay.co.id.example/app?tref=x") }], {
      log: rig.log(),
    });
    const charge = await provider.charge(attempt, NEVER);
    expect(charge).toMatchObject({ is: "issued", qr: charged["qr_string"] });
    expect(charge).not.toHaveProperty("deeplink");
    expect(rig.said).toContain(
      `deeplink dropped {"order":"${REFERENCE.slice(0, -2)}","reference":"${REFERENCE}","deeplink":"https://gopay.co.id.example/app"}`,
    );
  });

  test("that is missing is not missed", async () => {
    const provider = await rig.against([{ body: without(charged, "actions") }]);
    expect(await provider.charge(attempt, NEVER)).not.toHaveProperty("deeplink");
  });
});
