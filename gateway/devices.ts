import { z } from "zod";
import { HardwareFault, type Input, type Output, type Printer, type Relay, type Screen } from "../device/device.ts";
import { largestQr, PAPER_MODULE, QUIET_ZONE, SCREEN_MODULE } from "../device/drawing/qr.ts";
import type { Bench, Driver, Pins, PinsDriver, PrinterDriver, ScreenDriver } from "./drivers/driver.ts";
import { paperScreen } from "./drivers/e-paper.ts";
import { escposPrinter } from "./drivers/escpos.ts";
import { framebufferScreen } from "./drivers/framebuffer.ts";
import { gpioPins } from "./drivers/gpio.ts";
import { noPins, noPrinter, noScreen } from "./drivers/none.ts";
import { simulatedPins, simulatedPrinter, simulatedScreen } from "./drivers/simulated.ts";
import { spiPanelScreen } from "./drivers/spi-panel.ts";

/** Every driver there is. A new one is one file beside these and one word here. */
const screenDrivers: Drivers<ScreenDriver> = [
  noScreen,
  simulatedScreen,
  framebufferScreen,
  spiPanelScreen,
  paperScreen,
];
const printerDrivers: Drivers<PrinterDriver> = [noPrinter, simulatedPrinter, escposPrinter];
const pinsDrivers: Drivers<PinsDriver> = [simulatedPins, gpioPins, noPins];

type Drivers<One> = readonly [One, ...One[]];

export const screenOptions = optionsOf(screenDrivers);
export const printerOptions = optionsOf(printerDrivers);
export const pinsOptions = optionsOf(pinsDrivers);

type Options = { readonly driver: string };
export type DeviceOptions = { readonly screen: Options; readonly printer: Options; readonly pins: Options };

export type Devices = {
  readonly screen?: Screen;
  readonly printer?: Printer;
  relayOf(line: string): Relay | undefined;
  /** Throws `HardwareFault` when there is none. */
  input(name: string): Input;
  /** Throws `HardwareFault` when there is none. */
  output(name: string): Output;
  close(): Promise<void>;
};

/** A QRIS payload needs so many modules a side: version 12 at level M holds 287 characters. */
export const QRIS_MODULES = 65;

/** Opens what the configuration names. Rejects with `HardwareFault`; what was open already is closed again. */
export async function openDevices(options: DeviceOptions, given: Omit<Bench, "shared">): Promise<Devices> {
  const bench = { ...given, shared: sharing() };
  const opened: { close(): Promise<void> }[] = [];
  const keep = <Thing extends { close(): Promise<void> } | undefined>(thing: Thing): Thing => {
    if (thing !== undefined) opened.push(thing);
    return thing;
  };
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((thing) => thing.close()));
  };
  try {
    const pins = keep(await open(pinsDrivers, options.pins, bench));
    const screen = keep(await open(screenDrivers, options.screen, bench));
    const printer = keep(await open(printerDrivers, options.printer, bench));
    return {
      ...(screen === undefined ? {} : { screen }),
      ...(printer === undefined ? {} : { printer }),
      relayOf: relayOn(pins),
      input: (name) => pins.input(name),
      output: (name) => pins.output(name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One part, or why it is not to be had. */
export type Part<Thing> =
  | { readonly is: "open"; readonly thing: Thing }
  | { readonly is: "failed"; readonly because: string };

export type Parts = {
  readonly pins: Part<Pins>;
  /** Without a thing where the stand has none. */
  readonly screen: Part<Screen | undefined>;
  readonly printer: Part<Printer | undefined>;
  close(): Promise<void>;
};

/** `openDevices` for who looks for what is wrong: one part that fails does not keep the others from being opened. */
export async function openEach(options: DeviceOptions, given: Omit<Bench, "shared">): Promise<Parts> {
  const bench = { ...given, shared: sharing() };
  const pins = await attempt(open(pinsDrivers, options.pins, bench));
  const screen = await attempt(open(screenDrivers, options.screen, bench));
  const printer = await attempt(open(printerDrivers, options.printer, bench));
  const close = async (): Promise<void> => {
    await Promise.all([pins, screen, printer].map((part) => part.is === "open" && part.thing?.close()));
  };
  return { pins, screen, printer, close };
}

const attempt = <Thing>(opening: Promise<Thing>): Promise<Part<Thing>> =>
  opening.then(
    (thing) => ({ is: "open", thing }) as const,
    (error: unknown) => ({ is: "failed", because: error instanceof Error ? error.message : String(error) }) as const,
  );

function sharing(): Bench["shared"] {
  const things = new Map<string, Promise<unknown>>();
  return <Thing>(name: string, open: () => Promise<Thing>) => {
    // One name, one kind of thing: drivers of one family agree on it.
    const thing = (things.get(name) as Promise<Thing> | undefined) ?? open();
    things.set(name, thing);
    return thing;
  };
}

function optionsOf<Thing>([first, ...others]: Drivers<Driver<Thing>>) {
  return z.discriminatedUnion("driver", [first.options, ...others.map(({ options }) => options)]);
}

function open<Thing>(drivers: Drivers<Driver<Thing>>, options: Options, bench: Bench): Promise<Thing> {
  const chosen = drivers.find((driver) => driver.options.shape.driver.value === options.driver);
  if (chosen === undefined) throw new HardwareFault(`there is no driver "${options.driver}"`);
  return chosen.open(options, bench);
}

/** A line that cannot be had is no relay: the stand says so before it takes money. */
function relayOn(pins: Pins): (line: string) => Relay | undefined {
  return (line) => {
    try {
      return pins.relay(line);
    } catch {
      return undefined;
    }
  };
}

/** What of it is too small for a QR code that phones read, in words; `undefined` when all fits. */
export function unfit({ screen, printer }: Pick<Devices, "screen" | "printer">): string | undefined {
  const glass = screen && unfitAt(screen.width, screen.height, screen.leastModule ?? SCREEN_MODULE, "screen");
  return glass ?? (printer && unfitAt(printer.dots, printer.dots, PAPER_MODULE, "printer"));
}

function unfitAt(width: number, height: number, module: number, thing: string): string | undefined {
  const modules = largestQr(width, height, module);
  if (modules >= QRIS_MODULES) return undefined;
  const needed = (QRIS_MODULES + 2 * QUIET_ZONE) * module;
  return (
    `the ${thing} has ${Math.min(width, height)} dots on its shorter side: a QRIS code of ${QRIS_MODULES} modules, ` +
    `${module} dots each, needs ${needed}`
  );
}
