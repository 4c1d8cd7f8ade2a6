import type { Output } from "../device/device.ts";
import type { Log } from "../host/log.ts";
import type { Clock, Stop } from "../protocol/time.ts";
import type { State } from "./order/words.ts";
import { isOccupied } from "./stand.ts";

/** What lamp and buzzer say of a stand to somebody who does not look at its screen. */

/** What they depend on. */
export type Seen = {
  readonly front: State | undefined;
  /** Whether it would sell. */
  readonly isInService: boolean;
};

/** Lit and dark by turns; one that is never lit or never dark stays as it is. */
export type Light = { readonly onMs: number; readonly offMs: number };

const ON: Light = { onMs: 1, offMs: 0 };
const OFF: Light = { onMs: 0, offMs: 1 };
const BUSY: Light = { onMs: 500, offMs: 500 };
/** One short flash: seen from afar it is no lamp that is on, and no stand without power. */
const OUT_OF_SERVICE: Light = { onMs: 200, offMs: 2_800 };

export type OutOfService = "off" | "blink";

/** Busy is who serves a customer, also where nothing new would be sold. */
export function lightOf({ front, isInService }: Seen, outOfService: OutOfService): Light {
  if (isOccupied(front)) return BUSY;
  if (isInService) return ON;
  return outOfService === "off" ? OFF : OUT_OF_SERVICE;
}

const PRESS_MS = 60;
const PAID_MS = 250;
const TROUBLE_MS = 1_500;

/** How long the buzzer sounds when the order in front has become `now`; `undefined` for silence. */
export function beepOf(before: State | undefined, now: State | undefined): number | undefined {
  if (now === undefined) return undefined;
  if (before?.order.id === now.order.id && before.at === now.at) return undefined;
  switch (now.at) {
    case "charging":
      return PRESS_MS;
    case "releasing":
      return PAID_MS;
    case "troubled":
      return TROUBLE_MS;
    default:
      return undefined;
  }
}

export type SignalsOptions = {
  readonly lamp?: Output;
  readonly buzzer?: Output;
  readonly outOfService: OutOfService;
  readonly clock: Clock;
  readonly log: Log;
  seen(): Seen;
};

/** Lamp and buzzer follow what the stand does. Nothing waits for them, and nothing depends on them. */
export class Signals {
  readonly #options: SignalsOptions;
  #light: Light | undefined;
  #front: State | undefined;
  #isOpen = false;
  #isBroken = false;
  #stopBlinking: Stop = () => undefined;
  #stopBeep: Stop = () => undefined;

  constructor(options: SignalsOptions) {
    this.#options = options;
  }

  /** What was before is not news. */
  open(): void {
    this.#isOpen = true;
    this.#front = this.#options.seen().front;
    this.changed();
  }

  /** Something of what they depend on may have changed. */
  changed(): void {
    if (!this.#isOpen) return;
    const { seen, lamp, buzzer, outOfService } = this.#options;
    const now = seen();
    if (lamp !== undefined) this.#shine(lamp, lightOf(now, outOfService));
    const beepMs = beepOf(this.#front, now.front);
    this.#front = now.front;
    if (buzzer !== undefined && beepMs !== undefined) this.#beep(buzzer, beepMs);
  }

  /** Dark and silent. */
  close(): void {
    this.#isOpen = false;
    this.#stopBlinking();
    this.#stopBeep();
    const { lamp, buzzer } = this.#options;
    for (const output of [lamp, buzzer]) if (output !== undefined) this.#set(output, false);
  }

  #shine(lamp: Output, light: Light): void {
    if (this.#light === light) return;
    this.#light = light;
    this.#stopBlinking();
    this.#turn(lamp, light, light.onMs > 0);
  }

  #turn(lamp: Output, light: Light, isOn: boolean): void {
    this.#set(lamp, isOn);
    if (light.onMs === 0 || light.offMs === 0) return;
    const ms = isOn ? light.onMs : light.offMs;
    this.#stopBlinking = this.#options.clock.after(ms, () => this.#turn(lamp, light, !isOn));
  }

  /** A new sound takes the place of one that is still heard. */
  #beep(buzzer: Output, ms: number): void {
    this.#stopBeep();
    this.#set(buzzer, true);
    this.#stopBeep = this.#options.clock.after(ms, () => this.#set(buzzer, false));
  }

  #set(output: Output, isOn: boolean): void {
    const worked = (): void => {
      this.#isBroken = false;
    };
    const failed = (error: unknown): void => {
      if (!this.#isBroken) this.#options.log.warn("lamp or buzzer failed", { error });
      this.#isBroken = true;
    };
    output.set(isOn).then(worked, failed);
  }
}
