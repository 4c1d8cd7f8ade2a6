import { beforeEach, describe, expect, test } from "vitest";
import { HardwareFault, type Output } from "../../device/device.ts";
import type { State } from "../../gateway/order/words.ts";
import { beepOf, lightOf, type OutOfService, type Seen, Signals } from "../../gateway/signals.ts";
import { orderFor } from "../../gateway/trade/menu.ts";
import type { Log } from "../../host/log.ts";
import { silentLog } from "../../host/log.ts";
import { firstReleaseOf, type OrderId } from "../../protocol/ids.ts";
import { coffee, ORDER_ID, PRICE, qrFor, settlementOf } from "../support/sale.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const order = orderFor(coffee, ORDER_ID, 0);
const at = { clock: "boot-1", ms: 0 };
const release = firstReleaseOf(ORDER_ID);
const paid = { order, paid: settlementOf(PRICE), releases: [release], since: at };

const charging: State = { at: "charging", order, deadline: at };
const awaiting: State = { at: "awaiting", order, qr: qrFor(PRICE), shownAt: at, deadline: at };
const closing: State = { at: "closing", order, why: "cancelled", since: at };
const releasing: State = { at: "releasing", ...paid, release };
const delivered: State = { at: "delivered", ...paid, release, confirmed: true };
const troubled: State = { at: "troubled", ...paid, because: "release-failed" };

const ALWAYS = { onMs: 1, offMs: 0 };
const NEVER = { onMs: 0, offMs: 1 };

describe("the lamp", () => {
  test.each<[string, State | undefined, boolean, OutOfService, object]>([
    ["is on while the stand would sell", undefined, true, "off", ALWAYS],
    ["is on again when an order is over", delivered, true, "off", ALWAYS],
    ["blinks while a code is asked for", charging, true, "off", { onMs: 500, offMs: 500 }],
    ["blinks while a customer may pay", awaiting, true, "off", { onMs: 500, offMs: 500 }],
    ["blinks while goods leave, whatever else is the matter", releasing, false, "off", { onMs: 500, offMs: 500 }],
    ["is dark out of service", undefined, false, "off", NEVER],
    ["or flashes, where that is wanted", troubled, false, "blink", { onMs: 200, offMs: 2_800 }],
  ])("%s", (_, front, isInService, outOfService, light) => {
    expect(lightOf({ front, isInService }, outOfService)).toEqual(light);
  });
});

describe("the buzzer", () => {
  test.each<[string, State | undefined, State | undefined, number | undefined]>([
    ["sounds shortly when a press is taken", undefined, charging, 60],
    ["also after another customer's", { ...delivered, order: { ...order, id: "other" as OrderId } }, charging, 60],
    ["sounds when the money is there", awaiting, releasing, 250],
    ["sounds long when a paid order is in trouble", releasing, troubled, 1_500],
    ["is silent when the code is there", charging, awaiting, undefined],
    ["is silent when it ends", awaiting, closing, undefined],
    ["is silent when all went well", releasing, delivered, undefined],
    ["is silent about what it knows", troubled, troubled, undefined],
    ["is silent without an order", undefined, undefined, undefined],
  ])("%s", (_, before, now, ms) => {
    expect(beepOf(before, now)).toBe(ms);
  });
});

describe("lamp and buzzer", () => {
  let clock: VirtualClock;
  let seen: Seen;
  /** What was switched, and when. */
  let tape: string[];
  beforeEach(() => {
    clock = new VirtualClock();
    seen = { front: undefined, isInService: true };
    tape = [];
  });

  const output = (name: string): Output => ({
    set: async (isOn) => {
      tape.push(`${clock.now().ms} ${name} ${isOn ? "on" : "off"}`);
    },
    close: async () => undefined,
  });
  const newSignals = (outputs: { lamp?: Output; buzzer?: Output }, log: Log = silentLog): Signals =>
    new Signals({ ...outputs, outOfService: "blink", clock, log, seen: () => seen });
  const become = (signals: Signals, now: Partial<Seen>): void => {
    seen = { ...seen, ...now };
    signals.changed();
  };

  test("follow a sale, and are dark and silent at the end", async () => {
    const signals = newSignals({ lamp: output("lamp"), buzzer: output("buzzer") });
    signals.open();
    await clock.advance(1_000);
    become(signals, { front: charging });
    await clock.advance(600);
    become(signals, { front: releasing });
    await clock.advance(100);
    become(signals, { front: delivered });
    await clock.advance(1_000);
    signals.close();
    expect(tape).toEqual([
      "0 lamp on",
      "1000 lamp on",
      "1000 buzzer on",
      "1060 buzzer off",
      "1500 lamp off",
      "1600 buzzer on",
      "1700 lamp on",
      "1850 buzzer off",
      "2700 lamp off",
      "2700 buzzer off",
    ]);
    expect(clock.pending).toBe(0);
  });

  test("say nothing of an order that was in front before the stand began", async () => {
    seen = { front: troubled, isInService: true };
    const signals = newSignals({ buzzer: output("buzzer") });
    signals.open();
    signals.changed();
    expect(tape).toEqual([]);
  });

  test("a new sound takes the place of the one before, and ends in its own time", async () => {
    const signals = newSignals({ buzzer: output("buzzer") });
    signals.open();
    become(signals, { front: releasing });
    await clock.advance(100);
    become(signals, { front: troubled });
    await clock.advance(1_499);
    expect(tape.at(-1)).toBe("100 buzzer on");
    await clock.advance(1);
    expect(tape.at(-1)).toBe("1600 buzzer off");
  });

  test("flash out of service", async () => {
    seen = { front: undefined, isInService: false };
    const signals = newSignals({ lamp: output("lamp") });
    signals.open();
    await clock.advance(6_100);
    expect(tape).toEqual(["0 lamp on", "200 lamp off", "3000 lamp on", "3200 lamp off", "6000 lamp on"]);
    signals.close();
  });

  test("that fail are told of once, and the stand goes on", async () => {
    const words: string[] = [];
    const log: Log = { ...silentLog, warn: (what) => words.push(what) };
    const broken: Output = { ...output("lamp"), set: () => Promise.reject(new HardwareFault("the lamp is gone")) };
    const signals = newSignals({ lamp: broken }, log);
    signals.open();
    become(signals, { front: awaiting });
    await clock.advance(2_000);
    expect(words).toEqual(["lamp or buzzer failed"]);
    signals.close();
  });
});
