import { describe, expect, test } from "vitest";
import { claimCodeOf, type OrderId, type ReleaseId } from "../../protocol/ids.ts";
import { call, type Got, listen } from "../support/controller-client.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";
import { CONTROLLER_TOKEN } from "./stand-options.ts";

/* Whole sales that a controller beside the stand begins, over the socket that its makers use. */

const parking = {
  amount: 8_000,
  items: [{ product: "parking", name: "Parkir 2 jam", price: 8_000 }],
  reference: "ticket-000117",
  release: { line: "gate", pulse_ms: 150 },
};
const vend = (windowMs: number) => ({
  amount: 6_000,
  items: [{ product: "cola", name: "Cola 330 ml", price: 6_000 }],
  reference: "vend-000042",
  release: { by: "controller", window_ms: windowMs },
});
const LONG = 600_000;

const open = (): Promise<Rig> => openRig({ stands: [{ controller: true, menu: [] }] });
const askOf = (rig: Rig, method: string, path: string, body?: unknown): Promise<Got> =>
  call({ socketPath: rig.stand.socket ?? "" }, method, path, body);

/** The controller orders, and the customer scans what the glass shows. */
async function orders(rig: Rig, wish: object): Promise<{ readonly order: OrderId; readonly qr: string }> {
  const { status, body } = await askOf(rig, "POST", "/orders", wish);
  expect(status).toBe(201);
  return { order: body.id as OrderId, qr: await rig.scans() };
}

const answers = (rig: Rig, order: OrderId, said: object, release = `${order}-1`): Promise<Got> =>
  askOf(rig, "POST", `/orders/${order}/release/${release}`, said);

/** The customer pays, and the controller is asked to let the goods out. */
async function paysFor(rig: Rig, wish: object): Promise<OrderId> {
  const { order, qr } = await orders(rig, wish);
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  await rig.standIs("releasing");
  return order;
}

test("a ticket is paid at the barrier, and the stand's relay opens it", async () => {
  const rig = await open();
  expect(rig.stand.page.lines?.[0]?.second).toBe("Your QR code appears here");
  const { order, qr } = await orders(rig, parking);
  const listening = await listen({ socketPath: rig.stand.socket ?? "" }, `/orders/${order}/events`);
  expect(await rig.pays(qr)).toMatchObject({ paid: true, amount: 8_000 });
  await rig.until("the controller hears of the end", () => listening.heard.at(-1)?.order.state === "delivered");
  listening.stop();
  await rig.endsWell();
  expect(rig.stand.machine.pulses).toMatchObject([{ line: "gate", order }]);
  expect(await askOf(rig, "POST", "/orders", parking)).toMatchObject({ status: 200, body: { state: "delivered" } });
});

test("a controller lets the goods out, and says so", async () => {
  const rig = await open();
  const order = await paysFor(rig, vend(LONG));
  expect((await answers(rig, order, { outcome: "delivered", confirmed: true })).status).toBe(200);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered", confirmed: true });
  expect(rig.stand.machine.pulses).toEqual([]);
});

test("a controller that could not let the goods out leaves them owed, and staff has them tried again", async () => {
  const rig = await open();
  const order = await paysFor(rig, vend(LONG));
  expect((await answers(rig, order, { outcome: "failed", because: "coil 12 is stuck" })).status).toBe(200);
  await rig.endsWell();
  expect(rig.stand.page.figure).toBe(claimCodeOf(order));
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", because: "release-failed" });
  const release = "staff-1" as ReleaseId;
  const decision = { type: "release-ordered", release, by: "Sari", why: "the coil is free again" } as const;
  await rig.backend.backend.cashier.decide(order, decision);
  await rig.standIs("releasing");
  expect((await askOf(rig, "GET", `/orders/${order}`)).body).toMatchObject({ release: { id: release } });
  expect((await answers(rig, order, { outcome: "delivered" }, release)).status).toBe(200);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered", confirmed: false });
});

test("a controller that says nothing leaves the goods owed when its window ends", async () => {
  const rig = await open();
  const order = await paysFor(rig, vend(1_000));
  await rig.standIs("troubled");
  await rig.endsWell();
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", because: "not-confirmed" });
  expect(await answers(rig, order, { outcome: "delivered" })).toMatchObject({ status: 409 });
});

describe("the daemon dies while the controller lets the goods out", () => {
  test.each(["kill", "stop"] as const)("by %s, and hears the answer when it is there again", async (how) => {
    const rig = await open();
    const order = await paysFor(rig, vend(LONG));
    await rig.stand[how]("same-boot");
    await expect(answers(rig, order, { outcome: "delivered" })).rejects.toThrow();
    await rig.stand.start();
    const { body } = await askOf(rig, "GET", `/orders/${order}`);
    expect(body).toMatchObject({ state: "releasing", release: { id: `${order}-1` } });
    expect(body.left_ms).toBeLessThan(LONG);
    expect((await answers(rig, order, { outcome: "delivered" })).status).toBe(200);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
  });

  test("and the window ends while it is away", async () => {
    const rig = await open();
    const order = await paysFor(rig, vend(1_500));
    await rig.stand.kill("same-boot");
    const end = rig.clock.now().ms + 1_500;
    await rig.until("the window has ended", () => rig.clock.now().ms > end);
    await rig.stand.start();
    await rig.endsWell();
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", because: "not-confirmed" });
  });

  test("with the power: nobody knows how long ago it was asked", async () => {
    const rig = await open();
    const order = await paysFor(rig, vend(LONG));
    await rig.stand.kill("new-boot");
    await rig.stand.start();
    await rig.endsWell();
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", because: "release-unclear" });
  });
});

test("the same reference twice, even with the daemon killed between, is one order and one charge", async () => {
  const rig = await open();
  const { order, qr } = await orders(rig, parking);
  expect(await askOf(rig, "POST", "/orders", parking)).toMatchObject({ status: 200, body: { id: order } });
  await rig.stand.kill("same-boot");
  await rig.stand.start();
  expect(await askOf(rig, "POST", "/orders", parking)).toMatchObject({ status: 200, body: { id: order } });
  expect(await askOf(rig, "POST", "/orders", { ...parking, reference: "other" })).toMatchObject({ status: 409 });
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.chargesOf(order)).toHaveLength(1);
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("an order that its controller cancels cannot be paid any more", async () => {
  const rig = await open();
  const { order, qr } = await orders(rig, parking);
  expect(await askOf(rig, "DELETE", `/orders/${order}`)).toMatchObject({ status: 200, body: { state: "closing" } });
  await rig.standIs("closed");
  expect(await rig.pays(qr)).toMatchObject({ paid: false, because: "cancelled" });
  await rig.endsWell();
  expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "cancel" });
});

test("on the loopback port only who says the token orders", async () => {
  const rig = await open();
  const port = rig.stand.controllerPort;
  expect((await call({ port }, "POST", "/orders", parking)).status).toBe(401);
  expect((await call({ port }, "POST", "/orders", parking, { authorization: "Bearer guessed" })).status).toBe(401);
  expect(rig.stand.front).toBeUndefined();
  const authorization = `Bearer ${CONTROLLER_TOKEN}`;
  expect((await call({ port }, "POST", "/orders", parking, { authorization })).status).toBe(201);
  await rig.pays(await rig.scans());
  await rig.endsWell();
  expect(rig.diary.has(CONTROLLER_TOKEN)).toBe(false);
});
