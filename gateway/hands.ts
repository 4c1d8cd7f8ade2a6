import type { Input, Relay } from "../device/device.ts";
import type { Log } from "../host/log.ts";
import { within } from "../host/within.ts";
import type { EffectId, Owed } from "../journal/journal.ts";
import type { Outcome } from "../journal/performer.ts";
import type { Clock } from "../protocol/time.ts";
import type { Effect, Event, ReleaseTrouble } from "./order/words.ts";
import { type Interlocks, isActiveNow } from "./readiness/interlocks.ts";
import { isReady } from "./readiness/preflight.ts";
import type { Stand } from "./stand.ts";

/** What sees the goods leave, and how long after the contact opened again it may take to do so. */
export type DeliverySensor = { readonly input: Input; readonly windowMs: number };

export type HandsOptions = {
  readonly stand: Pick<Stand, "report">;
  readonly journal: { start(effect: EffectId): Promise<unknown> };
  readonly clock: Clock;
  readonly log: Log;
  relayOf(line: string): Relay | undefined;
  sensorOf(line: string): DeliverySensor | undefined;
  /** Absent on a stand without one. */
  readonly interlocks?: Pick<Interlocks, "look" | "active">;
};

/** Of a program that was busy when the window ended, what the sensor said before is heard only now. */
const HEARD_LATE_MS = 100;

/** `seen` resolves when the goods were seen to leave, or the window is over. */
type Watch = { seen(): Promise<boolean>; stop(): void };

type Release = Extract<Effect, { do: "release" }>;

/** Opens what was paid for: once for each release, whatever happens around it. */
export class Hands {
  readonly #options: HandsOptions;
  /** What this process did for a release whose outcome is not on disk yet: it is told again, never done again. */
  readonly #acts = new Map<EffectId, Promise<Event>>();
  readonly #pulses = new Map<string, number>();

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  /** How often each relay has closed since this process began. */
  get pulses(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#pulses);
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
    const { relayOf, clock, journal, log, interlocks } = this.#options;
    const { line } = effect.opening;
    if (interlocks !== undefined && (await interlocks.look()).length > 0) return this.#interlocked(effect);
    const relay = relayOf(line);
    if (relay === undefined || !(await isReady(relay, clock))) {
      log.error("relay not ready", { order: effect.order, line });
      return notReleased(effect, "release-failed");
    }
    try {
      await journal.start(id);
    } catch (error) {
      this.#acts.delete(id);
      throw error;
    }
    const isStillSafe = interlocks === undefined || interlocks.active.length === 0;
    return isStillSafe ? this.#pulse(relay, effect) : this.#interlocked(effect);
  }

  /** Somebody may have a hand inside: nothing moves, and nothing will by itself when the door is shut again. */
  #interlocked(effect: Release): Event {
    const because = this.#options.interlocks?.active;
    this.#options.log.error("not released: interlocked", { order: effect.order, line: effect.opening.line, because });
    return notReleased(effect, "release-failed");
  }

  /** The sensor is listened to before the contact closes: goods can be quick. */
  async #pulse(relay: Relay, effect: Release): Promise<Event> {
    const { opening, order, release } = effect;
    const watch = await this.#watch(opening.line);
    try {
      this.#pulses.set(opening.line, (this.#pulses.get(opening.line) ?? 0) + 1);
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

  /** A sensor that is active before anything has moved sees something else: nothing that it says later counts. */
  async #watch(line: string): Promise<Watch | undefined> {
    const { sensorOf, clock, log } = this.#options;
    const sensor = sensorOf(line);
    if (sensor === undefined) return undefined;
    let stop = (): void => undefined;
    const seen = new Promise<boolean>((resolve) => {
      stop = sensor.input.onPress(() => resolve(true));
    });
    const isBlind = (await isActiveNow(sensor.input, clock)) === true;
    if (isBlind) log.warn("sensor active before the release", { line });
    const seenWithin = (ms: number): Promise<boolean> => within(clock, ms, seen, false);
    const inTime = async (): Promise<boolean> => (await seenWithin(sensor.windowMs)) || seenWithin(HEARD_LATE_MS);
    return { seen: async () => !isBlind && inTime(), stop };
  }
}

const notReleased = ({ release }: Release, because: ReleaseTrouble): Event => ({
  type: "not-released",
  release,
  because,
});
