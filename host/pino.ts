import { pino } from "pino";
import type { Facts, Log } from "./log.ts";
import { scrub } from "./scrub.ts";

export type PinoLogOptions = {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Which process speaks: `gateway`, `backend`, `sandbox`. */
  readonly name: string;
  /** Takes each finished line, its line break included; default: standard output, written at once. */
  readonly write?: (line: string) => void;
  /**
   * Whether `debug` and `info` lines are put together and written when the turn of the event loop is over, so that nobody waits
   * for them; `warn` and `error` write what waits, and themselves, at once. Default: true for standard output, else false.
   */
  readonly afterwards?: boolean;
};

/** The fields every line has; a fact of the same name is printed with `_` behind it. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["level", "time", "name", "what"]);

/** More lines than this do not wait. */
const WAITING_AT_MOST = 1_000;

/** JSON lines `{level, time, name, …facts, what}`, time in ISO 8601 (UTC). Everything passes `scrub` before it is written. */
export function pinoLog(options: PinoLogOptions): Log {
  const { write, afterwards = write === undefined } = options;
  const queue = new LineQueue();
  if (afterwards) process.on("exit", () => queue.flush());
  const settings = {
    level: options.level,
    base: { name: options.name },
    messageKey: "what",
    timestamp: () => `,"time":"${queue.at.toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger =
    write === undefined ? pino(settings, pino.destination({ fd: 1, sync: true })) : pino(settings, { write });
  return wrap(logger, queue, afterwards);
}

type Level = "debug" | "info" | "warn" | "error";

type Line = { readonly at: Date; readonly write: () => void };

/** Lines in the order and with the time in which they were said. */
class LineQueue {
  #waiting: Line[] = [];
  #at = new Date(0);

  /** When the line that is being written was said. */
  get at(): Date {
    return this.#at;
  }

  add(write: () => void, waits: boolean): void {
    if (this.#waiting.length === 0 && waits) setImmediate(() => this.flush());
    this.#waiting.push({ at: new Date(), write });
    if (!waits || this.#waiting.length > WAITING_AT_MOST) this.flush();
  }

  flush(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    for (const { at, write } of lines) {
      this.#at = at;
      write();
    }
  }
}

function wrap(logger: pino.Logger, queue: LineQueue, afterwards: boolean): Log {
  const say =
    (level: Level) =>
    (what: string, facts?: Facts): void => {
      const waits = afterwards && (level === "debug" || level === "info");
      if (logger.isLevelEnabled(level)) queue.add(() => logger[level](printable(facts), what), waits);
    };
  return {
    debug: say("debug"),
    info: say("info"),
    warn: say("warn"),
    error: say("error"),
    child: (facts) => wrap(logger.child(printable(facts)), queue, afterwards),
  };
}

function printable(facts: Facts = {}): Record<string, unknown> {
  const renamed = Object.entries(facts).map(([name, fact]) => [OWN_FIELDS.has(name) ? `${name}_` : name, fact]);
  return scrub(Object.fromEntries(renamed)) as Record<string, unknown>;
}
