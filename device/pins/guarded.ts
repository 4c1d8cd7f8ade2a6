import type { DeviceClock } from "../clock.ts";
import { HardwareFault, type Relay, type Stop } from "../device.ts";
import type { Broken } from "./contacts.ts";
import { FROM_GUARD, type FromGuard, type GuardSetup, readWord, type ToGuard, write } from "./guard-words.ts";

/** A guard that runs, from the daemon's side. */
export interface GuardProcess {
  /** A line of words to it. Does nothing when it is gone. */
  say(line: string): void;
  onLine(hear: (line: string) => void): void;
  /** It ended, or could not be started; told once. */
  onEnd(hear: (how: string) => void): void;
  /** Hangs up; it opens its contacts and ends. Resolves when it has, or was made to. */
  end(): Promise<void>;
}

export type GuardedOptions = {
  readonly setup: GuardSetup;
  readonly clock: DeviceClock;
  start(): GuardProcess;
  warn(what: string, facts: Readonly<Record<string, unknown>>): void;
};

/** A new guard opens what a dead one left closed, so it is started at once; one that keeps dying, ever more slowly. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
/** How long a pulse may take longer than asked before nobody believes in it any more. */
const LATE_MS = 1_000;
/** A daemon that was busy for so long has heard nothing meanwhile: what waits in the pipe is heard before it gives up. */
const LAST_LOOK_MS = 100;
/** Words a silence: enough that a busy moment of the daemon opens nothing. */
const WORDS_A_SILENCE = 4;

const BROKEN: Readonly<Record<Broken, string>> = {
  "no-such-relay": "the guard knows no such relay",
  "still-closed": "another pulse is under way",
  "too-long": "longer than the relay's bound",
  "let-go": "the guard opened it before its time: the daemon was silent, or hung up",
  "line-failed": "the line does not do what it is told",
};

type Waiting = { readonly relay: string; end(broken: string | undefined): void };

/** Relays whose lines a guard holds. */
export class GuardedRelays {
  readonly #options: GuardedOptions;
  readonly #waiting = new Map<number, Waiting>();
  #guard: GuardProcess | undefined;
  #isHolding = false;
  #refusal: string | undefined;
  #pulses = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #isClosed = false;
  #stopBeating: Stop = () => undefined;
  #stopRestart: Stop = () => undefined;

  constructor(options: GuardedOptions) {
    this.#options = options;
    this.#start();
    this.#beat();
  }

  /** Why no pulse would work now; `undefined` while the guard holds the lines. */
  get failure(): string | undefined {
    if (this.#isHolding) return undefined;
    return this.#refusal ?? "the relays' guard is not up yet";
  }

  relay(name: string): Relay {
    const { relays } = this.#options.setup;
    if (!relays.some((each) => each.name === name)) throw new HardwareFault(`no relay is called "${name}"`);
    return {
      pulse: (ms) => this.#pulse(name, ms),
      ready: () => Promise.resolve(this.#isHolding && !this.#isPulsing(name)),
      close: () => this.close(),
    };
  }

  /** All contacts open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopBeating();
    this.#stopRestart();
    await this.#guard?.end();
    this.#giveUp("the relays are closed");
  }

  #isPulsing(name: string): boolean {
    return [...this.#waiting.values()].some(({ relay }) => relay === name);
  }

  #pulse(relay: string, ms: number): Promise<void> {
    if (!this.#isHolding) return Promise.reject(new HardwareFault(`${relay}: ${this.failure}`));
    if (this.#isPulsing(relay)) return Promise.reject(new HardwareFault(`${relay}: ${BROKEN["still-closed"]}`));
    this.#pulses += 1;
    const id = this.#pulses;
    return new Promise((resolve, reject) => {
      const stop = this.#options.clock.after(ms + LATE_MS, () => this.#lookOnceMore(id));
      const end = (broken: string | undefined): void => {
        stop();
        if (broken === undefined) resolve();
        else reject(new HardwareFault(`${relay}: ${broken}`));
      };
      this.#waiting.set(id, { relay, end });
      this.#say({ say: "pulse", id, relay, ms });
    });
  }

  /** Of two timers in a row the second one runs when the pipe has been read in between. */
  #lookOnceMore(id: number): void {
    this.#options.clock.after(LAST_LOOK_MS, () => this.#end(id, "the guard does not answer"));
  }

  #end(id: number, broken: string | undefined): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.end(broken);
  }

  #giveUp(because: string): void {
    for (const id of [...this.#waiting.keys()]) this.#end(id, because);
  }

  #start(): void {
    const guard = this.#options.start();
    this.#guard = guard;
    guard.onLine((line) => this.#heard(readWord<FromGuard>(line, FROM_GUARD)));
    guard.onEnd((how) => this.#ended(how));
    this.#say({ say: "setup", setup: this.#options.setup });
  }

  #heard(word: FromGuard): void {
    switch (word.say) {
      case "holding":
        this.#isHolding = true;
        this.#refusal = undefined;
        this.#pauseMs = FIRST_PAUSE_MS;
        return;
      case "refused":
        this.#refusal = word.because;
        return;
      case "pulsed":
        this.#end(word.id, word.broken && BROKEN[word.broken]);
    }
  }

  #ended(how: string): void {
    this.#isHolding = false;
    this.#giveUp(`the relays' guard ended: ${how}`);
    if (this.#isClosed) return;
    const againMs = this.#pauseMs;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, againMs * 2);
    this.#options.warn("the relays' guard ended", { how, because: this.#refusal, againMs });
    this.#stopRestart = this.#options.clock.after(againMs, () => this.#start());
  }

  #beat(): void {
    const { clock, setup } = this.#options;
    this.#say({ say: "alive" });
    this.#stopBeating = clock.after(setup.silenceMs / WORDS_A_SILENCE, () => this.#beat());
  }

  #say(word: ToGuard): void {
    this.#guard?.say(write(word));
  }
}
