/** The company's days and hours are Jakarta's, wherever the browser is. */

const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const JAKARTA = "Asia/Jakarta";

/** `2026-11-21` in Jakarta. @param {number} wall */
export const dayOf = (wall) => new Intl.DateTimeFormat("en-CA", { timeZone: JAKARTA }).format(wall);
/** Where that day begins. @param {string} day */
export const startOf = (day) => Date.parse(`${day}T00:00:00+07:00`);
/** @param {string} day @param {string} clock such as `14:20` */
const at = (day, clock) => Date.parse(`${day}T${clock}:00+07:00`);

/**
 * What days and clocks that were filled in mean, the last day and minute included. A clock without a day is of today, or of the other day.
 * @param {Readonly<Record<string, string | undefined>>} filled `from`, `to`: days; `since`, `till`: clocks
 * @param {number} now
 * @returns {{ from: number | undefined, to: number | undefined }} walls
 */
export function spanFilled({ from, to, since, till }, now) {
  const first = from ?? (since === undefined ? undefined : (to ?? dayOf(now)));
  const last = to ?? (till === undefined ? undefined : (from ?? dayOf(now)));
  return {
    from: first === undefined ? undefined : at(first, since ?? "00:00"),
    to: last === undefined ? undefined : till === undefined ? startOf(last) + DAY_MS : at(last, till) + MINUTE_MS,
  };
}
