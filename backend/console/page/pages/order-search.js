import { h } from "../dom.js";
import { icon } from "../icons.js";
import { choice, field, saidIn } from "../parts.js";
import { say, wordFor } from "../tongue.js";

/**
 * What orders are looked for, and the form that asks it.
 *
 * @typedef {ReturnType<typeof import("../fleet.js").followStands>} Fleet
 * @typedef {Record<string, string>} Wish as in the address: q, stand, state, from and to as days, since and till as clocks, least, most
 */

const states = /** @type {const} */ ([
  "charging",
  "payable",
  "voiding",
  "voided",
  "refused",
  "paid",
  "delivered",
  "owed",
  "refunding",
  "remedied",
]);
const NAMES = ["q", "stand", "state", "from", "since", "to", "till", "least", "most"];

/** @param {URLSearchParams} query @returns {Wish} */
export const wishIn = (query) =>
  Object.fromEntries(NAMES.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? ""]] : [])));

/** @param {Wish} wish @param {Fleet} fleet @param {(wish: Wish) => void} look */
export function searchForm(wish, fleet, look) {
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    look(saidIn(event.target.form ?? event.target));
  };
  return h(
    "form",
    { class: "panel filters", role: "search", onsubmit: submit, onchange: submit },
    searchLine(wish),
    stateChips(wish, look),
    narrowing(wish, fleet),
  );
}

/** @param {Wish} wish */
const searchLine = (wish) =>
  h(
    "div",
    { class: "filters-first" },
    h(
      "label",
      { class: "search big" },
      icon("search"),
      h("span", { class: "unseen" }, say("orders.search")),
      h("input", {
        type: "search",
        name: "q",
        value: wish["q"] ?? "",
        placeholder: say("orders.search"),
        autocomplete: "off",
        maxlength: 100,
      }),
    ),
    h("button", { type: "submit", class: "main" }, say("search")),
  );

/** @param {Wish} wish @param {(wish: Wish) => void} look */
const stateChips = (wish, look) =>
  h(
    "div",
    { class: "chips", role: "group", "aria-label": say("state") },
    /** @type {const} */ (["", "owed", "refunding", "delivered", "remedied"]).map((state) =>
      h(
        "button",
        {
          type: "button",
          key: `chip-${state}`,
          "aria-pressed": String((wish["state"] ?? "") === state),
          onclick: () => look(stateWish(wish, state)),
        },
        state === "" ? say("orders.every") : wordFor("order", state),
      ),
    ),
  );

/** @param {Wish} wish @param {Fleet} fleet */
function narrowing(wish, fleet) {
  /** @param {string} name */
  const asked = (name) => ({ name, value: wish[name] ?? "" });
  const amount = { type: "number", min: 0, step: "1", inputmode: "numeric" };
  const every = /** @type {const} */ (["", say("every")]);
  return h(
    "details",
    { class: "less", open: isNarrowed(wish) && !isOnlyState(wish) },
    h("summary", {}, say("orders.narrow")),
    h(
      "div",
      { class: "grid" },
      choice({ ...asked("stand"), label: say("stand"), options: [every, ...standOptions(fleet, wish["stand"])] }),
      choice({
        ...asked("state"),
        label: say("state"),
        options: [every, ...states.map((state) => /** @type {const} */ ([state, wordFor("order", state)]))],
      }),
      field({ label: say("from"), type: "date", ...asked("from") }),
      field({ label: say("from.clock"), type: "time", ...asked("since") }),
      field({ label: say("until"), type: "date", ...asked("to") }),
      field({ label: say("until.clock"), type: "time", ...asked("till") }),
      field({ label: say("amount.least"), ...amount, ...asked("least") }),
      field({ label: say("amount.most"), ...amount, ...asked("most") }),
    ),
  );
}

/** @param {Wish} wish */
const isNarrowed = (wish) => NAMES.some((name) => name !== "q" && wish[name] !== undefined);

/** @param {Wish} wish */
const isOnlyState = (wish) => NAMES.every((name) => name === "q" || name === "state" || wish[name] === undefined);

/** @param {Wish} wish @param {string} state */
function stateWish({ state: _before, ...rest }, state) {
  return state === "" ? rest : { ...rest, state };
}

/** A choice among thousands is none: then the stand is typed into the search. */
const MOST_OPTIONS = 500;

/** @param {Fleet} fleet @param {string | undefined} chosen @returns {(readonly [string, string])[]} */
function standOptions({ stands, nameOf }, chosen) {
  if (stands.size > MOST_OPTIONS) return chosen === undefined ? [] : [[chosen, nameOf(chosen)]];
  const options = [...stands.values()].map(({ id, name }) => /** @type {const} */ ([id, name]));
  options.sort(([, one], [, other]) => (one < other ? -1 : 1));
  return chosen !== undefined && !stands.has(chosen) ? [[chosen, chosen], ...options] : options;
}
