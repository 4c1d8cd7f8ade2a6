import { z } from "zod";
import type { Input, Output, Printer, Relay, Screen } from "../../device/device.ts";
import type { Log } from "../../host/log.ts";
import type { Clock } from "../../protocol/time.ts";

/** Relays, buttons, sensors, lamps and buzzers. */
export interface Pins {
  /** The relay on this line, always the same one; throws `HardwareFault` when there is none. */
  relay(line: string): Relay;
  /** The button, sensor or switch of this name, always the same one; throws `HardwareFault` when there is none. */
  input(name: string): Input;
  /** The lamp or buzzer of this name, always the same one; throws `HardwareFault` when there is none. */
  output(name: string): Output;
  close(): Promise<void>;
}

/** What every driver is given besides its own options. */
export type Bench = {
  readonly clock: Clock;
  readonly log: Log;
  /** Where the simulated stand listens, from the configuration. */
  readonly simulatedAddress: string | undefined;
  /** What several drivers hang on, such as a cable or a bus, opened by the first that asks; pins close it. */
  shared<Thing>(name: string, open: () => Promise<Thing>): Promise<Thing>;
};

type Named = z.ZodObject<{ readonly driver: z.ZodLiteral<string> }>;

/** One way to drive one kind of thing. `options`: its part of the configuration, chosen by `driver = "…"`. */
export type Driver<Thing> = {
  readonly options: Named;
  /** `options` as the configuration has them. Rejects with `HardwareFault`, which says what to do. */
  open(options: unknown, bench: Bench): Promise<Thing>;
};

export type ScreenDriver = Driver<Screen | undefined>;
export type PrinterDriver = Driver<Printer | undefined>;
export type PinsDriver = Driver<Pins>;

/** `more`: the driver's own keys beside `driver`. Heavy libraries are imported in `open`, where they are needed. */
export function driver<More extends z.core.$ZodLooseShape, Thing>(
  name: string,
  more: More,
  open: (options: z.output<z.ZodObject<More>>, bench: Bench) => Promise<Thing>,
): Driver<Thing> {
  const own = z.object(more);
  return {
    options: z.strictObject({ ...more, driver: z.literal(name) }),
    open: (given, bench) => open(own.parse(given), bench),
  };
}
