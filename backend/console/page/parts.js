import { Refused } from "./api.js";
import { h } from "./dom.js";
import { icon, mark } from "./icons.js";
import { say, speak, tongue, wordFor } from "./tongue.js";

/** Small things that every page is made of. */

/** @typedef {"good" | "busy" | "bad" | "away" | "fresh" | "ended" | "wait"} Tone */

/** How a state looks; its shape says it to whom colours say nothing. @type {Readonly<Record<string, Tone>>} */
const standTones = {
  selling: "good",
  serving: "busy",
  trouble: "bad",
  offline: "away",
  new: "fresh",
  revoked: "ended",
};
/** @type {Readonly<Record<string, Tone>>} */
const orderTones = {
  charging: "busy",
  payable: "wait",
  voiding: "wait",
  voided: "ended",
  refused: "ended",
  forestalled: "ended",
  paid: "busy",
  delivered: "good",
  owed: "bad",
  refunding: "wait",
  remedied: "good",
};

/** @param {string} state @returns {Tone} */
export const toneOfStand = (state) => standTones[state] ?? "away";
/** @param {string} state @returns {Tone} */
const toneOfOrder = (state) => orderTones[state] ?? "away";

/** @param {Tone} tone @param {string} text */
export const tag = (tone, text) => h("span", { class: `tag ${tone}` }, mark(tone), text);
/** @param {string} state */
export const standTag = (state) => tag(toneOfStand(state), wordFor("stand", state));
/** @param {string} state */
export const orderTag = (state) => tag(toneOfOrder(state), wordFor("order", state));

/** @param {string} order @param {string} claim */
export const orderLink = (order, claim) => h("a", { class: "claim", href: `#/orders/${order}` }, claim);
/** @param {string} id @param {string} [name] */
export const standLink = (id, name) => h("a", { href: `#/stands/${id}` }, name ?? id);

/** @param {readonly { name: string, quantity: number }[]} items */
export const bought = (items) =>
  items.map(({ name, quantity }) => (quantity === 1 ? name : `${quantity} × ${name}`)).join(", ");

/**
 * @param {string} title
 * @param {{ id: string, beside?: import("./dom.js").Child, class?: string, level?: 2 | 3 }} look
 * @param {...import("./dom.js").Child} children
 */
export const panel = (title, { id, beside, class: more = "", level = 2 }, ...children) =>
  h(
    "section",
    { class: `panel ${more}`, "aria-labelledby": `${id}-title`, id, key: id },
    h("header", { class: "panel-head" }, h(`h${level}`, { id: `${id}-title` }, title), beside),
    ...children,
  );

/** The name of the page, which takes the focus when one comes. @param {import("./dom.js").Child} title @param {...import("./dom.js").Child} beside */
export const pageHead = (title, ...beside) =>
  h("header", { class: "page-head" }, h("h1", { tabindex: "-1" }, title), ...beside);

/** @param {Tone} tone @param {string} title @param {string} [line] */
export const calm = (tone, title, line) =>
  h("div", { class: `calm ${tone}` }, mark(tone), h("p", {}, h("strong", {}, title), line && h("span", {}, line)));

/** Facts by name. @param {readonly (readonly [string, import("./dom.js").Child] | false | undefined)[]} facts */
export const factList = (facts) =>
  h(
    "dl",
    { class: "facts" },
    facts.flatMap((fact) => (fact ? [h("div", {}, h("dt", {}, fact[0]), h("dd", {}, fact[1]))] : [])),
  );

/** What went wrong and what to do. @param {unknown} error @param {() => void} [again] */
export function troubleNote(error, again) {
  const { message, hint, detail, issues } =
    error instanceof Refused ? error : { message: String(error), hint: undefined, detail: undefined, issues: [] };
  const list = issues.map(({ path, message: what }) => h("li", {}, path === "" ? "" : h("code", {}, path), ` ${what}`));
  return h(
    "div",
    { class: "note bad", role: "alert" },
    mark("bad"),
    h(
      "div",
      {},
      h("p", {}, h("strong", {}, message)),
      detail && h("p", { lang: "en" }, detail),
      list.length > 0 && h("ul", {}, list),
      hint && h("p", {}, hint),
    ),
    again && h("button", { type: "button", class: "quiet", onclick: again }, icon("again"), say("again")),
  );
}

/** Holds the place of what is on its way, so that nothing jumps when it comes. @param {number} lines */
export const waiting = (lines = 3) =>
  h(
    "div",
    { class: "waiting", "aria-busy": "true" },
    h("span", { class: "unseen" }, say("loading")),
    Array.from({ length: lines }, () => h("i", {})),
  );

/**
 * A table with a name; cells that begin with a number in front of them are aligned by `numbers`, counted from 0.
 * @param {{ name: string, heads: readonly string[], rows: readonly { key: string, cells: readonly import("./dom.js").Child[] }[], numbers?: readonly number[], class?: string }} table
 */
export const table = ({ name, heads, rows, numbers = [], class: more = "" }) =>
  h(
    "div",
    { class: `table ${more} ${heads.length > 2 ? "" : "pair"}`, role: "group", "aria-label": name, tabindex: "0" },
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, name),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((head, nth) => h("th", { scope: "col", class: numbers.includes(nth) && "number" }, head)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map(({ key, cells }) =>
          h(
            "tr",
            { key },
            cells.map((cell, nth) =>
              h(
                nth === 0 ? "th" : "td",
                { scope: nth === 0 && "row", class: numbers.includes(nth) && "number", "data-head": heads[nth] },
                cell,
              ),
            ),
          ),
        ),
      ),
    ),
  );

/** A choice of one among few. @param {string} name @param {string} value @param {readonly (readonly [string, string])[]} options @param {(value: string) => void} hear */
export const chooser = (name, value, options, hear) =>
  h(
    "div",
    { class: "chooser", role: "group", "aria-label": name },
    options.map(([option, text]) =>
      h(
        "button",
        { type: "button", key: option, "aria-pressed": String(option === value), onclick: () => hear(option) },
        text,
      ),
    ),
  );

/** Which tongue the console speaks from now on. @param {() => void} spoken */
export const tongueChooser = (spoken) =>
  chooser(
    say("tongue"),
    tongue(),
    [
      ["id", "Indonesia"],
      ["en", "English"],
    ],
    (next) => {
      speak(next === "id" ? "id" : "en");
      spoken();
    },
  );

/** @param {{ name: string, label: string, type?: string, value?: string | number, hint?: string, required?: boolean, autocomplete?: string, min?: number, max?: number, maxlength?: number, pattern?: string, step?: string, placeholder?: string, inputmode?: string, id?: string }} asked */
export function field({ name, label, hint, id = `field-${name}`, ...attributes }) {
  const hintId = `${id}-hint`;
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    h("input", { id, name, "aria-describedby": hint && hintId, ...attributes }),
    hint && h("p", { class: "hint", id: hintId }, hint),
  );
}

/** @param {{ name: string, label: string, value: string, options: readonly (readonly [string, string])[], onchange?: (event: any) => void, id?: string }} asked */
export const choice = ({ name, label, value, options, onchange, id = `field-${name}` }) =>
  h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    h(
      "select",
      { id, name, ...(onchange && { onchange }) },
      options.map(([option, text]) => h("option", { value: option, selected: option === value }, text)),
    ),
  );

/** What a form says, by name; what is empty is absent. @param {HTMLFormElement} form @returns {Record<string, string>} */
export const saidIn = (form) =>
  Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === "string" && value !== "" ? [[name, value]] : [],
    ),
  );
