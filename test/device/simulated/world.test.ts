import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  simulatedInput,
  simulatedOutput,
  simulatedPrinter,
  simulatedRelay,
  simulatedScreen,
} from "../../../device/simulated/drivers.ts";
import type { Pulse, StandNews, StandShape } from "../../../device/simulated/shape.ts";
import { SimulatedStand } from "../../../device/simulated/world.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { plainFrame, plainStrip } from "../fixtures.ts";

const SHAPE: StandShape = {
  screen: { width: 8, height: 6 },
  printer: { dots: 16, msPerRow: 1 },
  relays: ["left", "right"],
  buttons: ["new", "cancel"],
  sensors: [{ name: "drop", follows: { line: "left", afterMs: 300 } }, { name: "door" }],
};

function newStand(more: Partial<StandShape> = {}) {
  const clock = new VirtualClock();
  const stand = new SimulatedStand({ ...SHAPE, ...more }, clock);
  const news: StandNews[] = [];
  stand.watch((one) => news.push(one));
  return { clock, stand, news };
}

/** The outcome of a promise that may have failed, as a word. */
const outcomeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    (value) => String(value ?? "resolved"),
    (error: unknown) => (error instanceof Error ? error.name : "?"),
  );

const LINES = ["left", "right"] as const;
type Step =
  | { readonly do: "pulse"; readonly line: string; readonly ms: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "cut" }
  | { readonly do: "stick"; readonly line: string; readonly stuck: boolean };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("pulse" as const),
    line: fc.constantFrom(...LINES),
    ms: fc.integer({ min: 1, max: 90 }),
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ do: fc.constant("cut" as const) }),
  fc.record({ do: fc.constant("stick" as const), line: fc.constantFrom(...LINES), stuck: fc.boolean() }),
);

function take(step: Step, stand: SimulatedStand, clock: VirtualClock): void {
  if (step.do === "pulse") void outcomeOf(simulatedRelay(stand, step.line).pulse(step.ms, "order"));
  else if (step.do === "wait") clock.pass(step.ms);
  else if (step.do === "cut") stand.losePower();
  else stand.setRelay(step.line, step.stuck ? "stuck" : "working");
}

/** Pulses of one line that have not ended, or ended after the next began. */
const overlaps = (pulses: readonly Pulse[]): readonly Pulse[] =>
  pulses.filter(({ at, ms }, index) => ms === null || at + ms > (pulses[index + 1]?.at ?? Number.POSITIVE_INFINITY));

describe("the record of pulses", () => {
  test("has a pulse from the moment its contact closes, with its length once it is open", async () => {
    const { clock, stand } = newStand();
    const at = clock.wall();
    const pulse = simulatedRelay(stand, "left").pulse(500, "order-1");
    await settle();
    expect(stand.pulses).toEqual([{ order: "order-1", line: "left", at, ms: null }]);
    await clock.advance(500);
    await pulse;
    expect(stand.pulses).toEqual([{ order: "order-1", line: "left", at, ms: 500 }]);
  });

  test("stays over power cuts, with the true length of a pulse that a cut ended", async () => {
    const { clock, stand } = newStand();
    const pulse = outcomeOf(simulatedRelay(stand, "left").pulse(500, "order-1"));
    await clock.advance(120);
    stand.losePower();
    expect(stand.isClosed("left")).toBe(false);
    expect(stand.pulses.map(({ order, ms }) => ({ order, ms }))).toEqual([{ order: "order-1", ms: 120 }]);
    expect(await pulse).toBe("HardwareFault");
    const again = simulatedRelay(stand, "left").pulse(50, "order-2");
    await clock.advance(50);
    await again;
    expect(stand.pulses.map(({ order, ms }) => ({ order, ms }))).toEqual([
      { order: "order-1", ms: 120 },
      { order: "order-2", ms: 50 },
    ]);
  });

  test("never shows two overlapping pulses of one line, whatever is asked, cut or broken", () => {
    const run = (steps: readonly Step[]): void => {
      const { clock, stand } = newStand();
      for (const step of steps) take(step, stand, clock);
      clock.pass(100);
      for (const line of LINES) expect(overlaps(stand.pulses.filter((pulse) => pulse.line === line))).toEqual([]);
    };
    fc.assert(fc.property(fc.array(anyStep, { maxLength: 30 }), run), { numRuns: 200 });
  });

  test("two lines can be closed at the same time", async () => {
    const { clock, stand } = newStand();
    const pulses = [simulatedRelay(stand, "left").pulse(50, "a"), simulatedRelay(stand, "right").pulse(50, "b")];
    await clock.advance(50);
    await Promise.all(pulses);
    expect(stand.pulses.map((pulse) => pulse.line)).toEqual(["left", "right"]);
  });
});

describe("a power cut", () => {
  test("darkens the screen, and the drivers of before never show anything again", async () => {
    const { stand } = newStand();
    const screen = simulatedScreen(stand);
    await screen.show(plainFrame(8, 6, 9));
    stand.losePower();
    expect(stand.picture).toBeUndefined();
    expect(await outcomeOf(screen.show(plainFrame(8, 6, 9)))).toBe("HardwareFault");
    expect(stand.picture).toBeUndefined();
    await simulatedScreen(stand).show(plainFrame(8, 6, 3));
    expect(stand.picture?.rgba[0]).toBe(3);
  });

  test("closing a relay driver of before does not open a contact that a new daemon closed", async () => {
    const { clock, stand } = newStand();
    const before = simulatedRelay(stand, "left");
    stand.losePower();
    const pulse = simulatedRelay(stand, "left").pulse(80, "order-2");
    await settle();
    await before.close();
    expect(await before.ready()).toBe(false);
    expect(stand.isClosed("left")).toBe(true);
    await clock.advance(80);
    await pulse;
  });

  test("breaks off a strip where it was, and forgets those that waited", async () => {
    const { clock, stand } = newStand();
    const printer = simulatedPrinter(stand);
    const ends = [outcomeOf(printer.print(plainStrip(16, 100))), outcomeOf(printer.print(plainStrip(16, 7)))];
    await clock.advance(40);
    stand.losePower();
    expect(await Promise.all(ends)).toEqual(["unclear", "offline"]);
    expect(stand.printer?.last?.height).toBe(40);
    expect(stand.printer?.printed).toBe(0);
    expect(await printer.condition()).toBe("offline");
  });

  test("silences the listeners of before", () => {
    const { stand } = newStand();
    const heard: string[] = [];
    simulatedInput(stand, "new").onPress(() => heard.push("before"));
    stand.losePower();
    expect(stand.press("new")).toBe("unheard");
    simulatedInput(stand, "new").onPress(() => heard.push("after"));
    expect(stand.press("new")).toBe("heard");
    expect(heard).toEqual(["after"]);
  });
});

describe("the printer", () => {
  test("that runs out while it prints looked ready, ends unclear, and then has no paper", async () => {
    const { clock, stand } = newStand();
    const printer = simulatedPrinter(stand);
    stand.setPrinter("out-during", "closed");
    expect(await printer.condition()).toBe("ready");
    const first = outcomeOf(printer.print(plainStrip(16, 100)));
    const second = outcomeOf(printer.print(plainStrip(16, 100)));
    await clock.advance(50);
    expect(await first).toBe("unclear");
    expect(stand.printer?.last?.height).toBe(50);
    expect(await second).toBe("no-paper");
    expect(await printer.condition()).toBe("no-paper");
    expect(stand.printer?.printed).toBe(0);
  });

  test.each([
    ["the cover is opened", "ok", "open"],
    ["the paper is taken out", "out", "closed"],
  ] as const)("ends unclear when %s in mid-print", async (_what, paper, cover) => {
    const { clock, stand } = newStand();
    const print = outcomeOf(simulatedPrinter(stand).print(plainStrip(16, 100)));
    await clock.advance(30);
    stand.setPrinter(paper, cover);
    expect(await print).toBe("unclear");
    expect(stand.printer?.last?.height).toBe(30);
  });

  test("never says printed for a strip that did not come out whole", async () => {
    const { clock, stand } = newStand();
    const print = outcomeOf(simulatedPrinter(stand).print(plainStrip(16, 100)));
    await clock.advance(99);
    stand.setPrinter("out", "closed");
    expect(await print).toBe("unclear");
  });

  test("refuses more than four waiting strips", async () => {
    const { clock, stand } = newStand();
    const printer = simulatedPrinter(stand);
    const ends = Array.from({ length: 6 }, () => outcomeOf(printer.print(plainStrip(16, 5))));
    await clock.advance(25);
    expect(await Promise.all(ends)).toEqual(["printed", "printed", "printed", "printed", "printed", "HardwareFault"]);
  });
});

describe("a sensor that follows a relay", () => {
  const heardBy = (stand: SimulatedStand): string[] => {
    const heard: string[] = [];
    simulatedInput(stand, "drop").onPress(() => heard.push("drop"));
    return heard;
  };

  test("fires its time after the contact has opened", async () => {
    const { clock, stand } = newStand();
    const heard = heardBy(stand);
    void simulatedRelay(stand, "left").pulse(500, "order-1");
    await clock.advance(799);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(heard).toEqual(["drop"]);
  });

  test("stays silent for another line, when jammed, and after a pulse that was cut short", async () => {
    const { clock, stand } = newStand();
    const heard = heardBy(stand);
    void simulatedRelay(stand, "right").pulse(50, "order-1");
    await clock.advance(1000);
    stand.jam("drop", true);
    void simulatedRelay(stand, "left").pulse(50, "order-2");
    await clock.advance(1000);
    stand.jam("drop", false);
    const cut = outcomeOf(simulatedRelay(stand, "left").pulse(50, "order-3"));
    await clock.advance(10);
    stand.losePower();
    await cut;
    const after = heardBy(stand);
    await clock.advance(1000);
    expect([...heard, ...after]).toEqual([]);
  });

  test("can be fired by hand even when jammed", () => {
    const { stand } = newStand();
    const heard = heardBy(stand);
    stand.jam("drop", true);
    expect(stand.sense("drop")).toBe("heard");
    expect(heard).toEqual(["drop"]);
  });
});

describe("what is held", () => {
  const changesOf = (stand: SimulatedStand, name: string): boolean[] => {
    const heard: boolean[] = [];
    simulatedInput(stand, name).onChange((isActive) => heard.push(isActive));
    return heard;
  };

  test("changes once, and a press of it is none", () => {
    const { stand } = newStand();
    const heard = changesOf(stand, "new");
    expect([stand.hold("new", true), stand.hold("new", true), stand.press("new")]).toEqual([
      "heard",
      "unheard",
      "unheard",
    ]);
    expect(stand.isActive("new")).toBe(true);
    stand.hold("new", false);
    expect(heard).toEqual([true, false]);
    expect(stand.hold("nothing", true)).toBe("unknown");
  });

  test("hides what passes a sensor", async () => {
    const { clock, stand } = newStand();
    stand.hold("drop", true);
    const heard = changesOf(stand, "drop");
    const pulse = simulatedRelay(stand, "right").pulse(20, "order-1");
    await clock.advance(2_000);
    await pulse;
    expect([stand.sense("drop"), heard]).toEqual(["unheard", []]);
  });

  test("stays so over a power cut, and whoever drives the stand then can see it", async () => {
    const { stand } = newStand();
    stand.hold("drop", true);
    stand.losePower();
    expect(await simulatedInput(stand, "drop").isActive()).toBe(true);
  });

  test("for a while is let go by itself", async () => {
    const { clock, stand } = newStand();
    const heard = changesOf(stand, "new");
    stand.press("new", 3_000);
    expect(stand.press("new", 1_000)).toBe("unheard");
    await clock.advance(2_999);
    expect(heard).toEqual([true]);
    await clock.advance(1);
    expect(heard).toEqual([true, false]);
  });
});

test("lamps go out with the power", async () => {
  const { news, stand } = newStand({ outputs: ["lamp"] });
  const lamp = simulatedOutput(stand, "lamp");
  await lamp.set(true);
  expect(stand.isOn("lamp")).toBe(true);
  stand.losePower();
  expect(stand.isOn("lamp")).toBe(false);
  await expect(lamp.set(true)).rejects.toThrow(/power was cut/u);
  expect(news.filter(({ is }) => is === "output")).toEqual([
    { is: "output", name: "lamp", on: true },
    { is: "output", name: "lamp", on: false },
  ]);
  expect(() => simulatedOutput(stand, "bulb")).toThrow(/no lamp or buzzer bulb here: there are lamp/u);
});

test("who watches is told what can be seen and heard, in order", async () => {
  const { clock, stand, news } = newStand();
  await simulatedScreen(stand).show(plainFrame(8, 6, 1));
  stand.press("new");
  const pulse = simulatedRelay(stand, "right").pulse(20, "order-1");
  await clock.advance(20);
  await pulse;
  const print = simulatedPrinter(stand).print(plainStrip(16, 3));
  await clock.advance(3);
  await print;
  stand.setPrinter("low", "open");
  expect(news).toEqual([
    { is: "screen", lit: true },
    { is: "pressed", name: "new", heard: false },
    { is: "relay", line: "right", closed: true, order: "order-1" },
    { is: "relay", line: "right", closed: false, order: "order-1" },
    { is: "printed", ended: "printed", rows: 3 },
    { is: "printer", paper: "low", cover: "open" },
  ]);
});

test("a name that is not there is unknown, and no driver opens on it", () => {
  const { stand } = newStand();
  expect(stand.press("drop")).toBe("unknown");
  expect(stand.sense("new")).toBe("unknown");
  expect(() => simulatedRelay(stand, "middle")).toThrow(/no relay middle.*left, right/u);
  expect(() => simulatedInput(stand, "nothing")).toThrow(/no button or sensor nothing/u);
  const bare = new SimulatedStand({ relays: [], buttons: [], sensors: [] }, new VirtualClock());
  expect(() => simulatedScreen(bare)).toThrow(/no screen/u);
  expect(() => simulatedPrinter(bare)).toThrow(/no printer/u);
});
