import { get } from "./api.js";
import { calmly } from "./later.js";
import { onLive } from "./live.js";

/** @typedef {import("../api/words.ts").StandLine} StandLine */

/** Told no more often, however many stands report. */
const CALM_MS = 500;

/**
 * All stands, kept up to date. `changed` is called when they are there, and after changes.
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export function followStands(signal, changed) {
  /** @type {Map<string, StandLine>} */
  const stands = new Map();
  const soon = calmly(CALM_MS, signal, changed);
  const load = async () => {
    const answer = /** @type {{ stands: readonly StandLine[] }} */ (await get("/stands", signal));
    for (const stand of answer.stands) stands.set(stand.id, stand);
    changed();
  };
  onLive(
    "stand",
    (stand) => {
      stands.set(stand.id, stand);
      soon();
    },
    signal,
  );
  return {
    stands,
    /** Rejects with what the backend says. */
    load,
    /** @param {string} id */
    nameOf: (id) => stands.get(id)?.name ?? id,
    /** @param {string} id */
    siteOf: (id) => stands.get(id)?.site,
  };
}

/** How many are in each state. @param {Iterable<StandLine>} stands */
export function countStates(stands) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { state } of stands) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
