import { afterEach, describe, expect, test } from "vitest";
import type { DownBody } from "../../protocol/statements.ts";
import { coffee } from "../support/sale.ts";
import { say, settled, untilQr } from "../support/sale-on-bench.ts";
import { type Bench, type BenchOptions, standOnBench } from "../support/stand-on-bench.ts";
import { settle } from "../support/virtual-clock.ts";

/* A door that is open, and an outlet that is not clear, at a whole stand. */

let bench: Bench;
afterEach(() => bench.close());

const DOOR: BenchOptions = { shape: { sensors: [{ name: "door" }] }, interlocks: { door: "door-open" } };
const CHUTE: BenchOptions = { shape: { sensors: [{ name: "chute", follows: { line: "gate", afterMs: 300 } }] } };

const onBench = async (options: BenchOptions = DOOR): Promise<void> => {
  bench = await standOnBench(options);
  await settle();
};
const door = async (isOpen: boolean): Promise<void> => {
  bench.world.hold("door", isOpen);
  await bench.clock.advance(0);
};

const page = () => bench.stand.pageNow();
const title = (): string | undefined => page().title.second;
const firstLine = (): string | undefined => page().lines?.[0]?.second;
const front = () => bench.stand.stand.front;

async function press(): Promise<unknown> {
  const pressed = await bench.stand.press("new");
  await settle();
  return pressed;
}

describe("an open door", () => {
  test("is on the glass at once, sells nothing, and is forgotten as soon as it is shut", async () => {
    await onBench();
    expect(firstLine()).toBe("Press a button to buy");
    await door(true);
    expect([title(), firstLine()]).toEqual(["Out of service", "The machine's door is open"]);
    expect(await press()).toEqual({ obstacles: ["door-open"] });
    expect(front()).toBeUndefined();
    await door(false);
    expect(firstLine()).toBe("Press a button to buy");
    expect(await press()).toBe("begun");
  });

  test("says what the configuration says of it", async () => {
    const says = { "door-open": { first: "Sedang diisi ulang", second: "Being refilled" } };
    await onBench({ ...DOOR, parts: { says } });
    await door(true);
    expect(page().lines?.[0]).toEqual(says["door-open"]);
  });

  test("that was open when the stand began is found before anybody presses", async () => {
    await onBench();
    await door(true);
    bench = await bench.restart();
    await settle();
    expect(bench.stand.obstacles).toEqual(["door-open"]);
    expect(title()).toBe("Out of service");
  });

  test("ends an order that can be paid: the code goes at once, and the customer reads why", async () => {
    await onBench();
    const order = await untilQr(bench);
    await door(true);
    expect(page().qr).toBeUndefined();
    expect(page().title.second).toBe("Cancelled");
    expect(page().lines?.map(({ second }) => second)).toEqual([
      "The machine's door is open",
      "Do not pay the QR code any more",
    ]);
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "void", order, why: "cancelled" });
    await say(bench, { type: "voided", order, as: "cancelled" });
    await bench.clock.advance(4_000);
    expect(title()).toBe("Out of service");
  });

  test("ends an order whose code is still asked for", async () => {
    await onBench();
    await press();
    await door(true);
    expect(front()).toMatchObject({ at: "closing", why: "cancelled" });
  });

  test.each([0, 5, 9, 10, 11, 12, 13, 21])("leaves nothing to pay, opened %i turns after a press", async (turns) => {
    await onBench();
    const pressing = bench.stand.press("new");
    for (let left = turns; left > 0; left -= 1) await Promise.resolve();
    bench.world.hold("door", true);
    await pressing;
    await settle();
    expect([undefined, "closing"]).toContain(front()?.at);
    expect(bench.stand.obstacles).toContain("door-open");
  });

  test("ends an order that a restart finds, when it was opened in between", async () => {
    await onBench();
    await untilQr(bench);
    bench.world.losePower();
    bench.world.hold("door", true);
    bench = await bench.restart();
    await settle();
    expect(front()).toMatchObject({ at: "closing", why: "cancelled" });
  });

  test("moves nothing for money that comes all the same: it is owed, and shutting the door releases nothing", async () => {
    await onBench();
    const order = await untilQr(bench);
    await door(true);
    await settled(bench, order);
    await bench.clock.advance(5_000);
    expect(front()).toMatchObject({ at: "troubled", because: "release-failed" });
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "not-delivered", because: "release-failed" });
    await door(false);
    await bench.clock.advance(60_000);
    expect(bench.world.pulses).toEqual([]);
  });

  test("lets staff release again when it is shut", async () => {
    await onBench();
    const order = await untilQr(bench);
    const again = (release: string): Promise<void> =>
      say(bench, { type: "release", order, release, product: coffee.id, by: "Sari" } as DownBody);
    await door(true);
    await settled(bench, order);
    await again(`${order}-again-1`);
    expect(front()).toMatchObject({ at: "troubled" });
    await door(false);
    await again(`${order}-again-2`);
    await bench.clock.advance(coffee.opening.pulseMs);
    expect(front()).toMatchObject({ at: "delivered" });
    expect(bench.world.pulses).toMatchObject([{ order }]);
  });
});

describe("an outlet that is not clear", () => {
  test("sells nothing until it is, and then at once", async () => {
    await onBench(CHUTE);
    bench.world.hold("chute", true);
    expect(await press()).toEqual({ obstacles: ["sensor-stuck"] });
    expect(firstLine()).toBe("The outlet is not clear");
    bench.world.hold("chute", false);
    await bench.clock.advance(0);
    expect(firstLine()).toBe("Press a button to buy");
    expect(await press()).toBe("begun");
  });

  test("confirms nothing, when it became so after the code was shown", async () => {
    await onBench(CHUTE);
    const order = await untilQr(bench);
    bench.world.hold("chute", true);
    await settled(bench, order);
    await bench.clock.advance(500);
    expect(front()).toMatchObject({ at: "troubled", because: "not-confirmed" });
    expect(bench.world.pulses).toHaveLength(1);
  });
});

test("lamp and buzzer follow a sale", async () => {
  await onBench({
    shape: { sensors: [{ name: "door" }], outputs: ["lamp", "buzzer"] },
    interlocks: { door: "door-open" },
  });
  const tape: string[] = [];
  bench.world.watch((news) => {
    if (news.is === "output") tape.push(`${bench.clock.now().ms} ${news.name} ${news.on ? "on" : "off"}`);
  });
  expect(bench.world.isOn("lamp")).toBe(true);
  const order = await untilQr(bench);
  await bench.clock.advance(600);
  await settled(bench, order);
  await bench.clock.advance(500);
  await door(true);
  expect(tape).toEqual([
    "0 buzzer on",
    "60 buzzer off",
    "500 lamp off",
    "600 buzzer on",
    "850 buzzer off",
    "1000 lamp on",
    "1100 lamp off",
  ]);
});
