import { expect, test } from "vitest";
import { signNotification } from "../../backend/providers/midtrans/signature.ts";
import { Secret } from "../../host/secret.ts";
import type { OrderId } from "../../protocol/ids.ts";
import { openRig, type RigOptions } from "./open-rig.ts";
import type { Rig } from "./rig.ts";
import type { StandRig } from "./stand-rig.ts";

/* Two merchants at one backend: a stand sells for its own, and neither merchant's word counts for the other. */

const stands = [{ id: "lobby-1" }, { id: "kedai-1", merchant: "kedai" }] as const;

async function open(
  options: RigOptions = {},
): Promise<{ readonly rig: Rig; readonly own: StandRig; readonly other: StandRig }> {
  const rig = await openRig({ stands, second: {}, ...options });
  const [own, other] = rig.stands;
  if (own === undefined || other === undefined) throw new Error("two stands were asked for");
  return { rig, own, other };
}

const ordersAt = ({ midtrans }: Rig): readonly (readonly string[])[] =>
  midtrans.accounts.all.map((account) => account.midtrans.transactions().map(({ orderId }) => orderId));

test.each(["qris", "snap"] as const)(
  "each stand's money goes to its own merchant, the second's over %s",
  async (provider) => {
    const { rig, own, other } = await open({ second: { provider } });
    const [lobby, kedai] = await Promise.all([rig.orders(own), rig.orders(other)]);
    await rig.pays(lobby.qr);
    await rig.pays(kedai.qr);
    await rig.endsWell();
    expect([own.pulsesOf(lobby.order), other.pulsesOf(kedai.order)]).toEqual([1, 1]);
    expect(ordersAt(rig)).toEqual([[`${lobby.order}-1`], [`${kedai.order}-1`]]);
  },
);

test("a notification that one merchant's key signs says nothing of the other's order, wherever it is posted", async () => {
  const { rig, own, other } = await open();
  const [lobby, kedai] = await Promise.all([rig.orders(own), rig.orders(other)]);
  const [main, second] = rig.midtrans.merchants.map(({ serverKey }) => serverKey);
  const [atMain, atSecond] = ["/midtrans/notification", "/midtrans/kedai/notification"];
  expect(await posts(rig, atSecond, settlement(lobby.order, second))).toBe(404);
  expect(await posts(rig, atMain, settlement(lobby.order, second))).toBe(403);
  expect(await posts(rig, atSecond, settlement(kedai.order, main))).toBe(403);
  expect(await posts(rig, atMain, settlement(kedai.order, main))).toBe(404);
  expect(await Promise.all([lobby, kedai].map(({ order }) => rig.backend.stateOf(order)))).toMatchObject([
    { at: "payable", asks: 0 },
    { at: "payable", asks: 0 },
  ]);
  expect([own.front?.at, other.front?.at]).toEqual(["awaiting", "awaiting"]);
  await rig.pays(lobby.qr);
  await rig.pays(kedai.qr);
  await rig.endsWell();
});

function settlement(order: OrderId, key = ""): object {
  const signed = { order_id: `${order}-1`, status_code: "200", gross_amount: "15000.00" };
  const signature_key = signNotification(signed, new Secret(key));
  return { ...signed, transaction_status: "settlement", transaction_id: "t-1", signature_key };
}

async function posts({ backend }: Rig, path: string, body: object): Promise<number> {
  return (await fetch(backend.origin + path, { method: "POST", body: JSON.stringify(body) })).status;
}

test("what one merchant's stand owes is refunded from that merchant's account", async () => {
  const { rig, other } = await open({ policies: { failed: "refund" } });
  for (const { dashboard } of rig.midtrans.accounts.all) dashboard.set({ payable_balance: 100_000 });
  const { order, qr } = await rig.orders(other);
  other.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.backendIs("refunding", order);
  await rig.endsWellInTime();
  expect(rig.midtrans.accounts.all.map(({ dashboard }) => dashboard.settings.payable_balance)).toEqual([
    100_000, 85_000,
  ]);
  expect(rig.moneyOf(order)).toMatchObject({ back: 15_000 });
});
