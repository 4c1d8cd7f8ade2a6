import { HardwareFault, type Input } from "../../device/device.ts";
import { driver, type PinsDriver, type PrinterDriver, type ScreenDriver } from "./driver.ts";

export const noScreen: ScreenDriver = driver("none", {}, async () => undefined);
export const noPrinter: PrinterDriver = driver("none", {}, async () => undefined);

/** A controller presses, and lets the goods out: nothing hangs on this machine. */
export const noPins: PinsDriver = driver("none", {}, async () => ({
  relay: (line) => {
    throw new HardwareFault(`there is no relay "${line}": pins.driver is "none"`);
  },
  input: silentInput,
  output: (name) => {
    throw new HardwareFault(`there is no output "${name}": pins.driver is "none"`);
  },
  close: async () => undefined,
}));

/** A button that nobody presses. Who must know how it stands is not answered, and takes it for the worst. */
const silentInput = (name: string): Input => ({
  isActive: () => Promise.reject(new HardwareFault(`there is no input "${name}": pins.driver is "none"`)),
  onChange: () => () => undefined,
  onPress: () => () => undefined,
  close: async () => undefined,
});
