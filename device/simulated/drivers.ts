import { HardwareFault, type Input, type Output, type Printer, type Relay, type Screen, type Stop } from "../device.ts";
import type { SimulatedStand } from "./world.ts";

/*
 * Drivers for a daemon in the same process as the stand. Each works from when it was made to the next power cut, and then
 * never again, as if its process had died.
 */

/** Throws `HardwareFault` when the stand has no screen. */
export function simulatedScreen(stand: SimulatedStand): Screen {
  const { supply, shape } = stand;
  if (shape.screen === undefined) throw new HardwareFault("this stand has no screen: give its shape one");
  const life = new Life("the screen");
  return {
    ...shape.screen,
    show: async (frame) => {
      life.require("showing a frame");
      stand.require(supply, "showing a frame");
      stand.show(frame);
    },
    close: async () => life.end(),
  };
}

/** Throws `HardwareFault` when the stand has no printer. */
export function simulatedPrinter(stand: SimulatedStand): Printer {
  const { supply, printer } = stand;
  if (printer === undefined) throw new HardwareFault("this stand has no printer: give its shape one");
  const life = new Life("the printer");
  const isOff = (): boolean => life.isOver || supply.nth !== stand.supply.nth;
  return {
    dots: printer.dots,
    print: async (strip) => (isOff() ? "offline" : printer.print(strip)),
    condition: async () => (isOff() ? "offline" : printer.condition),
    close: async () => life.end(),
  };
}

/** Throws `HardwareFault` when the stand has no relay of that name. */
export function simulatedRelay(stand: SimulatedStand, line: string): Relay {
  const { supply } = stand;
  const contact = stand.contact(line);
  const life = new Life(`relay ${line}`);
  const isOff = (): boolean => life.isOver || supply.nth !== stand.supply.nth;
  return {
    pulse: async (ms, label) => {
      life.require("a pulse");
      stand.require(supply, `a pulse on relay ${line}`);
      await contact.pulse(ms, label);
    },
    ready: async () => !isOff() && contact.isReady,
    close: async () => {
      if (!isOff()) contact.openNow();
      life.end();
    },
  };
}

/** Throws `HardwareFault` when the stand has no button or sensor of that name. */
export function simulatedInput(stand: SimulatedStand, name: string): Input {
  const { supply } = stand;
  stand.listen(name, supply, () => undefined)();
  const stops = new Set<Stop>();
  const life = new Life(`input ${name}`);
  const onChange = (hear: (isActive: boolean) => void): Stop => {
    if (life.isOver) return () => undefined;
    const stopListening = stand.listen(name, supply, hear);
    const stop = (): void => {
      stopListening();
      stops.delete(stop);
    };
    stops.add(stop);
    return stop;
  };
  return {
    isActive: async () => {
      life.require("a look");
      stand.require(supply, `a look at ${name}`);
      return stand.isActive(name);
    },
    onChange,
    onPress: (hear) => onChange((isActive) => isActive && hear()),
    close: async () => {
      life.end();
      for (const stop of stops) stop();
    },
  };
}

/** Throws `HardwareFault` when the stand has no lamp or buzzer of that name. */
export function simulatedOutput(stand: SimulatedStand, name: string): Output {
  const { supply } = stand;
  stand.setOutput(name, false);
  const life = new Life(`output ${name}`);
  return {
    set: async (isOn) => {
      life.require("switching it");
      stand.require(supply, `switching ${name}`);
      stand.setOutput(name, isOn);
    },
    close: async () => {
      if (!life.isOver && supply.nth === stand.supply.nth) stand.setOutput(name, false);
      life.end();
    },
  };
}

/** Until a driver is closed. */
class Life {
  isOver = false;
  readonly #thing: string;

  constructor(thing: string) {
    this.#thing = thing;
  }

  end(): void {
    this.isOver = true;
  }

  require(tried: string): void {
    if (this.isOver) throw new HardwareFault(`${tried}: ${this.#thing} is closed, open it again`);
  }
}
