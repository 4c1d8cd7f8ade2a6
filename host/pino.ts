import { pino } from "pino";
import type { Facts, Log } from "./log.ts";
import { scrub } from "./scrub.ts";

export type PinoLogOptions = {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** Which process speaks: `gateway`, `backend`, `sandbox`. */
  readonly name: string;
  /** Takes each finished line, its line break included; default: standard output, written at once. */
  readonly write?: (line: string) => void;
};

/** The fields every line has; a fact of the same name is printed with `_` behind it. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["level", "time", "name", "what"]);

/** JSON lines `{level, time, name, …facts, what}`, time in ISO 8601 (UTC). Everything passes `scrub` before it is written. */
export function pinoLog(options: PinoLogOptions): Log {
  const settings = {
    level: options.level,
    base: { name: options.name },
    messageKey: "what",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const { write } = options;
  return wrap(
    write === undefined ? pino(settings, pino.destination({ fd: 1, sync: true })) : pino(settings, { write }),
  );
}

function wrap(logger: pino.Logger): Log {
  return {
    debug: (what, facts) => logger.debug(printable(facts), what),
    info: (what, facts) => logger.info(printable(facts), what),
    warn: (what, facts) => logger.warn(printable(facts), what),
    error: (what, facts) => logger.error(printable(facts), what),
    child: (facts) => wrap(logger.child(printable(facts))),
  };
}

function printable(facts: Facts = {}): Record<string, unknown> {
  const renamed = Object.entries(facts).map(([name, fact]) => [OWN_FIELDS.has(name) ? `${name}_` : name, fact]);
  return scrub(Object.fromEntries(renamed)) as Record<string, unknown>;
}
