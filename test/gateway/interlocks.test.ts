import { beforeEach, describe, expect, test } from "vitest";
import type { Input } from "../../device/device.ts";
import { Interlocks } from "../../gateway/readiness/interlocks.ts";
import { silentLog } from "../../host/log.ts";
import type { Meaning } from "../../protocol/settings.ts";
import { type InputInHand, inputInHand } from "../support/input-in-hand.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";

let clock: VirtualClock;
let door: InputInHand;
let tilt: InputInHand;
/** What was active each time that it changed. */
let told: (readonly Meaning[])[];
beforeEach(() => {
  clock = new VirtualClock();
  door = inputInHand();
  tilt = inputInHand();
  told = [];
});

function newInterlocks(more: Partial<Record<"door" | "tilt", Input>> = {}): Interlocks {
  const interlocks: Interlocks = new Interlocks({
    interlocks: [
      { name: "door", means: "door-open", input: more.door ?? door.input },
      { name: "lid", means: "door-open", input: inputInHand().input },
      { name: "tilt", means: "tilted", input: more.tilt ?? tilt.input },
    ],
    clock,
    log: silentLog,
    changed: () => told.push(interlocks.active),
  });
  return interlocks;
}

describe("an interlock", () => {
  test("is told when it trips and when it is clear again, until nobody listens", () => {
    const interlocks = newInterlocks();
    interlocks.open();
    door.hold(true);
    tilt.hold(true);
    door.hold(false);
    expect(told).toEqual([["door-open"], ["door-open", "tilted"], ["tilted"]]);
    interlocks.close();
    tilt.hold(false);
    expect(told).toHaveLength(3);
  });

  test("that was active before the stand began is found at once", async () => {
    door.hold(true);
    const interlocks = newInterlocks();
    expect(interlocks.active).toEqual([]);
    interlocks.open();
    await settle();
    expect(told).toEqual([["door-open"]]);
  });

  test("that does not know how it stands is active, and so is one that does not answer within three seconds", async () => {
    door.breakIt();
    const silent: Input = { ...tilt.input, isActive: () => new Promise(() => undefined) };
    const looking = newInterlocks({ tilt: silent }).look();
    await clock.advance(2_999);
    expect(told).toEqual([["door-open"]]);
    await clock.advance(1);
    expect(await looking).toEqual(["door-open", "tilted"]);
  });

  test("that speaks while it is being asked is believed, not what was asked for before", async () => {
    let answer = (_: boolean): void => undefined;
    const slow: Input = { ...door.input, isActive: () => new Promise((resolve) => (answer = resolve)) };
    const interlocks = newInterlocks({ door: slow });
    interlocks.open();
    const looking = interlocks.look();
    door.hold(true);
    answer(false);
    await clock.advance(3_000);
    expect(await looking).toEqual(["door-open"]);
    expect(told).toEqual([["door-open"]]);
  });

  test("whose silence is over is as it says", async () => {
    const input = { ...door.input, isActive: () => Promise.reject(new Error("no cable")) };
    const interlocks = newInterlocks({ door: input });
    expect(await interlocks.look()).toEqual(["door-open"]);
    input.isActive = door.input.isActive as () => Promise<never>;
    expect(await interlocks.look()).toEqual([]);
  });
});
