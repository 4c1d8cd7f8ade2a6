import { afterEach, describe, expect, test } from "vitest";
import { JournalFault } from "../../journal/journal.ts";
import { SqliteJournal } from "../../journal/sqlite/sqlite-journal.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Trouble } from "../../protocol/statements.ts";
import { coffee, PRICE, qrFor, rules } from "../support/sale.ts";
import { begin, offerOf, say, settledOf, untilQr } from "../support/sale-on-bench.ts";
import { type Bench, type BenchOptions, standOnBench } from "../support/stand-on-bench.ts";
import { settle } from "../support/virtual-clock.ts";

let bench: Bench;

const onBench = async (options: BenchOptions = {}): Promise<void> => {
  bench = await standOnBench(options);
  await settle();
};
afterEach(() => bench.close());

const title = (): string | undefined => bench.stand.pageNow().title.second ?? bench.stand.pageNow().title.first;
const troublesHeard = (): readonly Trouble[] =>
  bench.backend.heard.flatMap((body) => (body.type === "not-delivered" ? [body.because] : []));

describe("a sale", () => {
  test("goes from the button to the goods, and everybody knows of it", async () => {
    await onBench();
    expect(title()).toBe("Kopi Lobi");
    const order = await untilQr(bench);
    expect(bench.stand.pageNow().qr?.text).toBe(qrFor(PRICE));

    await say(bench, settledOf(order));
    expect(title()).toBe("Payment received");
    await bench.clock.advance(coffee.opening.pulseMs);
    expect(bench.world.pulses).toMatchObject([{ order, line: "gate", ms: 500 }]);
    expect(title()).toBe("Thank you");
    expect(bench.world.printer?.printed).toBe(1);
    expect(bench.backend.typesHeard()).toEqual(["sync", "charge", "delivered"]);

    await bench.clock.advance(8_000);
    expect(title()).toBe("Kopi Lobi");
    expect(bench.backend.heard.at(-1)).toMatchObject({ order, confirmed: false });
  });

  test("is confirmed where a sensor saw the goods leave", async () => {
    const chute = { name: "chute", follows: { line: "gate", afterMs: 300 } };
    await onBench({ shape: { sensors: [chute] } });
    await say(bench, settledOf(await untilQr(bench)));
    await bench.clock.advance(500 + 300);
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "delivered", confirmed: true });
  });

  test("is in trouble where the sensor saw nothing in its time", async () => {
    const chute = { name: "chute", follows: { line: "gate", afterMs: 300 } };
    await onBench({ shape: { sensors: [chute] } });
    bench.world.jam("chute", true);
    await say(bench, settledOf(await untilQr(bench)));
    await bench.clock.advance(500 + 1_999);
    expect(troublesHeard()).toEqual([]);
    await bench.clock.advance(1 + 100);
    expect(troublesHeard()).toEqual(["not-confirmed"]);
    expect(title()).toBe("Not delivered");
  });

  test("ends with the cancel button; the QR code is gone at once", async () => {
    await onBench();
    await untilQr(bench);
    await bench.stand.cancel();
    await settle();
    expect(title()).toBe("Cancelled");
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "void", why: "cancelled" });
  });

  test("that ended while the link was down is told when it is up again, and shown no second time", async () => {
    await onBench();
    const order = await untilQr(bench);
    bench.backend.cut();
    await bench.stand.cancel();
    await bench.clock.advance(60_000);
    expect(bench.backend.typesHeard()).not.toContain("void");
    bench.backend.join();
    await settle();
    expect(bench.backend.heard).toContainEqual(expect.objectContaining({ type: "void", order, why: "cancelled" }));
    await say(bench, { type: "voided", order, as: "cancelled" });
    expect(title()).toBe("Kopi Lobi");
  });

  test("ends when the customer's time is over", async () => {
    await onBench();
    await untilQr(bench);
    await bench.clock.advance(rules.paymentPatienceMs);
    expect(title()).toBe("Time is over");
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "void", why: "expired" });
  });

  test("counts down on the glass, one picture a second", async () => {
    await onBench();
    await untilQr(bench);
    let pictures = 0;
    bench.world.watch((news) => {
      if (news.is === "screen") pictures += 1;
    });
    await bench.clock.advance(10_000);
    expect(pictures).toBe(10);
  });

  test("does not begin while another is being served, nor by an unknown button", async () => {
    await onBench();
    await begin(bench);
    expect(await bench.stand.press("new")).toBe("busy");
    expect(await bench.stand.press("no-such-button")).toBe("unknown");
    expect(bench.backend.typesHeard()).toEqual(["sync", "charge"]);
  });
});

describe("a stand that cannot end a sale begins none", () => {
  test("without the link, and asks for it to come back soon: there is a customer", async () => {
    await onBench();
    bench.backend.cut();
    expect(bench.backend.hurried).toBe(0);
    expect(await bench.stand.press("new")).toEqual({ obstacles: ["link-down"] });
    expect(title()).toBe("Offline");
    expect(bench.backend.hurried).toBe(1);
    bench.backend.join();
    expect(await bench.stand.press("new")).toBe("begun");
    expect(bench.backend.hurried).toBe(1);
  });

  test("while no backend answers, which the first press in vain has shown, and sells again once one does", async () => {
    await onBench();
    bench.backend.acks = false;
    await begin(bench);
    await bench.clock.advance(rules.chargePatienceMs + 6_000);
    expect(title()).toBe("Offline");
    expect(bench.stand.obstacles).toEqual(["backend-silent"]);
    const vain = bench.backend.heard.length;
    for (let nth = 0; nth < 10; nth += 1)
      expect(await bench.stand.press("new")).toEqual({ obstacles: ["backend-silent"] });
    await settle();
    expect(bench.backend.heard).toHaveLength(vain);
    expect(bench.backend.hurried).toBe(10);
    bench.backend.acks = true;
    await bench.clock.advance(12_000);
    expect(title()).toBe("Kopi Lobi");
    expect(bench.stand.obstacles).toEqual([]);
    expect(await bench.stand.press("new")).toBe("begun");
  });

  test("while no backend answers, which is on the glass before anybody has pressed", async () => {
    await onBench();
    await bench.clock.advance(30_000);
    bench.backend.acks = false;
    await bench.clock.advance(385_000);
    expect(title()).toBe("Offline");
    expect(bench.backend.typesHeard().filter((type) => type !== "sync")).toEqual([]);
    bench.backend.acks = true;
    await bench.clock.advance(40_000);
    expect(title()).toBe("Kopi Lobi");
  });

  test("whose backend restarts shows nobody: what was lost meanwhile is one wait", async () => {
    await onBench();
    bench.backend.acks = false;
    await begin(bench);
    await bench.clock.advance(9_000);
    bench.backend.acks = true;
    await bench.clock.advance(8_000);
    expect(bench.stand.linkObstacle).toBeUndefined();
    expect(bench.backend.typesHeard()).toEqual(["sync", "charge", "sync", "charge"]);
  });

  test("while no backend answers does not end the order in front", async () => {
    await onBench();
    await untilQr(bench);
    bench.backend.acks = false;
    bench.backend.cut();
    bench.backend.join();
    await bench.clock.advance(40_000);
    expect(bench.stand.linkObstacle).toBe("backend-silent");
    expect(bench.stand.pageNow().qr?.text).toBe(qrFor(PRICE));
  });

  test("with a relay that is stuck, and says so on the glass until the next look finds it working", async () => {
    await onBench();
    await bench.clock.advance(1);
    bench.world.setRelay("gate", "stuck");
    expect(await bench.stand.press("new")).toEqual({ obstacles: ["release-not-ready"] });
    expect(title()).toBe("Out of service");
    bench.world.setRelay("gate", "working");
    await bench.clock.advance(6_000);
    expect(title()).toBe("Kopi Lobi");
  });

  test("with a full disk", async () => {
    await onBench({ parts: { freeDiskBytes: async () => 1_000_000 } });
    expect(await bench.stand.press("new")).toEqual({ obstacles: ["disk-full"] });
  });

  test("whose journal does not take it, and says so until the journal takes what is written again", async () => {
    await onBench();
    await bench.clock.advance(1);
    const full = async () => Promise.reject(new JournalFault("full", "no space is left"));
    const { advance, probe } = SqliteJournal.prototype;
    Object.assign(bench.journal, { advance: full, probe: full });
    expect(await bench.stand.press("new")).toEqual({ obstacles: ["journal-failed"] });
    expect(title()).toBe("Out of service");
    await bench.clock.advance(6_000);
    expect(title()).toBe("Out of service");
    expect(await bench.stand.press("new")).toEqual({ obstacles: ["journal-failed"] });
    Object.assign(bench.journal, { advance, probe });
    await bench.clock.advance(6_000);
    expect(title()).toBe("Kopi Lobi");
    expect(bench.backend.typesHeard()).toEqual(["sync"]);
    expect(await bench.stand.press("new")).toBe("begun");
  });

  test("without paper, where nothing but paper can carry the QR code", async () => {
    await onBench({ has: { screen: false }, parts: { rules: { ...rules, prints: { qr: true, receipt: true } } } });
    bench.world.setPrinter("out", "closed");
    expect(await bench.stand.press("new")).toEqual({ obstacles: ["no-paper"] });
  });

  test("but sells without paper where a screen carries the QR code", async () => {
    await onBench();
    bench.world.setPrinter("out", "closed");
    const order = await untilQr(bench);
    await say(bench, settledOf(order));
    await bench.clock.advance(500);
    expect(bench.backend.typesHeard().at(-1)).toBe("delivered");
    expect(bench.world.printer?.printed).toBe(0);
  });
});

describe("a QR code that reaches nobody", () => {
  const printing = { ...rules, prints: { qr: true, receipt: true } };

  test("ends the order when the paper runs out in the middle of it and there is no screen", async () => {
    await onBench({ has: { screen: false }, parts: { rules: printing } });
    bench.world.setPrinter("out-during", "closed");
    await untilQr(bench);
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "void", why: "no-paper" });
  });

  test("ends the order when the screen fails and no paper carries it", async () => {
    const broken = brokenScreen();
    await onBench({ parts: { devices: { screen: broken.screen, relayOf } } });
    const order = await begin(bench);
    broken.isBroken = true;
    await say(bench, offerOf(order));
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "void", why: "screen-failed" });
  });

  test("matters not on the glass while the paper carries it", async () => {
    const broken = brokenScreen();
    const printed: number[] = [];
    const printer = {
      dots: 8,
      print: async () => {
        printed.push(1);
        return "printed" as const;
      },
      condition: async () => "ready" as const,
      close: async () => undefined,
    };
    const devices = { screen: broken.screen, printer, relayOf };
    await onBench({ parts: { devices, rules: printing } });
    const order = await begin(bench);
    broken.isBroken = true;
    await say(bench, offerOf(order));
    expect(printed).toHaveLength(1);
    await bench.clock.advance(5_000);
    expect(bench.backend.typesHeard()).not.toContain("void");
    await say(bench, settledOf(order));
    expect(bench.backend.typesHeard().at(-1)).toBe("delivered");
  });

  const relayOf = () => ({ pulse: async () => undefined, ready: async () => true, close: async () => undefined });
  const brokenScreen = () => {
    const state = {
      isBroken: false,
      screen: {
        width: 8,
        height: 8,
        show: async () => {
          if (state.isBroken) throw new Error("no light");
        },
        close: async () => undefined,
      },
    };
    return state;
  };
});

describe("money that comes anyhow", () => {
  test("after the end is kept for staff, with a code on the glass", async () => {
    await onBench();
    const order = await untilQr(bench);
    await bench.stand.cancel();
    await bench.clock.advance(rules.graceMs);
    await say(bench, settledOf(order));
    expect(title()).toBe("Paid too late");
    expect(troublesHeard()).toEqual(["paid-late"]);
    expect(bench.world.pulses).toEqual([]);
  });

  test("for less than the price opens nothing", async () => {
    await onBench();
    await say(bench, settledOf(await untilQr(bench), rupiah(14_999)));
    expect(title()).toBe("Paid too little");
    expect(bench.world.pulses).toEqual([]);
  });
});

describe("a process that dies", () => {
  test("takes the QR code up again when it comes back in the same boot", async () => {
    await onBench();
    const order = await untilQr(bench);
    bench = await bench.restart();
    await settle();
    expect(bench.stand.pageNow().qr?.text).toBe(qrFor(PRICE));
    expect(bench.backend.heard.at(-1)).toMatchObject({ type: "sync", orders: [{ order, at: "awaiting" }] });
  });

  test("ends the order of the boot before", async () => {
    await onBench();
    await untilQr(bench);
    bench.clock.reboot();
    bench = await bench.restart();
    await settle();
    expect(bench.stand.pageNow().qr).toBeUndefined();
    expect(bench.backend.heard).toContainEqual(expect.objectContaining({ type: "void", why: "rebooted" }));
  });

  test("in the middle of a pulse never pulses again, and says that it does not know", async () => {
    await onBench();
    await say(bench, settledOf(await untilQr(bench)));
    await bench.clock.advance(100);
    bench = await bench.restart();
    await bench.clock.advance(60_000);
    expect(bench.world.pulses).toHaveLength(1);
    expect(troublesHeard()).toEqual(["release-unclear"]);
    expect(title()).toBe("Staff must check");
  });
});

test("a lost journal is told at a connection, and not whenever it is looked whether a backend answers", async () => {
  await onBench({ parts: { lost: true } });
  await bench.clock.advance(900_000);
  const [first, ...checks] = bench.backend.heard.flatMap((body) => (body.type === "sync" ? [body.lost] : []));
  expect(first).toBe(true);
  expect(new Set(checks)).toEqual(new Set([false]));
});

test("an order to stop lets the pulse end, has its outcome on disk, and hears no button any more", async () => {
  await onBench();
  const order = await untilQr(bench);
  await say(bench, settledOf(order));
  await bench.clock.advance(100);
  let isStopped = false;
  const stopped = bench.stand.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect(isStopped).toBe(false);
  expect(await bench.stand.press("new")).toBe("unknown");
  await bench.clock.advance(400);
  await stopped;
  expect(bench.world.pulses).toMatchObject([{ ms: 500 }]);
  expect(await bench.journal.stateOf(order)).toMatchObject({ at: "delivered" });
});

test("finished orders are swept when they are old enough", async () => {
  await onBench({ parts: { keepDays: 30 } });
  const order = await untilQr(bench);
  await bench.stand.cancel();
  await say(bench, { type: "voided", order, as: "cancelled" });
  const days = (count: number): void => bench.clock.pass(count * 86_400_000);
  for (let day = 0; day < 29; day += 1) {
    days(1);
    await settle();
  }
  expect(await bench.journal.stateOf(order)).toBeDefined();
  for (let day = 0; day < 3; day += 1) {
    days(1);
    await settle();
  }
  expect(await bench.journal.stateOf(order)).toBeUndefined();
});
