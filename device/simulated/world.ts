import type { DeviceClock } from "../clock.ts";
import { type Frame, HardwareFault, type Stop } from "../device.ts";
import { Contact } from "./contact.ts";
import { PaperPath } from "./paper-path.ts";
import type { Cover, Paper, Pulse, RelayMode, SensorShape, StandNews, StandShape } from "./shape.ts";

/** Pulses kept in the record; the oldest are forgotten first. */
const MOST_PULSES = 10_000;

/**
 * The cable between a daemon and the stand, from one power cut to the next. What came through an earlier one has no effect
 * any more, as after the death of a process.
 */
export type Supply = { readonly nth: number };

/** `unknown`: there is none of this name; `unheard`: nobody listened. */
export type Pressed = "heard" | "unheard" | "unknown";

type Listener = { readonly hear: (isActive: boolean) => void };
type Wire = { isActive: boolean; readonly listeners: Set<Listener> };

/**
 * A payment stand as one finds it in the street, without the daemon: it outlives every process that drives it. The record of
 * pulses, paper, printed strips and what is held stay over power cuts; the picture and the lamps go, and closed contacts open.
 */
export class SimulatedStand {
  readonly shape: StandShape;
  /** `undefined` when no printer is bolted on. */
  readonly printer: PaperPath | undefined;
  #picture: Frame | undefined;
  #supply: Supply = { nth: 1 };
  #pulses: Pulse[] = [];
  readonly #clock: DeviceClock;
  readonly #contacts: ReadonlyMap<string, Contact>;
  readonly #inputs: ReadonlyMap<string, Wire>;
  readonly #lit = new Set<string>();
  readonly #jammed = new Set<string>();
  readonly #watchers = new Set<(news: StandNews) => void>();

  constructor(shape: StandShape, clock: DeviceClock) {
    this.shape = shape;
    this.#clock = clock;
    this.printer =
      shape.printer && new PaperPath(shape.printer, clock, (ended, rows) => this.#tell({ is: "printed", ended, rows }));
    this.#contacts = new Map(shape.relays.map((line) => [line, this.#contact(line)]));
    this.#inputs = new Map(
      [...shape.buttons, ...shape.sensors.map((one) => one.name)].map((name) => [
        name,
        { isActive: false, listeners: new Set() },
      ]),
    );
  }

  /** Every pulse since the stand was built, oldest first. */
  get pulses(): readonly Pulse[] {
    return this.#pulses;
  }

  /** What the screen shows; `undefined` is dark. */
  get picture(): Frame | undefined {
    return this.#picture;
  }

  get supply(): Supply {
    return this.#supply;
  }

  watch(hear: (news: StandNews) => void): Stop {
    this.#watchers.add(hear);
    return () => this.#watchers.delete(hear);
  }

  /** How many watch. */
  get watching(): number {
    return this.#watchers.size;
  }

  isClosed(line: string): boolean {
    return this.#contacts.get(line)?.isClosed ?? false;
  }

  /** Whether this button is down, or something holds this sensor. */
  isActive(input: string): boolean {
    return this.#inputs.get(input)?.isActive ?? false;
  }

  /** Whether this lamp is lit, or this buzzer sounds. */
  isOn(output: string): boolean {
    return this.#lit.has(output);
  }

  isJammed(sensor: string): boolean {
    return this.#jammed.has(sensor);
  }

  relayMode(line: string): RelayMode | undefined {
    return this.#contacts.get(line)?.mode;
  }

  // What people do to it.

  /** Tells everybody who listens before it returns. For 0 ms it is let go before that, else so long afterwards. */
  press(button: string, ms = 0): Pressed {
    return this.shape.buttons.includes(button) ? this.#pulse("pressed", button, ms) : "unknown";
  }

  /** Lets something pass the sensor, jammed or not. */
  sense(sensor: string): Pressed {
    return this.shape.sensors.some((one) => one.name === sensor) ? this.#pulse("sensed", sensor, 0) : "unknown";
  }

  /** Keeps a button down, a sensor covered or a door open, until somebody undoes it. */
  hold(input: string, isActive: boolean): Pressed {
    const wire = this.#inputs.get(input);
    if (wire === undefined) return "unknown";
    if (wire.isActive === isActive) return "unheard";
    const heard = this.#change(wire, isActive);
    if (!this.shape.buttons.includes(input)) this.#tell({ is: "held", name: input, active: isActive });
    else if (isActive) this.#tell({ is: "pressed", name: input, heard: heard === "heard" });
    return heard;
  }

  /** A jammed sensor does not fire by itself. */
  jam(sensor: string, isJammed: boolean): void {
    if (isJammed) this.#jammed.add(sensor);
    else this.#jammed.delete(sensor);
  }

  setRelay(line: string, mode: RelayMode): void {
    const contact = this.#contacts.get(line);
    if (contact !== undefined) contact.mode = mode;
  }

  setPrinter(paper: Paper, cover: Cover): void {
    this.printer?.set(paper, cover);
    if (this.printer !== undefined) this.#tell({ is: "printer", paper, cover });
  }

  /** The daemon is gone, by a power cut or otherwise: dark screen, open contacts, a strip broken off. */
  losePower(): void {
    this.#supply = { nth: this.#supply.nth + 1 };
    for (const { listeners } of this.#inputs.values()) listeners.clear();
    for (const name of [...this.#lit]) this.setOutput(name, false);
    for (const contact of this.#contacts.values()) contact.openNow();
    this.printer?.losePower();
    this.#show(undefined);
  }

  // What a daemon does to it, through drivers.

  /** Throws `HardwareFault` when the power was cut since `supply` began. */
  require(supply: Supply, tried: string): void {
    if (supply.nth !== this.#supply.nth)
      throw new HardwareFault(`${tried}: the stand's power was cut in between, connect to it again`);
  }

  /** Throws `HardwareFault` for a frame of another size, or when there is no screen. */
  show(frame: Frame): void {
    const { screen } = this.shape;
    const fits = screen !== undefined && frame.width === screen.width && frame.height === screen.height;
    if (!fits || frame.rgba.length !== frame.width * frame.height * 4)
      throw new HardwareFault(
        `a frame of ${frame.width} × ${frame.height} pixels for a screen of ${screen?.width ?? 0} × ${screen?.height ?? 0}: draw it for this screen`,
      );
    this.#show(frame);
  }

  contact(line: string): Contact {
    const contact = this.#contacts.get(line);
    if (contact === undefined)
      throw new HardwareFault(`no relay ${line} here: there are ${this.shape.relays.join(", ")}`);
    return contact;
  }

  /** `hear` is called at every change, until stopped or until the power is cut. Throws `HardwareFault`. */
  listen(name: string, supply: Supply, hear: (isActive: boolean) => void): Stop {
    const wire = this.#inputs.get(name);
    if (wire === undefined)
      throw new HardwareFault(`no button or sensor ${name} here: there are ${[...this.#inputs.keys()].join(", ")}`);
    const listener = { hear };
    if (supply.nth === this.#supply.nth) wire.listeners.add(listener);
    return () => wire.listeners.delete(listener);
  }

  /** Throws `HardwareFault` when there is no such lamp or buzzer. */
  setOutput(name: string, isOn: boolean): void {
    const { outputs = [] } = this.shape;
    if (!outputs.includes(name))
      throw new HardwareFault(`no lamp or buzzer ${name} here: there are ${outputs.join(", ") || "none"}`);
    if (this.#lit.has(name) === isOn) return;
    if (isOn) this.#lit.add(name);
    else this.#lit.delete(name);
    this.#tell({ is: "output", name, on: isOn });
  }

  #contact(line: string): Contact {
    return new Contact(line, this.#clock, {
      closed: (order) => {
        this.#pulses = [...this.#pulses.slice(1 - MOST_PULSES), { order, line, at: this.#clock.wall(), ms: null }];
        this.#tell({ is: "relay", line, closed: true, order });
      },
      opened: (order, ms, whole) => {
        this.#pulses = this.#pulses.map((one) => (one.line === line && one.ms === null ? { ...one, ms } : one));
        this.#tell({ is: "relay", line, closed: false, order });
        if (whole) for (const sensor of this.shape.sensors) this.#follow(sensor, line);
      },
    });
  }

  #follow({ name, follows }: SensorShape, line: string): void {
    if (follows?.line !== line) return;
    this.#clock.after(follows.afterMs, () => {
      if (!this.isJammed(name)) this.#pulse("sensed", name, 0);
    });
  }

  /** What is held already changes nothing. */
  #pulse(is: "pressed" | "sensed", name: string, ms: number): Pressed {
    const wire = this.#inputs.get(name);
    if (wire === undefined) return "unknown";
    const isHeld = wire.isActive;
    const heard = isHeld ? "unheard" : this.#change(wire, true);
    this.#tell({ is, name, heard: heard === "heard" });
    if (isHeld) return heard;
    if (ms > 0) this.#clock.after(ms, () => this.#change(wire, false));
    else this.#change(wire, false);
    return heard;
  }

  #change(wire: Wire, isActive: boolean): "heard" | "unheard" {
    if (wire.isActive === isActive) return "unheard";
    wire.isActive = isActive;
    const listeners = [...wire.listeners];
    for (const { hear } of listeners) hear(isActive);
    return listeners.length > 0 ? "heard" : "unheard";
  }

  #show(frame: Frame | undefined): void {
    this.#picture = frame;
    this.#tell({ is: "screen", lit: frame !== undefined });
  }

  #tell(news: StandNews): void {
    for (const hear of [...this.#watchers]) hear(news);
  }
}
