import { type Clock, type Instant, sinceMs } from "../protocol/time.ts";
import type { Facts, Log } from "./log.ts";

const MINUTE_MS = 60_000;
/** A stranger may think of ever new kinds. */
const KINDS_TOLD_APART = 100;

type Told = { readonly at: Instant; readonly unsaid: number };

/**
 * Warns of what strangers or a broken machine can bring about as often as they like: of each thing once a minute, with how often it was left
 * out since the last time. What a thing is called is the program's own word, so there are few of them. Its `kind` keeps one that happens all
 * the time from hiding another of the same name; kinds beyond a hundred are one.
 */
export class Seldom {
  readonly #clock: Pick<Clock, "now">;
  readonly #log: Pick<Log, "warn">;
  readonly #told = new Map<string, Told>();

  constructor({ clock, log }: { readonly clock: Pick<Clock, "now">; readonly log: Pick<Log, "warn"> }) {
    this.#clock = clock;
    this.#log = log;
  }

  warn(what: string, facts: Facts = {}, kind = ""): void {
    const now = this.#clock.now();
    const name = this.#nameOf(what, kind);
    const last = this.#told.get(name);
    if (last !== undefined && (sinceMs(last.at, now) ?? MINUTE_MS) < MINUTE_MS) {
      this.#told.set(name, { at: last.at, unsaid: last.unsaid + 1 });
      return;
    }
    this.#told.set(name, { at: now, unsaid: 0 });
    this.#log.warn(what, { ...facts, ...(last !== undefined && last.unsaid > 0 && { unsaid: last.unsaid }) });
  }

  #nameOf(what: string, kind: string): string {
    const name = `${what}: ${kind}`;
    return this.#told.has(name) || this.#told.size < KINDS_TOLD_APART ? name : `${what}: `;
  }
}
