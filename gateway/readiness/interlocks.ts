import type { Input } from "../../device/device.ts";
import type { Log } from "../../host/log.ts";
import { answerOr } from "../../host/within.ts";
import type { Meaning } from "../../protocol/settings.ts";
import type { Clock, Stop } from "../../protocol/time.ts";

/** A switch that keeps the stand from selling and from opening while it is active. */
export type Interlock = { readonly name: string; readonly means: Meaning; readonly input: Input };

export type InterlocksOptions = {
  readonly interlocks: readonly Interlock[];
  readonly clock: Clock;
  readonly log: Log;
  /** What is active has become other than it was. */
  changed(): void;
};

/** `heard`: how often it has spoken by itself; a look that was overtaken by such a word is out of date. */
type Known = { isActive: boolean; heard: number };

/** Watches doors and the like. A switch that does not answer counts as active: nobody knows that the door is shut. */
export class Interlocks {
  readonly #options: InterlocksOptions;
  readonly #known: ReadonlyMap<Interlock, Known>;
  #stops: readonly Stop[] = [];

  constructor(options: InterlocksOptions) {
    this.#options = options;
    this.#known = new Map(options.interlocks.map((interlock) => [interlock, { isActive: false, heard: 0 }]));
  }

  /** What is active, as far as is known; each meaning once, in the order of the configuration. */
  get active(): readonly Meaning[] {
    return [...new Set([...this.#known].flatMap(([{ means }, { isActive }]) => (isActive ? [means] : [])))];
  }

  /** Listens from now on, and looks once. */
  open(): void {
    this.#stops = [...this.#known].map(([interlock, known]) =>
      interlock.input.onChange((isActive) => {
        known.heard += 1;
        this.#now(interlock, known, isActive);
      }),
    );
    void this.look();
  }

  /** Asks every switch now, and answers what is active. Never rejects. */
  async look(): Promise<readonly Meaning[]> {
    await Promise.all([...this.#known].map(([interlock, known]) => this.#ask(interlock, known)));
    return this.active;
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  async #ask(interlock: Interlock, known: Known): Promise<void> {
    const { heard } = known;
    const isActive = await isActiveNow(interlock.input, this.#options.clock);
    if (known.heard === heard) this.#now(interlock, known, isActive ?? true);
  }

  #now({ name, means }: Interlock, known: Known, isActive: boolean): void {
    if (known.isActive === isActive) return;
    known.isActive = isActive;
    const { log, changed } = this.#options;
    log.warn(isActive ? "interlock tripped" : "interlock clear again", { input: name, means });
    changed();
  }
}

/** `undefined`: it does not say. */
export const isActiveNow = async (input: Input, clock: Clock): Promise<boolean | undefined> =>
  answerOr(clock, input.isActive(), undefined);
