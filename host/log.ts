/** What a step wants to tell: one line of JSON. Never keys, signatures or payer data. */
export type Facts = Readonly<Record<string, unknown>>;

/** `what` is a short fixed phrase that one can search for; what varies goes into `facts`. */
export interface Log {
  debug(what: string, facts?: Facts): void;
  info(what: string, facts?: Facts): void;
  warn(what: string, facts?: Facts): void;
  error(what: string, facts?: Facts): void;
  /** A log whose every line also says `facts`. */
  child(facts: Facts): Log;
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
