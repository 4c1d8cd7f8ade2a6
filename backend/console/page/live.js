/** @typedef {import("../api/words.ts").Overview} Overview */
/** @typedef {{
 *   overview: Overview,
 *   order: import("../api/words.ts").OrderLine,
 *   stand: import("../api/words.ts").StandLine,
 *   alarm: import("../api/words.ts").AlarmLine,
 *   link: boolean,
 * }} Heard `link`: whether what the page shows is as of now */

/** A stream that has been silent for so long after an error is lost. */
const LOST_MS = 4_000;
const AGAIN_MS = 5_000;

/** @type {Map<string, Set<(value: any) => void>>} */
const ears = new Map();
/** @type {EventSource | undefined} */
let stream;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let losing;
let isLive = false;

export const isLinked = () => isLive;

/**
 * @template {keyof Heard} Name
 * @param {Name} name
 * @param {(value: Heard[Name]) => void} hear
 * @param {AbortSignal} signal ends it
 */
export function onLive(name, hear, signal) {
  const all = ears.get(name) ?? new Set();
  ears.set(name, all.add(hear));
  signal.addEventListener("abort", () => all.delete(hear), { once: true });
}

/** @param {string} name @param {unknown} value */
const tell = (name, value) => {
  for (const hear of ears.get(name) ?? []) hear(value);
};

/** @param {boolean} live */
function become(live) {
  clearTimeout(losing);
  losing = undefined;
  if (live === isLive) return;
  isLive = live;
  tell("link", live);
}

/** @param {() => void} whenOver the session has ended */
export function listen(whenOver) {
  hush();
  open(whenOver);
}

export function hush() {
  stream?.close();
  stream = undefined;
  become(false);
}

/** @param {() => void} whenOver */
function open(whenOver) {
  const opened = new EventSource("/api/live");
  stream = opened;
  opened.addEventListener("open", () => become(true));
  for (const name of ["overview", "order", "stand", "alarm"])
    opened.addEventListener(name, ({ data }) => tell(name, JSON.parse(data)));
  opened.addEventListener("end", () => {
    hush();
    whenOver();
  });
  opened.addEventListener("error", () => {
    losing ??= setTimeout(() => become(false), LOST_MS);
    if (opened.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      if (stream === opened) open(whenOver);
    }, AGAIN_MS);
  });
}
