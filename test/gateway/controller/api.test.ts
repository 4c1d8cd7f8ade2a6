import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type ControllerApi, openController } from "../../../gateway/controller/controller.ts";
import { MOST_LISTENERS } from "../../../gateway/controller/listeners.ts";
import { Orders } from "../../../gateway/controller/orders.ts";
import { References } from "../../../gateway/controller/references.ts";
import { type OrderShown, orderRequestSchema } from "../../../gateway/controller/words.ts";
import { silentLog } from "../../../host/log.ts";
import { JournalFault } from "../../../journal/journal.ts";
import { claimCodeOf, type OrderId, type ReleaseId } from "../../../protocol/ids.ts";
import { call, type Got, type Listening, listen } from "../../support/controller-client.ts";
import { PRICE, qrFor } from "../../support/sale.ts";
import { type Bench, type BenchOptions, standOnBench } from "../../support/stand-on-bench.ts";
import { until } from "../../support/until.ts";
import { settle } from "../../support/virtual-clock.ts";

let bench: Bench;
let api: ControllerApi;
let socketPath: string;
let listening: Listening[] = [];

async function open(): Promise<void> {
  api = await openController({
    stand: bench.stand,
    about: { id: "lobby-1" },
    journal: bench.journal,
    relayOf: (line) => bench.relayOf(line),
    clock: bench.clock,
    log: silentLog,
    socket: socketPath,
  });
}

async function onBench(options: BenchOptions = {}): Promise<void> {
  bench = await standOnBench(options);
  socketPath = join(bench.folder, "orders.sock");
  await settle();
  await open();
}
/** The daemon dies and comes again, in the same boot of the machine or the next one. */
async function restart(boot: "same-boot" | "new-boot"): Promise<void> {
  await api.close();
  if (boot === "new-boot") bench.clock.reboot();
  bench = await bench.restart();
  await settle();
  await open();
}
afterEach(async () => {
  for (const each of listening) each.stop();
  listening = [];
  await api.close();
  await bench.close();
});

const ticket = {
  amount: PRICE,
  items: [{ product: "parking", name: "Parkir 3 jam", price: 5_000, quantity: 3 }],
  reference: "ticket-17",
  release: { line: "gate", pulse_ms: 800 },
};
const vend = { ...ticket, reference: "vend-42", release: { by: "controller", window_ms: 30_000 } };

/** Two things that come to the price, whatever the first one costs. */
const twoAt = (price: number) => [
  { product: "wash", name: "Cuci", price },
  { product: "dry", name: "Kering", price: PRICE - price },
];

const post = (body: unknown): Promise<Got> => call({ socketPath }, "POST", "/orders", body);
const get = (path: string): Promise<Got> => call({ socketPath }, "GET", path);
const cancel = (id: OrderId): Promise<Got> => call({ socketPath }, "DELETE", `/orders/${id}`);
const answer = (id: OrderId, body: unknown, release = `${id}-1`): Promise<Got> =>
  call({ socketPath }, "POST", `/orders/${id}/release/${release}`, body);

async function hear(id: OrderId, last?: string): Promise<Listening> {
  const heard = await listen({ socketPath }, `/orders/${id}/events`, last);
  listening.push(heard);
  return heard;
}

/** Orders, and returns the id. */
async function begin(request: object): Promise<OrderId> {
  const { status, body } = await post(request);
  if (status !== 201) throw new Error(`not begun: ${status} ${JSON.stringify(body)}`);
  await settle();
  return body.id as OrderId;
}

async function pay(id: OrderId): Promise<void> {
  await bench.backend.say({ type: "offer", order: id, qr: qrFor(PRICE), amount: PRICE, validForMs: 180_000 });
  await bench.backend.say({ type: "settled", order: id, amount: PRICE, paidAt: "2026-01-01T07:00:30+07:00" });
  await settle();
}

async function payFor(request: object): Promise<OrderId> {
  const id = await begin(request);
  await pay(id);
  return id;
}

const stateOf = async (id: OrderId): Promise<Partial<OrderShown>> => (await get(`/orders/${id}`)).body;

describe("an order", () => {
  test("begins with what the controller needs to know of it", async () => {
    await onBench();
    const { status, body } = await post(ticket);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...ticket,
      id: bench.stand.stand.front?.order.id,
      state: "charging",
      claim_code: claimCodeOf(body.id as OrderId),
      left_ms: 20_000,
    });
    await settle();
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "charge", order: body.id, items: ticket.items });
  });

  test("is released by the stand's relay for as long as it was asked", async () => {
    await onBench();
    const id = await payFor(ticket);
    await bench.clock.advance(800);
    expect(bench.world.pulses).toMatchObject([{ line: "gate", ms: 800, order: id }]);
    expect(await stateOf(id)).toMatchObject({ state: "delivered", confirmed: false, paid: { amount: PRICE } });
  });

  test("sent again is the same order, whatever has become of it", async () => {
    await onBench();
    const id = await begin(ticket);
    expect(await post(ticket)).toMatchObject({ status: 200, body: { id, state: "charging" } });
    await pay(id);
    await bench.clock.advance(800);
    expect(await post(ticket)).toMatchObject({ status: 200, body: { id, state: "delivered" } });
    expect(bench.backend.typesHeard().filter((type) => type === "charge")).toHaveLength(1);
  });

  test("sent several times in the same moment begins once", async () => {
    await onBench();
    const { stand, journal } = bench;
    const references = new References({ journal });
    const orders = new Orders({ stand, journal, references, hasRelay: () => true });
    const wish = orderRequestSchema.parse(ticket);
    const placed = await Promise.all([orders.place(wish), orders.place(wish), orders.place(wish)]);
    expect(placed.map(({ is }) => is)).toEqual(["begun", "known", "known"]);
    expect(bench.backend.typesHeard().filter((type) => type === "charge")).toHaveLength(1);
  });

  test.each(["same-boot", "new-boot"] as const)("is known by its reference after a restart, %s", async (boot) => {
    await onBench();
    const id = await payFor(ticket);
    await bench.clock.advance(800);
    await restart(boot);
    expect(await post(ticket)).toMatchObject({ status: 200, body: { id, state: "delivered" } });
    expect(await get("/orders?reference=ticket-17")).toMatchObject({ status: 200, body: { id } });
  });

  test.each([
    ["another amount", { ...ticket, amount: 5_000, items: [{ ...ticket.items[0], quantity: 1 }] }],
    ["other goods", { ...ticket, items: [{ ...ticket.items[0], name: "Parkir malam" }] }],
    ["another product", { ...ticket, items: [{ ...ticket.items[0], product: "wash" }] }],
    ["other prices", { ...ticket, items: twoAt(9_000) }, { ...ticket, items: twoAt(8_000) }],
    ["another way out", { ...ticket, release: { line: "gate", pulse_ms: 900 } }],
    ["another relay", { ...ticket, release: { line: "roof", pulse_ms: 800 } }],
    ["another's release", { ...ticket, release: vend.release }],
    [
      "another window",
      { ...ticket, release: { by: "controller", window_ms: 29_000 } },
      { ...ticket, release: vend.release },
    ],
  ])("of a reference that has %s is refused", async (_, other, first: object = ticket) => {
    await onBench();
    const id = await begin(first);
    expect(await post(other)).toMatchObject({ status: 409, body: { error: "other-order", order: { id } } });
  });

  test("waits while another is being served, and is told so", async () => {
    await onBench();
    await begin(ticket);
    expect(await post(vend)).toMatchObject({ status: 409, body: { error: "busy" }, headers: { "retry-after": "5" } });
    expect(await get("/status")).toMatchObject({ body: { ready: false, busy: true, obstacles: [] } });
  });

  test("waits while a technician has the service page", async () => {
    await onBench({ serves: { pageMs: 60_000 } });
    await bench.stand.serve();
    expect(await post(ticket)).toMatchObject({ status: 409, body: { error: "busy" } });
    expect(await get("/status")).toMatchObject({ body: { ready: false, busy: true } });
    await bench.stand.cancel();
    expect((await post(ticket)).status).toBe(201);
  });

  test("does not begin where it could not end, and says why and what to do", async () => {
    await onBench();
    bench.backend.cut();
    const { status, body } = await post(ticket);
    expect(status).toBe(503);
    expect(body).toMatchObject({ error: "out-of-service", obstacles: [{ name: "link-down" }] });
    expect(body.message).toContain("look at the network");
    expect(await get("/status")).toMatchObject({ body: { ready: false, obstacles: [{ name: "link-down" }] } });
    bench.backend.join();
    expect((await post(ticket)).status).toBe(201);
  });

  test("that the controller releases itself needs no relay of ours", async () => {
    await onBench();
    bench.world.setRelay("gate", "stuck");
    expect(await post(ticket)).toMatchObject({ status: 503, body: { obstacles: [{ name: "release-not-ready" }] } });
    expect((await post(vend)).status).toBe(201);
  });

  test("that the journal does not take has not begun", async () => {
    await onBench();
    const takes = bench.journal.advance;
    bench.journal.advance = () => Promise.reject(new JournalFault("full", "no space is left"));
    expect(await post(ticket)).toMatchObject({ status: 503, body: { obstacles: [{ name: "journal-failed" }] } });
    expect(await get("/orders?reference=ticket-17")).toMatchObject({ status: 404 });
    bench.journal.advance = takes;
    expect((await post(ticket)).status).toBe(201);
  });

  test("that could not be looked up does not keep the next one from being placed", async () => {
    await onBench();
    const id = await begin(ticket);
    const reads = bench.journal.stateOf;
    bench.journal.stateOf = () => Promise.reject(new JournalFault("unwritable", "the disk is gone"));
    expect(await post(ticket)).toMatchObject({ status: 503, body: { obstacles: [{ name: "journal-failed" }] } });
    bench.journal.stateOf = reads;
    expect(await post(ticket)).toMatchObject({ status: 200, body: { id } });
  });

  test("of the menu is nobody's but the stand's", async () => {
    await onBench();
    await bench.stand.press("new");
    const id = bench.stand.stand.front?.order.id as OrderId;
    expect((await get(`/orders/${id}`)).status).toBe(404);
    expect((await cancel(id)).status).toBe(404);
    expect((await answer(id, { outcome: "delivered" })).status).toBe(404);
    expect((await call({ socketPath }, "GET", `/orders/${id}/events`)).status).toBe(404);
  });
});

describe("a request that is not usable", () => {
  test.each([
    ["no JSON", "{", [""]],
    ["nothing", {}, ["amount", "items", "reference", "release"]],
    ["half a rupiah", { ...ticket, amount: 1.5 }, ["amount"]],
    ["more than QRIS carries", { ...ticket, amount: 10_000_001 }, ["amount"]],
    ["items that come to something else", { ...ticket, amount: PRICE + 1 }, ["amount"]],
    ["no item", { ...ticket, items: [] }, ["items"]],
    ["too many items", { ...ticket, items: Array.from({ length: 21 }, () => ticket.items[0]) }, ["items"]],
    ["an item without a name", { ...ticket, items: [{ ...ticket.items[0], name: "" }] }, ["items[0].name"]],
    ["a reference with a space", { ...ticket, reference: "ticket 17" }, ["reference"]],
    ["a reference too long", { ...ticket, reference: "x".repeat(65) }, ["reference"]],
    ["a relay that is not there", { ...ticket, release: { line: "roof" } }, ["release.line"]],
    ["a pulse too long", { ...ticket, release: { line: "gate", pulse_ms: 10_001 } }, ["release.pulse_ms"]],
    ["a window too short", { ...ticket, release: { by: "controller", window_ms: 999 } }, ["release.window_ms"]],
    ["a window too long", { ...ticket, release: { by: "controller", window_ms: 600_001 } }, ["release.window_ms"]],
    ["a word too many", { ...ticket, colour: "red" }, ["colour"]],
  ])("is told each place: %s", async (_, body, places) => {
    await onBench();
    const got = await post(body);
    expect(got.status).toBe(400);
    expect(got.body.wrong?.map(({ at }) => at).toSorted()).toEqual(places.toSorted());
    expect(bench.stand.stand.front).toBeUndefined();
  });

  test("may ask for what is not there", async () => {
    await onBench();
    expect((await get("/orders")).status).toBe(400);
    expect((await get("/orders?reference=nobody")).status).toBe(404);
    expect((await get("/orders/01JD5S3V8Q4R6T2W9Y0ZABCDEF")).status).toBe(404);
    expect((await get("/orders/nonsense")).status).toBe(404);
    expect((await call({ socketPath }, "DELETE", "/orders/nonsense")).status).toBe(404);
  });
});

describe("a cancelling", () => {
  test("ends an order that nobody has paid, and may be repeated", async () => {
    await onBench();
    const id = await begin(ticket);
    expect(await cancel(id)).toMatchObject({ status: 200, body: { state: "closing", because: "cancelled" } });
    expect(await cancel(id)).toMatchObject({ status: 200 });
    await bench.backend.say({ type: "voided", order: id, as: "never-charged" });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { state: "closed", because: "cancelled" } });
    expect((await post(vend)).status).toBe(201);
  });

  test("ends an order whose code is on show", async () => {
    await onBench();
    const id = await begin(ticket);
    await bench.backend.say({ type: "offer", order: id, qr: qrFor(PRICE), amount: PRICE, validForMs: 180_000 });
    expect(await stateOf(id)).toMatchObject({ state: "awaiting" });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { state: "closing", because: "cancelled" } });
  });

  test("does not take back what was paid and given back", async () => {
    await onBench();
    const id = await payFor(vend);
    await answer(id, { outcome: "failed" });
    await bench.backend.say({ type: "remedied", order: id, how: "refunded" });
    await settle();
    expect(await cancel(id)).toMatchObject({ status: 409, body: { order: { state: "closed", because: "refunded" } } });
    expect(await answer(id, { outcome: "failed" })).toMatchObject({ status: 200, body: { because: "refunded" } });
  });

  test("comes too late for money that is there", async () => {
    await onBench();
    const id = await payFor(vend);
    expect(await cancel(id)).toMatchObject({ status: 409, body: { error: "paid-already" } });
    await answer(id, { outcome: "delivered" });
    expect(await cancel(id)).toMatchObject({ status: 409, body: { order: { state: "delivered" } } });
  });
});

describe("a release that the controller performs", () => {
  test("is shown with its id and its window, and delivered by the controller's word", async () => {
    await onBench();
    const id = await payFor(vend);
    await bench.clock.advance(10_000);
    expect(await stateOf(id)).toMatchObject({
      state: "releasing",
      left_ms: 20_000,
      release: { by: "controller", window_ms: 30_000, id: `${id}-1` },
    });
    expect(await answer(id, { outcome: "delivered", confirmed: true })).toMatchObject({
      status: 200,
      body: { state: "delivered", confirmed: true },
    });
    await settle();
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "delivered", confirmed: true, release: `${id}-1` });
    expect(bench.world.pulses).toEqual([]);
  });

  test("that failed is owed, with the controller's reason in the story", async () => {
    await onBench();
    const id = await payFor(vend);
    const failed = { outcome: "failed", because: "coil 12 is stuck" };
    expect(await answer(id, failed)).toMatchObject({
      status: 200,
      body: { state: "troubled", because: "release-failed" },
    });
    const story = await bench.journal.story(id);
    expect(story.at(-1)?.event).toMatchObject({ type: "not-released", words: "coil 12 is stuck" });
  });

  test("that nobody answers for is owed when its window ends, and an answer after that is refused", async () => {
    await onBench();
    const id = await payFor(vend);
    await bench.clock.advance(29_999);
    expect(await stateOf(id)).toMatchObject({ state: "releasing", left_ms: 1 });
    await bench.clock.advance(1);
    expect(await stateOf(id)).toMatchObject({ state: "troubled", because: "not-confirmed" });
    const late = await answer(id, { outcome: "delivered" });
    expect(late).toMatchObject({ status: 409, body: { error: "too-late", order: { state: "troubled" } } });
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "not-delivered", because: "not-confirmed" });
  });

  test.each([
    [{ outcome: "delivered" }, { outcome: "failed" }],
    [{ outcome: "failed" }, { outcome: "delivered" }],
  ] as const)("that is answered twice keeps the first answer: %o", async (first, second) => {
    await onBench();
    const id = await payFor(vend);
    const { body } = await answer(id, first);
    expect(await answer(id, first)).toEqual(expect.objectContaining({ status: 200, body }));
    await restart("same-boot");
    expect((await answer(id, first)).status).toBe(200);
    expect(await answer(id, second)).toMatchObject({ status: 409, body: { error: "answered-otherwise" } });
    expect(await stateOf(id)).toEqual(body);
  });

  test("goes on waiting for the rest of its window when the daemon comes again in the same boot", async () => {
    await onBench();
    const id = await payFor({ ...vend, release: { by: "controller", window_ms: 25_000 } });
    await bench.clock.advance(20_000);
    await restart("same-boot");
    expect(await stateOf(id)).toMatchObject({ state: "releasing", left_ms: 5_000 });
    await bench.clock.advance(5_000);
    expect(await stateOf(id)).toMatchObject({ because: "not-confirmed" });
  });

  test("may be answered to the daemon that came again", async () => {
    await onBench();
    const id = await payFor(vend);
    await restart("same-boot");
    expect((await answer(id, { outcome: "delivered" })).status).toBe(200);
    expect(await stateOf(id)).toMatchObject({ state: "delivered", confirmed: false });
  });

  test("is unclear after another boot", async () => {
    await onBench();
    const id = await payFor(vend);
    await restart("new-boot");
    expect(await stateOf(id)).toMatchObject({ state: "troubled", because: "release-unclear" });
    expect((await answer(id, { outcome: "delivered" })).status).toBe(409);
  });

  test("is asked for again by staff, under another id", async () => {
    await onBench();
    const id = await payFor(vend);
    await answer(id, { outcome: "failed" });
    const release = "01JD5S3V8Q4R6T2W9Y0ZSTAFF1" as ReleaseId;
    await bench.backend.say({ type: "release", order: id, release, by: "Sari", product: "parking" });
    expect(await stateOf(id)).toMatchObject({ state: "releasing", release: { id: release }, left_ms: 30_000 });
    expect((await answer(id, { outcome: "failed" })).status).toBe(200);
    expect(await stateOf(id)).toMatchObject({ state: "releasing" });
    expect((await answer(id, { outcome: "delivered" }, release)).status).toBe(200);
    expect(await stateOf(id)).toMatchObject({ state: "delivered" });
  });

  test("is none of the controller's where the stand's relay does it, or before anybody has paid", async () => {
    await onBench();
    const id = await begin(vend);
    expect(await answer(id, { outcome: "delivered" })).toMatchObject({
      status: 404,
      body: { error: "unknown-release" },
    });
    await cancel(id);
    const ours = await payFor(ticket);
    expect(await answer(ours, { outcome: "delivered" })).toMatchObject({ status: 409, body: { error: "not-yours" } });
    expect((await answer(ours, { outcome: "maybe" })).status).toBe(400);
    await bench.clock.advance(800);
  });
});

describe("a listener", () => {
  test("hears the state at once, then every other one, each with an id", async () => {
    await onBench();
    const id = await begin(vend);
    const { heard } = await hear(id);
    await until("the first state is heard", () => heard.length === 1);
    await pay(id);
    await answer(id, { outcome: "delivered" });
    await until("the last state is heard", () => heard.length === 4);
    expect(heard.map(({ id, order: { state } }) => [id, state])).toEqual([
      ["charging", "charging"],
      ["awaiting", "awaiting"],
      ["releasing.1", "releasing"],
      ["delivered.1", "delivered"],
    ]);
    expect(heard[2]?.order.release).toMatchObject({ id: `${id}-1` });
    expect(new Set(heard.map(({ event }) => event))).toEqual(new Set(["order"]));
  });

  test("that comes again hears what it has missed, and not what it knows", async () => {
    await onBench();
    const id = await payFor(vend);
    const missed = await hear(id, "awaiting");
    await until("what was missed is heard", () => missed.heard.length === 1);
    const knows = await hear(id, "releasing.1");
    await answer(id, { outcome: "failed" });
    await until("the next state is heard", () => knows.heard.length === 1);
    expect(knows.heard[0]).toMatchObject({ id: "troubled.1", order: { because: "release-failed" } });
  });

  test("hears nothing of other orders", async () => {
    await onBench();
    const first = await begin(ticket);
    const { heard } = await hear(first);
    await until("the first state is heard", () => heard.length === 1);
    await cancel(first);
    await begin(vend);
    await cancel(first);
    await until("the end is heard", () => heard.length === 2);
    expect(heard.map(({ order }) => order.id)).toEqual([first, first]);
  });

  test("hears a heartbeat every 15 seconds, and the end of the daemon", async () => {
    await onBench();
    const listener = await hear(await begin(ticket));
    await until("the first state is heard", () => listener.heard.length === 1);
    await bench.clock.advance(15_000);
    await until("a heartbeat is heard", () => listener.beats() === 1);
    await api.close();
    await until("the stream is over", listener.isOver);
  });

  test("is refused where too many listen, until one goes", async () => {
    await onBench();
    const id = await begin(ticket);
    for (let nth = 0; nth < MOST_LISTENERS; nth += 1) await hear(id);
    expect(await get(`/orders/${id}/events`)).toMatchObject({ status: 503, body: { error: "too-many-listeners" } });
    listening[0]?.stop();
    let last: Got | undefined;
    for (let tries = 0; tries < 200 && last === undefined; tries += 1) {
      const again = await listen({ socketPath }, `/orders/${id}/events`).catch(() => undefined);
      if (again !== undefined) return void listening.push(again);
      await settle();
    }
    throw new Error("there was no room, although one had gone");
  });
});

test("the socket is for the daemon's user and group", async () => {
  await onBench();
  expect(statSync(socketPath).mode & 0o777).toBe(0o660);
});
