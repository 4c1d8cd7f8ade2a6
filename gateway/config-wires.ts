import { z } from "zod";
import type { Complaint } from "../host/config-rules.ts";

/** What of a configuration names wires, and must be among those of the header. */
export type Wired = {
  readonly pins: { readonly driver: string };
  readonly products: readonly {
    readonly button: string;
    readonly line: string;
    readonly sensor?: string | undefined;
    readonly pulse_ms: number;
  }[];
  readonly buttons: { readonly cancel: string };
  readonly interlocks?: readonly { readonly input: string }[] | undefined;
  readonly signals: { readonly lamp?: string | undefined; readonly buzzer?: string | undefined };
};

const wire = z.object({ name: z.string(), line: z.int() });
const header = z.object({
  driver: z.literal("gpio"),
  relays: z.array(wire.extend({ most_ms: z.int() })),
  inputs: z.array(wire),
  outputs: z.array(wire),
});
type Header = z.output<typeof header>;
type Kind = "relays" | "inputs" | "outputs";
type Path = readonly (string | number)[];

/** Whether there is a button to end an order with; a stand whose orders come from a controller alone may have none. */
export function hasCancel({ pins, buttons }: Pick<Wired, "pins" | "buttons">): boolean {
  const read = header.safeParse(pins);
  return read.success ? read.data.inputs.some(({ name }) => name === buttons.cancel) : pins.driver !== "none";
}

/** Names that are no wire's, wires that two things hang on, and pulses that a relay would refuse: told before anything is opened. */
export function wireIssues(config: Wired): readonly Complaint[] {
  const read = header.safeParse(config.pins);
  return read.success
    ? [...unknownNames(config, read.data), ...sharedWires(read.data), ...longPulses(config, read.data)]
    : [];
}

/** Each would be paid for, refused by the relay's guard, and owed. */
const longPulses = ({ products }: Wired, { relays }: Header): readonly Complaint[] =>
  products.flatMap(({ line, pulse_ms: ms }, place) => {
    const most = relays.find(({ name }) => name === line)?.most_ms ?? ms;
    if (ms <= most) return [];
    const message = `${ms} ms is longer than the ${most} ms that "${line}" may be closed: shorten it, or raise that relay's most_ms`;
    return [{ path: ["products", place, "pulse_ms"], message }];
  });

function unknownNames({ products, buttons, interlocks = [], signals }: Wired, wires: Header): readonly Complaint[] {
  const unless = (name: string | undefined, kind: Kind, ...path: Path): readonly Complaint[] => {
    if (name === undefined || wires[kind].some((each) => each.name === name)) return [];
    return [{ path, message: `"${name}" hangs on no line: ${saidOf(wires[kind], kind)}` }];
  };
  return [
    ...products.flatMap(({ button, line, sensor }, place) => [
      ...unless(button, "inputs", "products", place, "button"),
      ...unless(line, "relays", "products", place, "line"),
      ...unless(sensor, "inputs", "products", place, "sensor"),
    ]),
    ...(products.length === 0 ? [] : unless(buttons.cancel, "inputs", "buttons", "cancel")),
    ...interlocks.flatMap(({ input }, place) => unless(input, "inputs", "interlocks", place, "input")),
    ...unless(signals.lamp, "outputs", "signals", "lamp"),
    ...unless(signals.buzzer, "outputs", "signals", "buzzer"),
  ];
}

const saidOf = (wires: readonly { readonly name: string }[], kind: Kind): string =>
  wires.length === 0
    ? `[[pins.${kind}]] is missing`
    : `[[pins.${kind}]] knows ${wires.map(({ name }) => `"${name}"`).join(", ")}`;

function sharedWires(wires: Header): readonly Complaint[] {
  const kinds: readonly Kind[] = ["relays", "inputs", "outputs"];
  const all = kinds.flatMap((kind) => wires[kind].map((each, place) => ({ ...each, kind, place })));
  return all.flatMap(({ name, line, kind, place }, nth) => {
    const before = all.slice(0, nth);
    const path = ["pins", kind, place];
    const holder = before.find((other) => other.line === line);
    const namesake = before.find((other) => other.kind === kind && other.name === name);
    return [
      ...(holder === undefined
        ? []
        : [{ path: [...path, "line"], message: `${line} is the line of "${holder.name}"` }]),
      ...(namesake === undefined ? [] : [{ path: [...path, "name"], message: `"${name}" is there twice` }]),
    ];
  });
}
