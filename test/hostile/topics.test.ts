import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { StandId } from "../../protocol/ids.ts";
import { topicOf } from "../../protocol/topics.ts";
import { openRig } from "../journeys/open-rig.ts";
import type { Rig } from "../journeys/rig.ts";
import { type Stranger, stranger } from "./stranger.ts";

/* A stranger at the broker says whatever he likes, on every topic, while a sale is under way. */

const brokers = ["mosquitto", "embedded"] as const;
const channels = ["up", "down", "presence", "health"] as const;

const nasty = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.json({ maxDepth: 5 }),
  fc.constantFrom(
    "",
    "null",
    "[]",
    "{}",
    "\0",
    '{"__proto__":{"online":true}}',
    "[".repeat(4_000),
    '{"online":true,"boot":"","connection":1e999}',
    "eyJhbGciOiJub25lIn0.e30.",
    "eyJhbGciOiJFZERTQSJ9.e30.AAAA",
    "a.b.c",
    `${"A".repeat(8_000)}.${"A".repeat(7_000)}.AA`,
    "\u202e\ufeff\ud800",
  ),
);

async function comesIn(rig: Rig): Promise<Stranger> {
  const somebody = await stranger(rig.broker.port);
  onTestFinished(() => somebody.leaves());
  return somebody;
}

/** The sale that was under way ends as if nothing had happened, and so does the next one. */
async function businessGoesOn(rig: Rig, qr: string): Promise<void> {
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  await rig.standIs("delivered");
  const next = await rig.orders();
  await rig.pays(next.qr);
  await rig.endsWell();
  expect(rig.stand.machine.pulses).toHaveLength(2);
  const errors = rig.diary.lines.filter((line) => /^\d+ \S+ error /.test(line));
  expect(errors).toEqual([]);
}

describe.each(brokers)("at the %s broker", (broker) => {
  test("random and malformed words on every topic change nothing", async () => {
    const rig = await openRig({ broker, speed: 1 });
    const somebody = await comesIn(rig);
    const { qr } = await rig.orders();
    const property = fc.asyncProperty(fc.constantFrom(...channels), nasty, async (channel, payload) => {
      await somebody.says(topicOf(rig.stand.id, channel), payload);
    });
    await fc.assert(property, { numRuns: 600 });
    await rig.until("the storm is over", () => rig.stand.isConnected && rig.backend.backend.fleet.connected);
    expect(rig.stand.front).toMatchObject({ at: "awaiting" });
    await businessGoesOn(rig, qr);
  });

  test("words on topics of stands that nobody knows are not kept", async () => {
    const rig = await openRig({ broker, speed: 1 });
    const somebody = await comesIn(rig);
    const { qr } = await rig.orders();
    const stands = Array.from({ length: 10_500 }, (_, nth) => `nobody-${nth}`);
    for (let from = 0; from < stands.length; from += 250) {
      const some = stands.slice(from, from + 250);
      const word = JSON.stringify({ online: true, boot: "b".repeat(64), connection: from });
      await Promise.all(some.map((stand) => somebody.says(`qris/v1/stands/${stand}/presence`, word)));
    }
    await somebody.says("qris/v1/stands/UPPER/presence", "{}");
    await somebody.says("qris/v1/stands/-/up", "x");
    const { presence } = rig.backend.backend.fleet;
    const last = "the-last" as StandId;
    await rig.until("all was heard", async () => {
      await somebody.says(topicOf(last, "presence"), '{"online":true,"boot":"b","connection":1}');
      return presence.has(last);
    });
    // A broker may drop some of such a flood.
    expect(presence.size).toBeGreaterThan(9_000);
    expect(presence.size).toBeLessThanOrEqual(10_000);
    await businessGoesOn(rig, qr);
  });

  test("words longer than any statement are dropped, and do not pile up", async () => {
    const rig = await openRig({ broker, speed: 1 });
    const somebody = await comesIn(rig);
    const { qr } = await rig.orders();
    const long = Buffer.alloc(200_000, "A");
    const before = process.memoryUsage();
    for (let nth = 0; nth < 100; nth += 1) {
      for (const channel of channels) await somebody.says(topicOf(rig.stand.id, channel), long);
    }
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    expect(grown).toBeLessThan(80_000_000);
    await rig.until("everybody is there", () => rig.stand.isConnected && rig.backend.backend.fleet.connected);
    await businessGoesOn(rig, qr);
  });

  test("a stranger who says that the stand is away does not keep its sales from it", async () => {
    const rig = await openRig({ broker, speed: 1 });
    const somebody = await comesIn(rig);
    const boot = rig.backend.backend.fleet.presence.get(rig.stand.id)?.boot ?? "";
    const lie = JSON.stringify({ online: false, boot, connection: Number.MAX_SAFE_INTEGER });
    await somebody.says(topicOf(rig.stand.id, "presence"), lie, true);
    await rig.until("the lie is heard", () => rig.backend.backend.fleet.presence.get(rig.stand.id)?.online === false);
    const { qr } = await rig.orders();
    await businessGoesOn(rig, qr);
  });
});

test("health that says nothing is not heard", async () => {
  const rig = await openRig({ speed: 1 });
  const somebody = await comesIn(rig);
  const { qr } = await rig.orders();
  for (const word of ["", "x", "null", "7", '"ill"', "[".repeat(5_000)]) {
    await somebody.says(topicOf(rig.stand.id, "health"), word);
  }
  await somebody.says(topicOf(rig.stand.id, "health"), '{"memory":1}');
  await rig.until("the good one is heard", () => rig.backend.health.length > 0);
  expect(rig.backend.health).toEqual([{ stand: rig.stand.id, health: { memory: 1 } }]);
  await businessGoesOn(rig, qr);
});

test("a packet longer than the wire takes ends that connection only: the sale ends when it is back", async () => {
  const rig = await openRig({ speed: 1 });
  const somebody = await comesIn(rig);
  const { qr } = await rig.orders();
  await somebody.says(topicOf(rig.stand.id, "down"), Buffer.alloc(2_000_000));
  await somebody.says(topicOf(rig.stand.id, "up"), Buffer.alloc(2_000_000));
  await rig.until(
    "both were cut",
    () => rig.diary.has("stand-1", "a packet of more") && rig.diary.has("backend", "a packet of more"),
  );
  await rig.ready();
  await businessGoesOn(rig, qr);
});
