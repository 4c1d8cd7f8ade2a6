/**
 * @typedef {Node | string | number | false | null | undefined} Part
 * @typedef {Part | readonly Child[]} Child
 * @typedef {string | number | boolean | null | undefined} Value
 * @typedef {Readonly<Record<string, Value | ((event: any) => unknown)>>} Attributes
 *   `onclick` and the like are heard, never written; `key` tells elements of a list apart; `own: true`: what is in it is none of
 *   `draw`'s business.
 */

const SVG = "http://www.w3.org/2000/svg";
const drawnAsSvg = new Set(["svg", "path", "circle", "use", "g", "rect", "line"]);

/** @type {WeakMap<Node, Map<string, (event: any) => unknown>>} */
const ears = new WeakMap();
/** @type {WeakMap<Node, string>} */
const keys = new WeakMap();
/** @type {WeakSet<Node>} */
const owned = new WeakSet();
/** @type {Set<string>} */
const heard = new Set();

/**
 * An element. Texts become text: nothing here reads HTML, and no attribute is a script or a style.
 * @template {string} Name
 * @param {Name} name
 * @param {Attributes} attributes
 * @param {...Child} children
 * @returns {Name extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Name] : HTMLElement}
 */
export function h(name, attributes = {}, ...children) {
  const element = drawnAsSvg.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) put(element, attribute, value);
  element.append(...flat(children));
  return /** @type {any} */ (element);
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {Value | ((event: any) => unknown)} value
 */
function put(element, name, value) {
  if (typeof value === "function") return hear(element, name.replace(/^on/, ""), value);
  if (value === undefined || value === null || value === false) return;
  if (name === "key") return void keys.set(element, String(value));
  if (name === "own") return void owned.add(element);
  element.setAttribute(name, value === true ? "" : String(value));
}

/** @param {Element} element @param {string} type @param {(event: any) => unknown} ear */
function hear(element, type, ear) {
  const known = ears.get(element) ?? new Map();
  ears.set(element, known.set(type, ear));
  if (heard.has(type)) return;
  heard.add(type);
  document.addEventListener(type, tell, true);
}

/** One listener for the whole document: elements are kept when a page is drawn anew, and hear by their newest ears. @param {Event} event */
function tell(event) {
  const path = event.bubbles ? event.composedPath() : event.composedPath().slice(0, 1);
  for (const node of path) {
    if (node instanceof Node) ears.get(node)?.get(event.type)?.(event);
    if (event.cancelBubble) return;
  }
}

/** @param {readonly Child[]} children @returns {(Node | string)[]} */
const flat = (children) =>
  /** @type {Part[]} */ (/** @type {any} */ (children).flat(3))
    .filter((child) => child !== undefined && child !== null && child !== false && child !== "")
    .map((child) => (child instanceof Node ? child : String(child)));

/**
 * Makes `parent` show these children, and keeps every element that can stay: focus, scrolling and what was typed stay with it.
 * @param {Element} parent
 * @param {...Child} children
 */
export function draw(parent, ...children) {
  const wanted = flat(children).map((child) => (child instanceof Node ? child : document.createTextNode(child)));
  const wantedKeys = new Set(wanted.map((node) => keys.get(node)));
  /** @type {Map<string, Node>} */
  const keyed = new Map();
  for (const node of [...parent.childNodes]) {
    const key = keys.get(node);
    if (key === undefined) continue;
    if (wantedKeys.has(key)) keyed.set(key, node);
    else node.remove();
  }
  let at = parent.firstChild;
  for (const want of wanted) at = place(parent, want, at, keyed);
  while (at !== null) {
    const next = at.nextSibling;
    parent.removeChild(at);
    at = next;
  }
}

/**
 * Puts what is wanted before `at`, or makes `at` into it; returns where the next one goes.
 * @param {Element} parent @param {Node} want @param {ChildNode | null} at @param {Map<string, Node>} keyed
 */
function place(parent, want, at, keyed) {
  if (want === at) return at.nextSibling;
  const key = keys.get(want);
  const have = key === undefined ? at : (keyed.get(key) ?? null);
  if (have === null || want.parentNode === parent || !isAlike(have, want)) {
    parent.insertBefore(want, at);
    return at;
  }
  become(have, want);
  if (have === at) return at.nextSibling;
  parent.insertBefore(have, at);
  return at;
}

/** @param {Node} have @param {Node} want */
const isAlike = (have, want) =>
  have.nodeType === want.nodeType &&
  have.nodeName === want.nodeName &&
  keys.get(have) === keys.get(want) &&
  !owned.has(have) &&
  !owned.has(want);

/** @param {Node} have @param {Node} want */
function become(have, want) {
  if (!(have instanceof Element) || !(want instanceof Element)) {
    if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    return;
  }
  for (const { name } of [...have.attributes])
    if (!want.hasAttribute(name) && !isStaying(have, name)) have.removeAttribute(name);
  for (const { name, value } of [...want.attributes])
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  const heardNow = ears.get(want);
  if (heardNow === undefined) ears.delete(have);
  else ears.set(have, heardNow);
  draw(have, [...want.childNodes]);
}

/** What the person at the page opened stays open; what scripts styled stays styled. @param {Element} element @param {string} name */
const isStaying = (element, name) => name === "style" || (name === "open" && element.nodeName === "DETAILS");

/** @param {string} selector @returns {HTMLElement} */
export function one(selector) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLElement) return found;
  throw new Error(`There is no ${selector} on the page`);
}
