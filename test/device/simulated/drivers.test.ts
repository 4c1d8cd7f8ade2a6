import { connectToStand, type StandCable } from "../../../device/simulated/cable.ts";
import { serveWorld } from "../../../device/simulated/cable-stand.ts";
import {
  simulatedInput,
  simulatedOutput,
  simulatedPrinter,
  simulatedRelay,
  simulatedScreen,
} from "../../../device/simulated/drivers.ts";
import type { StandShape } from "../../../device/simulated/shape.ts";
import { SimulatedStand } from "../../../device/simulated/world.ts";
import { steadyClock } from "../../../host/clock.ts";
import { inputContract, outputContract, printerContract, relayContract, screenContract } from "../contract.ts";

const SHAPE: StandShape = {
  screen: { width: 32, height: 24 },
  printer: { dots: 48, msPerRow: 0.1 },
  relays: ["gate"],
  buttons: ["new"],
  sensors: [{ name: "drop" }],
  outputs: ["lamp"],
};
const clock = steadyClock("test");

type Drivers = Pick<StandCable, "screen" | "printer" | "relay" | "input" | "output"> & {
  readonly stand: SimulatedStand;
  end(): Promise<void>;
};

const inProcess = async (): Promise<Drivers> => {
  const stand = new SimulatedStand(SHAPE, clock);
  return {
    stand,
    screen: () => simulatedScreen(stand),
    printer: () => simulatedPrinter(stand),
    relay: (line) => simulatedRelay(stand, line),
    input: (name) => simulatedInput(stand, name),
    output: (name) => simulatedOutput(stand, name),
    end: async () => stand.losePower(),
  };
};

const overTheCable = async (): Promise<Drivers> => {
  const stand = new SimulatedStand(SHAPE, clock);
  const served = await serveWorld(stand, 0, clock);
  const cable = await connectToStand({ host: "127.0.0.1", port: served.port }, clock);
  const end = async (): Promise<void> => {
    await cable.close();
    await served.close();
  };
  return { ...cable, stand, end };
};

for (const [name, open] of [
  ["in process", inProcess],
  ["over the cable", overTheCable],
] as const) {
  screenContract(`the simulated screen ${name}`, async () => {
    const { stand, screen, end } = await open();
    return { screen: screen(), shown: () => stand.picture, end };
  });
  printerContract(`the simulated printer ${name}`, async () => {
    const { stand, printer, end } = await open();
    return {
      printer: printer(),
      onPaper: () => stand.printer?.last,
      setPaper: (paper) => stand.setPrinter(paper, stand.printer?.cover ?? "closed"),
      setCover: (cover) => stand.setPrinter(stand.printer?.paper ?? "ok", cover),
      end,
    };
  });
  relayContract(`the simulated relay ${name}`, async () => {
    const { stand, relay, end } = await open();
    return {
      relay: relay("gate"),
      pulses: () => stand.pulses.map(({ order, ms }) => ({ order, ms })),
      isClosed: () => stand.isClosed("gate"),
      breakIt: () => stand.setRelay("gate", "stuck"),
      end,
    };
  });
  inputContract(`the simulated button ${name}`, async () => {
    const { stand, input, end } = await open();
    const hold = (isActive: boolean) => stand.hold("new", isActive);
    return { input: input("new"), press: () => stand.press("new"), hold, end };
  });
  inputContract(`the simulated sensor ${name}`, async () => {
    const { stand, input, end } = await open();
    const hold = (isActive: boolean) => stand.hold("drop", isActive);
    return { input: input("drop"), press: () => stand.sense("drop"), hold, end };
  });
  outputContract(`the simulated lamp ${name}`, async () => {
    const { stand, output, end } = await open();
    return { output: output("lamp"), isOn: () => stand.isOn("lamp"), end };
  });
}
