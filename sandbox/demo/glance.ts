import type { PaymentType } from "../../backend/providers/midtrans/charge-body.ts";
import type { SimulatedStand } from "../../device/simulated/world.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Health } from "./child.ts";
import { DOOR, OUTPUTS, SENSOR } from "./goods.ts";
import type { KnobName } from "./knobs.ts";
import type { CustomerPage, Pages } from "./pages.ts";
import type { OwedOrder, Staff } from "./staff.ts";

/** All that the page shows besides the timeline. `picture` and `strip` rise when there is a new one to fetch. */
export type Glance = {
  readonly stand: string;
  readonly power: "on" | "cut";
  readonly daemon: Health;
  readonly backend: Health;
  readonly network: "ok" | "cut";
  readonly picture: number;
  readonly strip: number;
  readonly printer: { readonly paper: string; readonly cover: string };
  readonly relays: readonly { readonly line: string; readonly closed: boolean; readonly pulses: number }[];
  readonly jammed: boolean;
  readonly doorOpen: boolean;
  readonly lamp: boolean;
  readonly buzzer: boolean;
  readonly armed: readonly KnobName[];
  readonly paymentType: PaymentType;
  /** The customer's, of the order that was offered last. */
  readonly page: CustomerPage | null;
  /** Where the fleet is looked at, and by what name and password. */
  readonly console: { readonly url: string; readonly name: string; readonly password: string };
  readonly owed: readonly (OwedOrder & { readonly page: string | null })[];
};

/** What there is to look at. */
export type GlanceParts = {
  readonly stand: string;
  readonly world: SimulatedStand;
  readonly house: {
    readonly daemon: { readonly health: Health };
    readonly backend: { readonly health: Health };
    readonly payment: { readonly type: PaymentType };
    readonly console: Glance["console"];
  };
  readonly network: { readonly isCut: boolean };
  readonly power: { isOn(): boolean };
  readonly knobs: { armed(): readonly KnobName[] };
  readonly pages: Pick<Pages, "latest" | "of">;
  readonly staff: Pick<Staff, "owed">;
};

/** Changes of one moment are told together. */
const TOGETHER_MS = 15;

/** What there is to see now, and whoever wants to hear of changes. Nothing before `open`. */
export class Glances {
  readonly #clock: Clock;
  readonly #watchers = new Set<(glance: Glance) => void>();
  #parts: GlanceParts | undefined;
  #picture = 0;
  #strip = 0;
  #isDue = false;
  #stop: Stop = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(parts: GlanceParts): void {
    this.#parts = parts;
    parts.world.watch((news) => {
      if (news.is === "screen") this.#picture += 1;
      if (news.is === "printed") this.#strip += 1;
      this.changed();
    });
    this.changed();
  }

  now(): Glance | undefined {
    if (this.#parts === undefined) return undefined;
    const { stand, world, house, network, power, knobs, pages, staff } = this.#parts;
    return {
      stand,
      power: power.isOn() ? "on" : "cut",
      daemon: house.daemon.health,
      backend: house.backend.health,
      network: network.isCut ? "cut" : "ok",
      picture: this.#picture,
      strip: this.#strip,
      printer: { paper: world.printer?.paper ?? "out", cover: world.printer?.cover ?? "closed" },
      relays: relaysOf(world),
      jammed: world.isJammed(SENSOR),
      doorOpen: world.isActive(DOOR),
      lamp: world.isOn(OUTPUTS.lamp),
      buzzer: world.isOn(OUTPUTS.buzzer),
      armed: knobs.armed(),
      paymentType: house.payment.type,
      page: pages.latest ?? null,
      console: house.console,
      owed: staff.owed.map((line) => ({ ...line, page: pages.of(line.order) ?? null })),
    };
  }

  /** Something that shows may have changed. Cheap. */
  changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#stop = this.#clock.after(TOGETHER_MS, () => {
      this.#isDue = false;
      const glance = this.now();
      if (glance !== undefined) for (const hear of [...this.#watchers]) hear(glance);
    });
  }

  watch(hear: (glance: Glance) => void): Stop {
    this.#watchers.add(hear);
    return () => this.#watchers.delete(hear);
  }

  close(): void {
    this.#stop();
    this.#watchers.clear();
  }
}

const relaysOf = (world: SimulatedStand): Glance["relays"] =>
  world.shape.relays.map((line) => ({
    line,
    closed: world.isClosed(line),
    pulses: world.pulses.filter((pulse) => pulse.line === line).length,
  }));
