import { get } from "./api.js";
import { calmly } from "./later.js";
import { onLive } from "./live.js";

/** @typedef {import("../api/words.ts").StandLine} StandLine */

/** Told no more often, however many stands report. */
const CALM_MS = 500;
/** The list may be a second old, and some time on its way: what was told since is newer. */
const LIST_AGE_MS = 2_000;

/** When each was told of last, on the page's own clock. @type {Map<string, number>} */
const toldAt = new Map();

/** As the last page had them: ten thousand names are not fetched anew for each page that names one. @type {Map<string, StandLine>} */
let lastKnown = new Map();

/**
 * All stands, kept up to date. `changed` is called when they are there, and after changes.
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export function followStands(signal, changed) {
  const stands = lastKnown;
  const soon = calmly(CALM_MS, signal, changed);
  const load = async () => {
    const asked = performance.now();
    const answer = /** @type {{ stands: readonly StandLine[] }} */ (await get("/stands", signal));
    const newer = [...stands].filter(([id]) => (toldAt.get(id) ?? 0) > asked - LIST_AGE_MS);
    stands.clear();
    for (const stand of answer.stands) stands.set(stand.id, stand);
    for (const [id, stand] of newer) if (stands.has(id)) stands.set(id, stand);
    changed();
  };
  onLive(
    "stand",
    (stand) => {
      stands.set(stand.id, stand);
      toldAt.set(stand.id, performance.now());
      soon();
    },
    signal,
  );
  return {
    stands,
    /** As they are now; rejects with what the backend says. */
    load,
    /** For pages that only name them. */
    loadNames: async () => (stands.size > 0 ? changed() : load()),
    /** @param {string} id */
    nameOf: (id) => stands.get(id)?.name ?? id,
    /** @param {string} id */
    siteOf: (id) => stands.get(id)?.site,
  };
}

/** Whoever signs in next asks anew. */
export function forgetStands() {
  lastKnown = new Map();
  toldAt.clear();
}

/** How many are in each state. @param {Iterable<StandLine>} stands */
export function countStates(stands) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { state } of stands) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
