import fc from "fast-check";
import { expect, test } from "vitest";
import { figureOf, figures, stepsOf } from "../../../backend/health/figures.ts";
import { pulsesOf, readHealth } from "../../../backend/health/parse.ts";

const HEARD_MS = 1_790_000_000_000;
const SAID = {
  version: "0.1.0",
  wallMs: HEARD_MS - 12,
  boot: "0d3f5ad2 12",
  uptimeSeconds: 1_234,
  rss: 91_234_567,
  heap: 23_456_789,
  load: 0.23,
  temperature: 48.3,
  throttled: false,
  diskFree: 12_345_678_901,
  backlog: { count: 2, oldestSeconds: 7 },
  printer: "ready",
  panel: "ok",
  relays: { "slot-1": 12, "slot-2": 3 },
  obstacles: ["door-open"],
  connected: true,
  reconnects: 3,
  clockSynced: true,
  certificateEndsInMs: 1_234_567_890,
  page: "welcome",
  settings: 3,
};

test("what a stand says is read, and what is not known here is dropped", () => {
  const { version, wallMs: _, backlog, throttled, clockSynced, connected, ...same } = SAID;
  expect(readHealth({ ...SAID, newer: { deep: [1] } }, HEARD_MS)).toEqual({
    ...same,
    software: version,
    unsent: backlog.count,
    oldestSeconds: backlog.oldestSeconds,
    clockOffsetMs: -12,
    isThrottled: throttled,
    isClockSynced: clockSynced,
  });
  expect([connected, pulsesOf({ relays: SAID.relays })]).toEqual([true, 15]);
});

test.each([undefined, null, 7, "text", true, [], [SAID]])("%j is no health", (said) => {
  expect(readHealth(said, HEARD_MS)).toBeUndefined();
});

test.each([
  ["temperature", Number.NaN],
  ["temperature", Number.POSITIVE_INFINITY],
  ["temperature", "48"],
  ["rss", -1],
  ["reconnects", 1.5],
  ["reconnects", 2 ** 40],
  ["version", "v".repeat(65)],
  ["version", "0.1.0\n[ERROR] all is well"],
  ["page", "\u202Eemoclew"],
  ["relays", [1, 2]],
  ["obstacles", "door-open"],
  ["certificateEndsInMs", -5],
])("a %s of %j is as if it had not been said, and the rest is heard", (field, value) => {
  const whole = readHealth(SAID, HEARD_MS);
  const found = readHealth({ ...SAID, [field]: value }, HEARD_MS);
  const name = field === "version" ? "software" : field;
  expect(found).toEqual({ ...whole, [name]: undefined, obstacles: name === "obstacles" ? [] : whole?.obstacles });
});

test("whatever comes, the answer is bounded", () => {
  fc.assert(
    fc.property(fc.record(Object.fromEntries(Object.keys(SAID).map((key) => [key, fc.anything()]))), (said) => {
      const found = readHealth(said, HEARD_MS);
      expect(JSON.stringify(found).length).toBeLessThan(8_000);
      for (const figure of figures)
        expect(Math.abs(stepsOf(figure, found ?? { obstacles: [] }) ?? 0)).toBeLessThan(2 ** 31);
    }),
  );
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, nth) => [`slot-${nth}`, nth]));
  expect(Object.keys(readHealth({ relays: many }, HEARD_MS)?.relays ?? {})).toHaveLength(32);
  expect(readHealth({ obstacles: Array(500).fill("tilted") }, HEARD_MS)?.obstacles).toHaveLength(16);
});

test("a figure comes back from the store as it was, to its step", () => {
  const health = readHealth(SAID, HEARD_MS) ?? { obstacles: [] };
  for (const figure of figures) {
    const back = figureOf(figure, stepsOf(figure, health));
    expect(Math.abs((back ?? Number.NaN) - (figure.of(health) ?? Number.NaN))).toBeLessThanOrEqual(figure.step / 2);
  }
});
