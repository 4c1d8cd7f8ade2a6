import { words } from "./words.js";

/** @typedef {"id" | "en"} Tongue */
/** @typedef {keyof typeof words} Key */

const KEPT = "console.tongue";
const PLACES = /** @type {const} */ ({ id: 0, en: 1 });

/** @type {Tongue} */
let now = first();

/** @returns {Tongue} */
function first() {
  const kept = localStorage.getItem(KEPT);
  if (kept === "id" || kept === "en") return kept;
  return /^(id|ms|jv|su)\b/i.test(navigator.language) ? "id" : "en";
}

export const tongue = () => now;
/** For numbers and dates. */
export const locale = () => (now === "id" ? "id-ID" : "en-GB");

/** @param {Tongue} next */
export function speak(next) {
  now = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
}

/**
 * What the console says, in the tongue that is switched on; `{name}` takes its value, `{name|stand|stands}` says which of them fits it.
 * @param {Key} key
 * @param {Readonly<Record<string, string | number>>} [values]
 */
export const say = (key, values = {}) =>
  words[key][PLACES[now]]
    .replace(/\{(\w+)\|([^|}]*)\|([^}]*)\}/g, (_whole, name, one, many) => (String(values[name]) === "1" ? one : many))
    .replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/**
 * The word for something that programs named; programs may know names that this page does not, so they are shown as they are.
 * @param {string} family
 * @param {string} name
 */
export const wordFor = (family, name) => knownWord(family, name) ?? name.replaceAll("-", " ");

/** @param {string} family @param {string} name @returns {string | undefined} */
export function knownWord(family, name) {
  const key = `${family}.${name}`;
  return Object.hasOwn(words, key) ? say(/** @type {Key} */ (key)) : undefined;
}
