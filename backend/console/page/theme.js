/** @typedef {"auto" | "light" | "dark"} Theme `auto`: as the browser would have it */

const KEPT = "console.theme";
const isDarkOutside = matchMedia("(prefers-color-scheme: dark)");
/** @type {Set<() => void>} */
const ears = new Set();

/** @returns {Theme} */
export function theme() {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

/** @param {Theme} next */
export function wear(next) {
  localStorage.setItem(KEPT, next);
  dress();
}

export function dress() {
  const chosen = theme();
  const isDark = chosen === "auto" ? isDarkOutside.matches : chosen === "dark";
  wearNow(isDark);
}

/** Paper is white. @param {boolean} isDark */
function wearNow(isDark) {
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  for (const hear of ears) hear();
}

/** For what is painted rather than styled. @param {() => void} hear @param {AbortSignal} signal */
export function onDressed(hear, signal) {
  ears.add(hear);
  signal.addEventListener("abort", () => ears.delete(hear), { once: true });
}

isDarkOutside.addEventListener("change", dress);
addEventListener("beforeprint", () => wearNow(false));
addEventListener("afterprint", dress);

/** A colour of the style sheet. @param {string} name such as `--good` */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
