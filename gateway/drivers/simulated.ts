import { HardwareFault, type Input, type Output, type Relay } from "../../device/device.ts";
import { connectToStand, readStandAddress, type StandCable } from "../../device/simulated/cable.ts";
import { type Bench, driver, type PinsDriver, type PrinterDriver, type ScreenDriver } from "./driver.ts";

/** The stand of the demo and of the tests: another process, at the other end of one cable. */

export const simulatedScreen: ScreenDriver = driver("simulated", {}, async (_, bench) =>
  (await cableOf(bench)).screen(),
);

export const simulatedPrinter: PrinterDriver = driver("simulated", {}, async (_, bench) =>
  (await cableOf(bench)).printer(),
);

export const simulatedPins: PinsDriver = driver("simulated", {}, async (_, bench) => {
  const cable = await cableOf(bench);
  const relays = new Map<string, Relay>();
  const inputs = new Map<string, Input>();
  const outputs = new Map<string, Output>();
  return {
    relay: (line) => kept(relays, line, () => cable.relay(line)),
    input: (name) => kept(inputs, name, () => cable.input(name)),
    output: (name) => kept(outputs, name, () => cable.output(name)),
    close: () => cable.close(),
  };
});

const cableOf = (bench: Bench): Promise<StandCable> =>
  bench.shared("the simulated stand's cable", async () => {
    const address = readStandAddress(bench.simulatedAddress ?? "");
    if (address !== undefined) return connectToStand(address, bench.clock);
    throw new HardwareFault(`"${bench.simulatedAddress}" is no address of a simulated stand: write 127.0.0.1:7070`);
  });

function kept<Thing>(things: Map<string, Thing>, name: string, make: () => Thing): Thing {
  const thing = things.get(name) ?? make();
  things.set(name, thing);
  return thing;
}
