import { steadyClock } from "../../host/clock.ts";
import type { Facts, Log } from "../../host/log.ts";

/** What everybody logged in one journey, in the order it came: told when the journey goes wrong. */
export class Diary {
  readonly #clock = steadyClock("diary");
  readonly #begun = this.#clock.now().ms;
  readonly lines: string[] = [];

  /** A log that begins every line with the time since the journey began, in milliseconds, and with `who`. */
  logOf(who: string): Log {
    const write =
      (level: string) =>
      (what: string, facts: Facts = {}): void => {
        const ms = this.#clock.now().ms - this.#begun;
        this.lines.push(`${ms} ${who} ${level} ${what} ${JSON.stringify(facts, errorsAsWords)}`);
      };
    const log: Log = {
      debug: () => undefined,
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      child: () => log,
    };
    return log;
  }

  has(...words: readonly string[]): boolean {
    return this.lines.some((line) => words.every((word) => line.includes(word)));
  }
}

const errorsAsWords = (_key: string, value: unknown): unknown =>
  value instanceof Error ? (value.stack ?? value.message) : value;
