import type { Input } from "../../device/device.ts";
import type { DrawnSlip } from "../../device/drawing/draw-slip.ts";
import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Drawing } from "../drawing.ts";
import type { Machine } from "../health/health.ts";
import { type ServiceFacts, serviceSlip, type Wire } from "./report.ts";

export type NamedInput = { readonly name: string; readonly input: Input };

/** What only the configuration knows. */
export type ServiceSettings = {
  /** How long the page stays after somebody last did something. */
  readonly pageMs: number;
  readonly version: string;
  /** Host and port, without an account. */
  readonly broker: string;
  readonly machine: Machine;
  /** Every button, sensor and switch. */
  readonly inputs: readonly NamedInput[];
};

export type ServiceOptions = Pick<ServiceSettings, "pageMs"> & {
  readonly clock: Clock;
  readonly log: Log;
  readonly id: string;
  name(): string;
  inputs(): readonly NamedInput[];
  readonly drawing: Pick<Drawing, "slip" | "testStrip">;
  /** Without one the facts are printed. */
  readonly hasScreen: boolean;
  /** Everything but what the service itself knows. */
  look(): Promise<Omit<ServiceFacts, "printed">>;
  /** Resolves to what became of it, in a word. */
  print(draw: (dots: number) => DrawnSlip): Promise<string>;
  /** The page, or that there is one, is another than before. */
  changed(): void;
};

const LOOK_MS = 1_000;
/** What passes a sensor is over before anybody has read that it was there. */
const LATCH_MS = 2_000;

/** The page for who mends the stand: on show from `open` until it is closed, or nobody has done anything for a while. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #activeAt = new Map<string, number>();
  #facts: ServiceFacts | undefined;
  #printed: string | undefined;
  #isOpen = false;
  #isPrinting = false;
  #stops: readonly Stop[] = [];
  #stopEnd: Stop = () => undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What is on show; `undefined` while nothing is. */
  get facts(): ServiceFacts | undefined {
    return this.#facts;
  }

  async open(): Promise<void> {
    if (this.#options.hasScreen) this.#show();
    else await this.#printFacts();
  }

  #show(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#printed = undefined;
    const { clock, log, inputs } = this.#options;
    const run = (): Promise<void> => this.#look();
    this.#stops = [
      ...inputs().map(({ name, input }) => input.onChange((isActive) => this.#sensed(name, isActive))),
      every(clock, log, { firstMs: 0, everyMs: LOOK_MS, what: "service page not known", run }),
    ];
    log.info("service page", { open: true });
    this.#stay();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#facts = undefined;
    this.#activeAt.clear();
    for (const stop of this.#stops) stop();
    this.#stopEnd();
    this.#options.log.info("service page", { open: false });
    this.#options.changed();
  }

  /** One at a time; a second press meanwhile prints nothing. */
  async print(): Promise<void> {
    if (!this.#isOpen || this.#isPrinting) return;
    this.#isPrinting = true;
    this.#stay();
    this.#say("printing …");
    const became = await this.#options.print((dots) => this.#drawTest(dots));
    this.#isPrinting = false;
    this.#options.log.info("test print", { became });
    this.#say(became);
  }

  #drawTest(dots: number): DrawnSlip {
    const { drawing, name, id } = this.#options;
    return drawing.testStrip?.(dots, [name(), id]) ?? drawing.slip({ blocks: [] }, dots);
  }

  async #printFacts(): Promise<void> {
    const { look, print, drawing, log } = this.#options;
    const slip = serviceSlip(await look());
    log.info("service slip", { became: await print((dots) => drawing.slip(slip, dots)) });
  }

  #stay(): void {
    this.#stopEnd();
    this.#stopEnd = this.#options.clock.after(this.#options.pageMs, () => this.close());
  }

  #say(printed: string): void {
    this.#printed = printed;
    if (this.#facts === undefined) return;
    this.#facts = { ...this.#facts, printed };
    this.#options.changed();
  }

  async #look(): Promise<void> {
    const facts = await this.#options.look();
    if (!this.#isOpen) return;
    const wires = facts.wires.map((wire) => this.#latched(wire));
    this.#facts = { ...facts, wires, ...(this.#printed === undefined ? {} : { printed: this.#printed }) };
    this.#options.changed();
  }

  #sensed(name: string, isActive: boolean): void {
    if (isActive) this.#activeAt.set(name, this.#options.clock.now().ms);
    if (this.#facts === undefined) return;
    const wires = this.#facts.wires.map((wire) => this.#latched(wire.name === name ? { name, isActive } : wire));
    this.#facts = { ...this.#facts, wires };
    this.#options.changed();
  }

  #latched(wire: Wire): Wire {
    const at = this.#activeAt.get(wire.name);
    const isRecent = at !== undefined && this.#options.clock.now().ms - at < LATCH_MS;
    return isRecent ? { ...wire, isActive: true } : wire;
  }
}
