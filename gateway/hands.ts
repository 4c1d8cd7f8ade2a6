import type { Input, Relay } from "../device/device.ts";
import type { Log } from "../host/log.ts";
import type { EffectId, Owed } from "../journal/journal.ts";
import type { Outcome } from "../journal/performer.ts";
import type { Clock } from "../protocol/time.ts";
import type { Effect, Event, ReleaseTrouble } from "./order.ts";
import { isReady } from "./preflight.ts";
import type { Stand } from "./stand.ts";
import { within } from "./within.ts";

/** What sees the goods leave, and how long after the contact opened again it may take to do so. */
export type DeliverySensor = { readonly input: Input; readonly windowMs: number };

export type HandsOptions = {
  readonly stand: Pick<Stand, "report">;
  readonly journal: { start(effect: EffectId): Promise<void> };
  readonly clock: Clock;
  readonly log: Log;
  relayOf(line: string): Relay | undefined;
  sensorOf(line: string): DeliverySensor | undefined;
};

type Release = Extract<Effect, { do: "release" }>;

/** Opens what was paid for: once for each release, whatever happens around it. */
export class Hands {
  readonly #options: HandsOptions;
  /** What this process did for a release whose outcome is not on disk yet: it is told again, never done again. */
  readonly #acts = new Map<EffectId, Promise<Event>>();

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  /** A release is under way, or its outcome is not on disk yet. */
  get isReleasing(): boolean {
    return this.#acts.size > 0;
  }

  /** Rejects when the journal does not take the start (then nothing has moved) or the outcome (then say it again). */
  async release({ id, order, effect, started }: Owed<Effect>): Promise<Outcome> {
    if (effect.do !== "release") return "done";
    const act = this.#acts.get(id) ?? this.#begin(id, effect, started);
    const event = await act;
    await this.#options.stand.report(effect.order, event, id);
    this.#acts.delete(id);
    this.#options.log.info("release ended", { order, release: effect.release, event: event.type });
    return "reported";
  }

  #begin(id: EffectId, effect: Release, started: boolean): Promise<Event> {
    const act = started ? Promise.resolve(notReleased(effect, "release-unclear")) : this.#act(id, effect);
    this.#acts.set(id, act);
    return act;
  }

  async #act(id: EffectId, effect: Release): Promise<Event> {
    const { relayOf, clock, journal } = this.#options;
    const { line } = effect.opening;
    const relay = relayOf(line);
    if (relay === undefined || !(await isReady(relay, clock))) {
      this.#options.log.error("relay not ready", { order: effect.order, line });
      return notReleased(effect, "release-failed");
    }
    try {
      await journal.start(id);
    } catch (error) {
      this.#acts.delete(id);
      throw error;
    }
    return this.#pulse(relay, effect);
  }

  /** The sensor is listened to before the contact closes: goods can be quick. */
  async #pulse(relay: Relay, effect: Release): Promise<Event> {
    const { opening, order, release } = effect;
    const watch = this.#watch(opening.line);
    try {
      await relay.pulse(opening.pulseMs, order);
      const seen = await watch?.seen();
      if (seen === false) return notReleased(effect, "not-confirmed");
      return { type: "released", release, confirmed: seen ?? false };
    } catch (error) {
      this.#options.log.error("release failed", { order, line: opening.line, error });
      return notReleased(effect, "release-failed");
    } finally {
      watch?.stop();
    }
  }

  #watch(line: string): { seen(): Promise<boolean>; stop(): void } | undefined {
    const sensor = this.#options.sensorOf(line);
    if (sensor === undefined) return undefined;
    let stop = (): void => undefined;
    const seen = new Promise<boolean>((resolve) => {
      stop = sensor.input.onPress(() => resolve(true));
    });
    return { seen: () => within(this.#options.clock, sensor.windowMs, seen, false), stop };
  }
}

const notReleased = ({ release }: Release, because: ReleaseTrouble): Event => ({
  type: "not-released",
  release,
  because,
});
