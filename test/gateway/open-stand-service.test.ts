import { afterEach, describe, expect, test } from "vitest";
import { rules } from "../support/sale.ts";
import { settled, untilQr } from "../support/sale-on-bench.ts";
import { type Bench, type BenchOptions, standOnBench } from "../support/stand-on-bench.ts";
import { settle } from "../support/virtual-clock.ts";

/* The page for who mends the stand, at a whole stand. */

let bench: Bench;
afterEach(() => bench.close());

const PAGE_MS = 60_000;
const onBench = async (options: BenchOptions = {}): Promise<void> => {
  bench = await standOnBench({
    ...options,
    shape: { sensors: [{ name: "chute", follows: { line: "gate", afterMs: 300 } }], ...options.shape },
    serves: { pageMs: PAGE_MS },
  });
  await settle();
};

const serve = async (): Promise<void> => {
  await bench.stand.serve();
  await bench.clock.advance(0);
};
const report = () => bench.stand.pageNow().report;
const rowOf = (label: string): string | undefined => report()?.rows.find((row) => row.label === label)?.value;
const wireOf = (label: string): string | undefined => report()?.wires.find((wire) => wire.label === label)?.is;
const front = () => bench.stand.stand.front;

describe("the service page", () => {
  test("tells how the stand is, and goes by itself when nobody has done anything for its time", async () => {
    await onBench();
    await serve();
    expect(bench.stand.pageNow().title).toEqual({ first: "Kopi Lobi" });
    expect([rowOf("Sells"), rowOf("Link"), rowOf("Printer"), rowOf("Relays")]).toEqual([
      "yes",
      "up",
      "ready",
      "gate ready",
    ]);
    await bench.clock.advance(PAGE_MS - 1);
    expect(report()).toBeDefined();
    await bench.clock.advance(1);
    expect(report()).toBeUndefined();
    expect(bench.stand.isFreeForService).toBe(true);
  });

  test("is closed by cancel, which then cancels nothing", async () => {
    await onBench();
    await serve();
    expect(bench.stand.isFreeForService).toBe(false);
    await bench.stand.cancel();
    expect(report()).toBeUndefined();
  });

  test("shows each second how things stand", async () => {
    await onBench();
    await serve();
    bench.backend.cut();
    bench.world.setPrinter("out", "closed");
    bench.world.setRelay("gate", "stuck");
    await bench.clock.advance(1_000);
    expect([rowOf("Link"), rowOf("Last error"), rowOf("Printer"), rowOf("Relays")]).toEqual([
      "down",
      "the wire was cut",
      "no-paper",
      "gate not ready",
    ]);
  });

  test("shows at once what is pressed or passes a sensor, and long enough to be seen", async () => {
    await onBench();
    await serve();
    expect([wireOf("new"), wireOf("chute")]).toEqual(["idle", "idle"]);
    bench.world.sense("chute");
    expect(wireOf("chute")).toBe("active");
    await bench.clock.advance(1_500);
    expect(wireOf("chute")).toBe("active");
    await bench.clock.advance(1_500);
    expect(wireOf("chute")).toBe("idle");
    bench.world.hold("new", true);
    await bench.clock.advance(10_000);
    expect(wireOf("new")).toBe("active");
  });

  test("makes a product's button print a test strip instead of selling, and stays longer for it", async () => {
    await onBench();
    await serve();
    await bench.clock.advance(PAGE_MS - 1);
    expect(await bench.stand.press("new")).toBe("service");
    expect(bench.world.printer?.printed).toBe(1);
    expect(rowOf("Test print")).toBe("printed");
    expect(front()).toBeUndefined();
    await bench.clock.advance(PAGE_MS - 1);
    expect(report()).toBeDefined();
  });

  test("says why nothing was printed", async () => {
    await onBench();
    bench.world.setPrinter("ok", "open");
    await serve();
    await bench.stand.press("new");
    expect(rowOf("Test print")).toBe("cover-open");
  });

  test("takes the lamp out of service, for the stand sells nothing", async () => {
    await onBench({ shape: { outputs: ["lamp"] } });
    expect(bench.world.isOn("lamp")).toBe(true);
    await serve();
    expect(bench.world.isOn("lamp")).toBe(false);
    await bench.stand.cancel();
    expect(bench.world.isOn("lamp")).toBe(true);
  });

  test("shows the order counts of the journal", async () => {
    await onBench();
    const order = await untilQr(bench);
    bench.world.jam("chute", true);
    await settled(bench, order);
    await bench.clock.advance(500 + 2_000);
    await bench.clock.advance(100 + 90_000);
    await serve();
    expect(rowOf("Journal")).toBe("1 open, 1 owed, 0 unsent");
  });
});

describe("a customer comes first", () => {
  test.each([
    ["while a code is asked for", () => bench.stand.press("new")],
    ["while the code can be paid", () => untilQr(bench)],
    ["while the goods leave", async () => settled(bench, await untilQr(bench))],
  ])("%s nobody gets the service page", async (_, begin) => {
    await onBench();
    await begin();
    expect(bench.stand.isFreeForService).toBe(false);
    await serve();
    expect(report()).toBeUndefined();
    await bench.clock.advance(3_000);
  });

  test("while the code for the staff is on show nobody gets it either", async () => {
    await onBench();
    bench.world.jam("chute", true);
    await settled(bench, await untilQr(bench));
    await bench.clock.advance(500 + 2_000);
    await bench.clock.advance(100);
    await serve();
    expect(bench.stand.pageNow().title.second).toBe("Not delivered");
    await bench.clock.advance(90_000);
    await serve();
    expect(report()).toBeDefined();
  });

  test("money that comes after all takes the page away", async () => {
    await onBench();
    const order = await untilQr(bench);
    await bench.stand.cancel();
    await settle();
    await bench.clock.advance(5_000);
    await serve();
    expect(report()).toBeDefined();
    await settled(bench, order);
    expect(bench.stand.pageNow().title.second).toBe("Payment received");
    await bench.clock.advance(20_000);
    expect(report()).toBeUndefined();
  });
});

test("a stand without a screen prints it, and sells on", async () => {
  await onBench({ has: { screen: false }, parts: { rules: { ...rules, prints: { qr: true, receipt: true } } } });
  await serve();
  expect(bench.world.printer?.printed).toBe(1);
  expect(bench.stand.isFreeForService).toBe(true);
  expect(await bench.stand.press("new")).toBe("begun");
});

test("a stand that was not given one has none", async () => {
  bench = await standOnBench();
  await settle();
  expect(bench.stand.isFreeForService).toBe(false);
  await serve();
  expect(report()).toBeUndefined();
});
