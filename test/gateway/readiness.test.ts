import { beforeEach, describe, expect, test } from "vitest";
import type { Relay } from "../../device/device.ts";
import type { Contact } from "../../gateway/order/words.ts";
import { becomesReady, type PreflightParts } from "../../gateway/readiness/preflight.ts";
import { Readiness } from "../../gateway/readiness/readiness.ts";
import { silentLog } from "../../host/log.ts";
import { inputInHand } from "../support/input-in-hand.ts";
import { coffee } from "../support/sale.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});

const relayThat = (isReady: boolean): Relay => ({
  ready: async () => isReady,
  pulse: async () => undefined,
  close: async () => undefined,
});
const gate: Contact = { line: "gate", pulseMs: 500 };
const hatch: Contact = { line: "hatch", pulseMs: 500 };

/** A stand with a gate that is ready and a hatch that is not; the chute below the gate has a sensor. */
function standWith(more: Partial<PreflightParts> = {}) {
  const chute = inputInHand();
  const told: (readonly string[])[] = [];
  const readiness: Readiness = new Readiness({
    parts: {
      clock,
      linkObstacle: () => undefined,
      screen: { failure: undefined },
      printsQr: false,
      isReleasing: () => false,
      journal: { probe: async () => undefined },
      ...more,
    },
    menu: () => [gate, hatch].map((opening) => ({ ...coffee, opening })),
    log: silentLog,
    relayOf: (line) => relayThat(line === "gate"),
    sensorOf: (line) => (line === "gate" ? chute.input : undefined),
    isServing: () => false,
    changed: () => told.push(readiness.obstacles),
  });
  return { readiness, chute, told };
}

describe("before an order", () => {
  test("its own relay must be ready: another one lets nothing of it out", async () => {
    const { readiness } = standWith();
    expect(await readiness.before(gate)).toEqual([]);
    expect(await readiness.before(hatch)).toEqual(["release-not-ready"]);
  });

  test("its own sensor must see nothing", async () => {
    const { readiness, chute } = standWith();
    chute.hold(true);
    expect(await readiness.before(gate)).toEqual(["sensor-stuck"]);
    expect(await readiness.before({ by: "controller", windowMs: 1_000 })).toEqual([]);
  });

  test("every switch is asked, and one that trips while its answer is on the way counts", async () => {
    const active: "door-open"[] = [];
    const look = async () => {
      active.push("door-open");
      return active;
    };
    expect(await standWith({ interlocks: { active, look } }).readiness.before(gate)).toEqual(["door-open"]);
  });

  test("nothing is sold by a stand that is about to begin anew", async () => {
    expect(await standWith({ isLeaving: () => true }).readiness.before(gate)).toEqual(["updating"]);
  });
});

test("what stands in the way is looked at again when customers have read it", async () => {
  const { readiness, chute } = standWith();
  chute.hold(true);
  await readiness.before(gate);
  chute.hold(false);
  await clock.advance(6_000);
  expect(readiness.obstacles).toEqual([]);
  readiness.close();
});

test("a second obstacle does not take the first one's place, and goes alone", () => {
  const { readiness, told } = standWith();
  readiness.lost("screen-failed");
  readiness.lost("updating");
  readiness.lost("updating");
  readiness.regained("screen-failed");
  expect(told).toEqual([["screen-failed"], ["screen-failed", "updating"], ["updating"]]);
  readiness.close();
});

test("after its end nothing is looked at any more, whatever somebody finds", async () => {
  const { readiness, chute } = standWith();
  readiness.open();
  await settle();
  chute.hold(true);
  readiness.close();
  readiness.again();
  readiness.lost("link-down");
  chute.hold(false);
  expect(clock.pending).toBe(0);
});

test("a guard that does not come up is waited for as long as was said, and no longer", async () => {
  const waiting = becomesReady(relayThat(false), clock, 1_000);
  await clock.advance(1_050);
  expect(await Promise.race([waiting, settle().then(() => "still waits")])).toBe(false);
  let isUp = false;
  const coming = becomesReady({ ...relayThat(false), ready: async () => isUp }, clock, 1_000);
  isUp = true;
  await clock.advance(100);
  expect(await coming).toBe(true);
});
