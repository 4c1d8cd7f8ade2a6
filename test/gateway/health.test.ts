import { describe, expect, test } from "vitest";
import { HEALTH_NOTES, type HealthParts, healthOf, sayHealth } from "../../gateway/health/health.ts";
import { linuxMachine } from "../../gateway/health/machine.ts";
import { silentLog } from "../../host/log.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const healthIn = (clock: VirtualClock, more: Partial<HealthParts> = {}) => {
  const said: unknown[] = [];
  const noted: unknown[] = [];
  const parts: HealthParts = {
    clock,
    log: silentLog,
    version: "1.2.3",
    startedAt: clock.now(),
    journal: {
      backlog: async () => ({ count: 2, oldestWall: clock.wall() - 90_500 }),
      note: async (kind, json) => {
        noted.push([kind, json]);
      },
    },
    kinds: ["tell charge"],
    figures: () => ({
      boot: "boot-1.0",
      page: "welcome",
      panel: "ok",
      relays: { gate: 3 },
      settings: 7,
      certificateEndsInMs: 86_400_000,
    }),
    machine: {
      freeDiskBytes: async () => 5_000,
      temperature: async () => 48.5,
      throttled: async () => ["low-voltage"],
      isClockSynced: async () => true,
    },
    obstacles: () => ["door-open"],
    link: () => ({
      connected: true,
      reconnects: 3,
      publishHealth: async (health) => {
        said.push(health);
        return true;
      },
    }),
    ...more,
  };
  return { parts, said, noted };
};

describe("a stand's health", () => {
  test("names what an operator looks for", async () => {
    const clock = new VirtualClock();
    const printer = {
      dots: 384,
      print: async () => "printed",
      condition: async () => "paper-low",
      close: async () => undefined,
    };
    const { parts } = healthIn(clock, { printer: printer as NonNullable<HealthParts["printer"]> });
    await clock.advance(61_000);
    const health = await healthOf(parts);
    expect(health).toMatchObject({
      version: "1.2.3",
      uptimeSeconds: 61,
      temperature: 48.5,
      diskFree: 5_000,
      backlog: { count: 2, oldestSeconds: 90 },
      printer: "paper-low",
      obstacles: ["door-open"],
      connected: true,
      reconnects: 3,
      unsent: 2,
      throttled: ["low-voltage"],
      clockSynced: true,
      boot: "boot-1.0",
      page: "welcome",
      panel: "ok",
      relays: { gate: 3 },
      settings: 7,
      certificateEndsInMs: 86_400_000,
    });
    expect(health.wallMs).toBe(clock.wall());
    expect(health.rss).toBeGreaterThan(10_000_000);
    expect(health.heap).toBeLessThan(health.rss);
    expect(health.load).toBeGreaterThanOrEqual(0);
  });

  test("leaves out what cannot be had", async () => {
    const journal = { backlog: async () => ({ count: 0 }), note: async () => undefined };
    const { parts } = healthIn(new VirtualClock(), { machine: {}, journal, link: () => undefined });
    const health = await healthOf(parts);
    expect(health).toMatchObject({ backlog: { count: 0 }, connected: false, reconnects: 0 });
    expect(Object.keys(health)).not.toEqual(expect.arrayContaining(["temperature"]));
    expect(health).not.toHaveProperty("diskFree");
    expect(health).not.toHaveProperty("printer");
  });

  test("is said and noted every minute, also after a minute in which it could not be", async () => {
    const clock = new VirtualClock();
    let minutes = 0;
    const freeDiskBytes = async (): Promise<number> => {
      minutes += 1;
      if (minutes === 2) throw new Error("no disk");
      return 5_000;
    };
    const { parts, said, noted } = healthIn(clock, { machine: { freeDiskBytes } });
    const stop = sayHealth(parts);
    await clock.advance(180_000);
    expect(said).toHaveLength(2);
    expect(noted).toHaveLength(2);
    expect(noted[0]).toEqual([HEALTH_NOTES, said[0]]);
    stop();
    expect(clock.pending).toBe(0);
  });
});

test("the machine that this runs on knows where it is reached from outside, and whether its clock is told the time", async () => {
  const machine = linuxMachine(import.meta.filename);
  for (const address of machine.addresses()) expect(address).toMatch(/^(?!127\.|::1|fe80)[\d.a-f:]+ \([^)]+\)$/);
  expect([true, false, undefined]).toContain(await machine.isClockSynced());
});

test("the machine that this runs on knows its free disk, and its temperature or that it has none", async () => {
  const machine = linuxMachine(import.meta.filename);
  expect(await machine.freeDiskBytes()).toBeGreaterThan(0);
  const temperature = await machine.temperature();
  expect(temperature === undefined || (temperature > -50 && temperature < 150)).toBe(true);
});
