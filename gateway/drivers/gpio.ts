import { z } from "zod";
import { HardwareFault, type Input, type Output, type Relay } from "../../device/device.ts";
import type { Way } from "../lines.ts";
import { type Bench, driver, type Pins, type PinsDriver } from "./driver.ts";

/** Buttons, sensors, relays, lamps and buzzers on the header of a Raspberry Pi. */

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
const line = z.int().min(0).max(1_023).describe("The line's number on its chip: the BCM number, GPIO17 is 17.");
const activeLow = z.boolean();

const relay = z.strictObject({
  name: name.describe("As products name it.").meta({ example: "slot-1" }),
  line: line.meta({ example: 27 }),
  active_low: activeLow.default(false).describe("True for boards whose relay closes when the line is low."),
  most_ms: z
    .int()
    .min(10)
    .max(60_000)
    .default(10_000)
    .describe("The contact is never closed for longer, whatever is asked."),
});

const input = z.strictObject({
  name: name.describe("As buttons, sensors and interlocks name it.").meta({ example: "new" }),
  line: line.meta({ example: 17 }),
  active_low: activeLow.default(true).describe("True for a contact to ground, with the resistor up."),
  bias: z
    .enum(["as-is", "none", "up", "down"])
    .default("up")
    .describe("The resistor inside. Only the character device can set it; through sysfs it must be as-is."),
  debounce_ms: z.int().min(0).max(1_000).default(30),
});

const output = z.strictObject({
  name: name.describe("As [signals] names it.").meta({ example: "lamp" }),
  line: line.meta({ example: 22 }),
  active_low: activeLow.default(false).describe("True for what is on when the line is low."),
});

const options = {
  way: z
    .enum(["auto", "character-device", "sysfs"])
    .default("auto")
    .describe(
      "How lines are reached; auto takes sysfs where the kernel still has it and no bias is set, else the character device.",
    ),
  chip: z
    .string()
    .min(1)
    .max(32)
    .optional()
    .describe("The chip's label, on boards that are no Raspberry Pi.")
    .meta({ example: "pinctrl-bcm2711" }),
  relays: z.array(relay).min(1).max(32),
  inputs: z.array(input).max(32).default([]),
  outputs: z.array(output).max(32).default([]).describe("Lamps and buzzers. Off when the daemon ends."),
  silence_seconds: z
    .number()
    .min(0.5)
    .max(30)
    .default(2)
    .describe("The relays' guard opens all contacts when it has heard nothing from the daemon for so long."),
};

export const gpioPins: PinsDriver = driver("gpio", options, async (given, bench) => openPins(given, bench));

type Given = z.output<z.ZodObject<typeof options>>;

async function openPins(given: Given, { clock, log }: Bench): Promise<Pins> {
  const [{ openLines }, { startGuard }, { GuardedRelays }, { inputOf, outputOf }, { HEADER_CHIPS }] = await Promise.all(
    [
      import("../lines.ts"),
      import("../guard-process.ts"),
      import("../../device/pins/guarded.ts"),
      import("../../device/pins/button.ts"),
      import("../../device/pins/chips.ts"),
    ],
  );
  const chips = given.chip === undefined ? HEADER_CHIPS : [given.chip];
  const lines = openLines(wayOf(given), chips);
  const inputs = new Map<string, Input>();
  for (const { name, line, active_low: activeLow, bias, debounce_ms: debounceMs } of given.inputs) {
    inputs.set(name, inputOf(lines.input({ line, activeLow, bias, debounceMs })));
  }
  const outputs = new Map<string, Output>();
  for (const { name, line, active_low: activeLow } of given.outputs) {
    outputs.set(name, outputOf(lines.output({ line, activeLow })));
  }
  const relays = new GuardedRelays({
    setup: { chips, relays: given.relays.map(relayWords), silenceMs: given.silence_seconds * 1_000 },
    clock,
    start: () => startGuard(given.way, (text) => log.error("the relays' guard complains", { text })),
    warn: (what, facts) => log.warn(what, facts),
  });
  log.info("lines", { where: lines.where });
  return {
    relay: keeping((line) => relays.relay(line)),
    input: (name) => inputs.get(name) ?? missing("input", name),
    output: (name) => outputs.get(name) ?? missing("output", name),
    close: async () => {
      lines.close();
      await relays.close();
    },
  };
}

type Wired = { readonly way: Way; readonly inputs: readonly { readonly bias: string }[] };

/** Only the character device can set a resistor: where one is asked for, `auto` has no choice. */
export const wayOf = ({ way, inputs }: Wired): Way =>
  way === "auto" && inputs.some(({ bias }) => bias !== "as-is") ? "character-device" : way;

const relayWords = ({ name, line, active_low: activeLow, most_ms: mostMs }: z.output<typeof relay>) => ({
  name,
  line,
  activeLow,
  mostMs,
});

function keeping(make: (line: string) => Relay): (line: string) => Relay {
  const made = new Map<string, Relay>();
  return (line) => {
    const relay = made.get(line) ?? make(line);
    made.set(line, relay);
    return relay;
  };
}

function missing(thing: "input" | "output", name: string): never {
  throw new HardwareFault(`no ${thing} is called "${name}": add it to [[pins.${thing}s]]`);
}
