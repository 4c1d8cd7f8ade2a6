import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Printer, Screen } from "../../device/device.ts";
import { type ServedWorld, serveWorld } from "../../device/simulated/cable-stand.ts";
import { SimulatedStand } from "../../device/simulated/world.ts";
import { listenToButtons } from "../../gateway/buttons.ts";
import { type Devices, openDevices, unfit } from "../../gateway/devices.ts";
import { readBootId, steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { coffee } from "../support/sale.ts";
import { until } from "../support/until.ts";

const clock = steadyClock(readBootId());
const all = { screen: { driver: "simulated" }, printer: { driver: "simulated" }, pins: { driver: "simulated" } };

let world: SimulatedStand;
let served: ServedWorld;
let devices: Devices | undefined;

beforeEach(async () => {
  const shape = {
    screen: { width: 320, height: 480 },
    printer: { dots: 384, msPerRow: 0 },
    relays: ["gate"],
    buttons: ["new", "cancel"],
    sensors: [],
  };
  world = new SimulatedStand(shape, clock);
  served = await serveWorld(world, 0, clock);
});
afterEach(async () => {
  await devices?.close();
  devices = undefined;
  await served.close();
});

const openAt = async (port: number, options = all): Promise<Devices> => {
  const bench = { clock, log: silentLog, simulatedAddress: `127.0.0.1:${port}` };
  devices = await openDevices(options, bench);
  return devices;
};

describe("the devices of the simulated stand", () => {
  test("work over its one cable, and let go of it at the end", async () => {
    const { screen, printer, relayOf, close } = await openAt(served.port);
    await screen?.show({ width: 320, height: 480, rgba: new Uint8ClampedArray(320 * 480 * 4) });
    await relayOf("gate")?.pulse(50, "an-order");
    expect(await printer?.condition()).toBe("ready");
    expect(world.picture?.width).toBe(320);
    expect(world.pulses).toMatchObject([{ line: "gate", order: "an-order" }]);
    await close();
    await until("the cable is free", () => !served.connected());
  });

  test("are the same relay for the same line, and none for a line that is not there", async () => {
    const { relayOf } = await openAt(served.port);
    expect(relayOf("gate")).toBe(relayOf("gate"));
    expect(relayOf("no-such-line")).toBeUndefined();
  });

  test("may be left out", async () => {
    const some = await openAt(served.port, { ...all, printer: { driver: "none" } });
    expect(some.printer).toBeUndefined();
    expect(some.screen).toBeDefined();
  });

  test("may have no pins: no relay is there, no button is ever pressed, and nobody knows how a switch stands", async () => {
    const bare = await openAt(served.port, { ...all, pins: { driver: "none" } });
    expect(bare.relayOf("gate")).toBeUndefined();
    bare.input("cancel").onPress(() => expect.unreachable())();
    await expect(bare.input("door").isActive()).rejects.toThrow('no input "door"');
  });

  test("say where they looked when there is no stand", async () => {
    const { port } = served;
    await served.close();
    await expect(openAt(port)).rejects.toThrow(`127.0.0.1:${port}`);
  });

  test("that can only be opened in part are let go of again", async () => {
    const options = { ...all, screen: { driver: "no-such-driver" } };
    await expect(openAt(served.port, options)).rejects.toThrow('no driver "no-such-driver"');
    await until("the cable is free", () => !served.connected());
  });
});

test("buttons say what they stand for, until nobody listens any more", async () => {
  const { input } = await openAt(served.port);
  const said: string[] = [];
  const stand = {
    isFreeForService: false,
    serve: async () => undefined,
    press: async (button: string) => {
      said.push(button);
      return "begun" as const;
    },
    cancel: async () => {
      said.push("the cancel");
    },
  };
  const stop = listenToButtons({
    stand,
    menu: [coffee],
    cancel: "cancel",
    longPressMs: 3_000,
    clock,
    log: silentLog,
    input,
  });
  world.press("new");
  world.press("cancel");
  await until("both are heard", () => said.length === 2);
  expect(said).toEqual(["new", "the cancel"]);
  stop();
  world.press("new");
  await openDevicesAnswer();
  expect(said).toHaveLength(2);
});

/** A word there and back over the cable: what was pressed before has arrived. */
const openDevicesAnswer = async (): Promise<void> => {
  await devices?.printer?.condition();
};

describe("too small for a QR code that phones read", () => {
  const screenOf = (width: number, height: number, leastModule?: number): { screen: Screen } => ({
    screen: {
      width,
      height,
      ...(leastModule === undefined ? {} : { leastModule }),
      show: async () => undefined,
      close: async () => undefined,
    },
  });
  const printerOf = (dots: number): { printer: Printer } => ({
    printer: { dots, print: async () => "printed", condition: async () => "ready", close: async () => undefined },
  });

  // 65 modules and a quiet zone of 4 on either side: 73, at 3 pixels on glass and 4 dots on paper.
  test.each([
    ["a screen of 219 pixels on its shorter side", screenOf(320, 219), undefined],
    ["a screen of 218", screenOf(218, 320), "needs 219"],
    ["a fine glass of 320 × 170, where two pixels a module are read", screenOf(320, 170, 2), undefined],
    ["the same where three are needed", screenOf(320, 170), "170 dots on its shorter side"],
    ["the largest paper of an SSD1680", screenOf(296, 176), "176 dots on its shorter side"],
    ["paper of 292 dots", printerOf(292), undefined],
    ["paper of 291 dots", printerOf(291), "needs 292"],
    ["neither", {}, undefined],
  ])("%s", (_, some, complaint) => {
    const said = unfit(some);
    if (complaint === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(complaint);
  });
});
