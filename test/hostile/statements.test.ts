import { describe, expect, onTestFinished, test } from "vitest";
import { newUlid, type OrderId, type ReleaseId, type StandId, type StatementId } from "../../protocol/ids.ts";
import { newKeyPair, type SigningKey } from "../../protocol/keys.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { seal } from "../../protocol/seal.ts";
import type { DownBody, Party, Statement, UpBody } from "../../protocol/statements.ts";
import { topicOf } from "../../protocol/topics.ts";
import { openRig } from "../journeys/open-rig.ts";
import type { Rig } from "../journeys/rig.ts";
import { seeded } from "../world/seeded.ts";
import { type Stranger, stranger } from "./stranger.ts";

/* Well-made statements of people who may not make them: wrong keys, wrong addresses, old ones again, other people's orders. */

const random = seeded(11);

function sealed(body: UpBody | DownBody, by: SigningKey, from: Party, to: Party): string {
  const id = newUlid(1_700_000_000_000, random) as StatementId;
  return seal({ v: 1, id, from, to, at: { journal: "forged", seq: 1 }, body } as Statement, by);
}

const settlement = (order: OrderId): DownBody => ({
  type: "settled",
  order,
  amount: rupiah(15_000),
  paidAt: "2026-01-01T00:00:00+07:00",
});

async function comesIn(rig: Rig): Promise<Stranger> {
  const somebody = await stranger(rig.broker.port);
  onTestFinished(() => somebody.leaves());
  await somebody.listens();
  return somebody;
}

const refusals = (rig: Rig, who: string): number =>
  rig.diary.lines.filter((line) => line.includes(`${who} warn statement refused`)).length;

/** Nobody was fooled: the sale is where it was, ends when it is really paid, and one pulse was all. */
async function endsAsPaid(rig: Rig, qr: string): Promise<void> {
  expect(rig.stand.front).toMatchObject({ at: "awaiting" });
  expect(rig.stand.machine.pulses).toEqual([]);
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  await rig.endsWell();
  expect(rig.stand.machine.pulses).toHaveLength(1);
}

describe("a settlement that the backend did not make", () => {
  const forgeries: readonly (readonly [string, (order: OrderId, rig: Rig) => string])[] = [
    ["sealed by an unknown key", (order) => sealed(settlement(order), newKeyPair().signing, "backend", STAND)],
    ["sealed by the stand itself", (order, rig) => sealed(settlement(order), rig.stand.key, "backend", STAND)],
    ["that the stand says to itself", (order, rig) => sealed(settlement(order), rig.stand.key, STAND, STAND)],
    [
      "sealed by another stand",
      (order, rig) => sealed(settlement(order), rig.stands[1]?.key ?? rig.stand.key, OTHER, STAND),
    ],
    [
      "that the backend made for another stand",
      (order, rig) => sealed(settlement(order), rig.backend.key, "backend", OTHER),
    ],
    [
      "altered after sealing",
      (order, rig) => altered(sealed(settlement(ELSEWHERE), rig.backend.key, "backend", STAND), order),
    ],
    [
      "without a signature",
      (order, rig) => sealed(settlement(order), rig.backend.key, "backend", STAND).replace(/[^.]*$/, ""),
    ],
    [
      "under an algorithm of none",
      (order, rig) => noAlgorithm(sealed(settlement(order), rig.backend.key, "backend", STAND)),
    ],
  ];

  test.each(forgeries)("%s opens nothing", async (_what, forge) => {
    const rig = await openRig({ stands: [{}, { id: OTHER }], speed: 1 });
    const somebody = await comesIn(rig);
    const { order, qr } = await rig.orders();
    await somebody.says(topicOf(STAND, "down"), forge(order, rig));
    await rig.until("the stand has refused it", () => refusals(rig, "stand-1") === 1);
    await endsAsPaid(rig, qr);
  });
});

const STAND = "stand-1" as StandId;
const OTHER = "stand-2" as StandId;
const ELSEWHERE = "01JD5S3V8Q4R6T2W9Y0ZABCDEF" as OrderId;

/** A good seal around other words: what it was made for was another order. */
function altered(statement: string, order: OrderId): string {
  const [header, body = "", signature] = statement.split(".");
  const said = JSON.parse(Buffer.from(body, "base64url").toString()) as Statement;
  const other = Buffer.from(JSON.stringify({ ...said, body: settlement(order) })).toString("base64url");
  return `${header}.${other}.${signature}`;
}

const noAlgorithm = (statement: string): string =>
  `${Buffer.from(JSON.stringify({ alg: "none", typ: "qris+jws" })).toString("base64url")}.${statement.split(".")[1]}.AAAA`;

describe("a stand that speaks of another's order", () => {
  const words: readonly ((order: OrderId) => UpBody)[] = [
    (order) => ({ type: "void", order, why: "cancelled" }),
    (order) => ({ type: "delivered", order, release: `${order}-1` as ReleaseId, confirmed: true }),
    (order) => ({ type: "not-delivered", order, because: "release-failed" }),
    (order) => ({ type: "sync", orders: [{ order, at: "awaiting" }], lost: true }),
    (order) => ({
      type: "charge",
      order,
      amount: rupiah(1),
      items: [{ product: "kopi", name: "Kopi", price: rupiah(1), quantity: 1 }],
      method: "qris",
      patienceMs: 1_000,
    }),
  ];

  test("is not heard, whatever it says", async () => {
    const rig = await openRig({ stands: [{}, { id: OTHER }], speed: 1 });
    const [, other] = rig.stands;
    if (other === undefined) throw new Error("two stands were asked for");
    const somebody = await comesIn(rig);
    const { order, qr } = await rig.orders();
    for (const word of words) {
      await somebody.says(topicOf(OTHER, "up"), sealed(word(order), other.key, OTHER, "backend"));
      await somebody.says(topicOf(STAND, "up"), sealed(word(order), other.key, OTHER, "backend"));
      await somebody.says(topicOf(STAND, "up"), sealed(word(order), other.key, STAND, "backend"));
    }
    await rig.until("all were answered", () => {
      const ignored = rig.diary.lines.filter((line) => line.includes("belongs to another stand")).length;
      return ignored === 2 * words.length && refusals(rig, "backend") > 0;
    });
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "payable" });
    expect(rig.chargesOf(order)).toHaveLength(1);
    const told = somebody.heard
      .filter(({ topic }) => topic === topicOf(OTHER, "down"))
      .map(({ payload }) => bodyOf(payload).type);
    expect(told.every((type) => type === "ack")).toBe(true);
    await endsAsPaid(rig, qr);
  });
});

const bodyOf = (payload: Buffer): UpBody | DownBody =>
  (JSON.parse(Buffer.from(payload.toString().split(".")[1] ?? "", "base64url").toString()) as Statement).body;

/** Everything that was said before has been heard by everybody. */
async function isHeardByAll(rig: Rig, somebody: Stranger): Promise<void> {
  const words = ["stand-1", "stand-2", "backend"].map((who) => [who, "not a compact JWS"] as const);
  await somebody.says(topicOf(STAND, "down"), "the end");
  await somebody.says(topicOf(OTHER, "down"), "the end");
  await somebody.says(topicOf(STAND, "up"), "the end");
  await rig.until("everybody has heard it all", () => words.every((each) => rig.diary.has(...each)));
}

test("every statement of a sale said again, to everybody, in any order, opens nothing twice", async () => {
  const rig = await openRig({ stands: [{}, { id: OTHER }], speed: 1 });
  const somebody = await comesIn(rig);
  const { qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  const said = somebody.heard.filter(({ topic }) => /\/(up|down)$/.test(topic)).map(({ payload }) => payload);
  expect(said.length).toBeGreaterThanOrEqual(8);
  const next = await rig.orders();
  for (const payload of [...said, ...said.toReversed()]) {
    for (const stand of [STAND, OTHER]) {
      for (const channel of ["up", "down"] as const) await somebody.says(topicOf(stand, channel), payload);
    }
  }
  await isHeardByAll(rig, somebody);
  expect(rig.stands.map(({ machine }) => machine.pulses.length)).toEqual([1, 0]);
  expect(rig.stand.front).toMatchObject({ at: "awaiting", order: { id: next.order } });
  await rig.pays(next.qr);
  await rig.endsWell();
  expect(rig.stands.map(({ machine }) => machine.pulses.length)).toEqual([2, 0]);
});

test("a settlement said again after staff has returned the money opens nothing", async () => {
  const rig = await openRig({ speed: 1 });
  const somebody = await comesIn(rig);
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.endsWell();
  await rig.backend.backend.cashier.decide(order, {
    type: "remedied",
    how: "refunded",
    by: "Sari",
    why: "asked at the counter",
  });
  await rig.endsWell();
  rig.stand.machine.setRelay("gate", "working");
  const said = somebody.heard.filter(({ topic }) => topic === topicOf(STAND, "down"));
  for (const { topic, payload } of said) await somebody.says(topic, payload);
  await rig.until("the last one was heard", () => rig.diary.has("stand-1", "ignored", '"remedied"', "duplicate"));
  await rig.endsWell();
  expect(rig.stand.machine.pulses).toEqual([]);
});

test("nothing of a seal, and no key, is ever in a log", async () => {
  const rig = await openRig({ speed: 1 });
  const somebody = await comesIn(rig);
  const { order, qr } = await rig.orders();
  await somebody.says(topicOf(STAND, "down"), sealed(settlement(order), newKeyPair().signing, "backend", STAND));
  await rig.pays(qr);
  await rig.endsWell();
  const parts = somebody.heard
    .filter(({ topic }) => /\/(up|down)$/.test(topic))
    .map(({ payload }) => payload.toString().split("."));
  const secrets = parts.flatMap(([, , signature]) => (signature === undefined ? [] : [signature]));
  expect(secrets.length).toBeGreaterThan(5);
  const log = rig.diary.lines.join("\n");
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  expect(log).not.toContain(rig.midtrans.serverKey);
  expect(log).not.toContain(Buffer.from(`${rig.midtrans.serverKey}:`).toString("base64"));
});
