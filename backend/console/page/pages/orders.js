import { get, may, query } from "../api.js";
import { spanFilled } from "../days.js";
import { draw, h } from "../dom.js";
import { followStands } from "../fleet.js";
import { rupiah, timeTag } from "../format.js";
import { icon } from "../icons.js";
import { onLive } from "../live.js";
import {
  bought,
  calm,
  choice,
  field,
  orderLink,
  orderTag,
  pageHead,
  panel,
  saidIn,
  standLink,
  table,
  troubleNote,
  waiting,
} from "../parts.js";
import { stay } from "../router.js";
import { say, wordFor } from "../tongue.js";

/**
 * @typedef {import("../../api/words.ts").OrderLine} OrderLine
 * @typedef {import("../../api/words.ts").OrderList} OrderList
 * @typedef {Record<string, string>} Wish as in the address: q, stand, state, from and to as days, since and till as clocks, least, most
 */

const AT_ONCE = 50;
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

/** Finds any order, and shows new ones as they come. @type {import("../router.js").Page} */
export function openOrders({ here, root, signal }) {
  /** @type {{ orders?: OrderLine[], next?: string | undefined, fresh: Map<string, OrderLine>, trouble?: unknown, wish: Wish }} */
  const seen = {
    fresh: new Map(),
    wish: Object.fromEntries(
      NAMES.flatMap((name) => (here.query.get(name) ? [[name, here.query.get(name) ?? ""]] : [])),
    ),
  };
  let round = 0;
  const fleet = followStands(signal, () => redraw());
  const redraw = () => draw(root, view(seen, fleet, { look, more, reload, take }));
  /** @param {string} [after] */
  const load = async (after) => {
    const mine = ++round;
    try {
      const list = /** @type {OrderList} */ (
        await get(`/orders${searchOf(seen.wish, { after, limit: AT_ONCE })}`, signal)
      );
      if (mine !== round) return;
      seen.orders = after === undefined ? [...list.orders] : [...(seen.orders ?? []), ...list.orders];
      [seen.next, seen.trouble] = [list.next, undefined];
      if (after === undefined) seen.fresh.clear();
    } catch (error) {
      if (signal.aborted || mine !== round) return;
      seen.trouble = error;
    }
    redraw();
  };
  const reload = () => void load();
  const more = () => void load(seen.next);
  /** @param {Wish} wish */
  const look = (wish) => {
    seen.wish = wish;
    stay("/orders", query(wish));
    reload();
  };
  const take = () => {
    seen.orders = [...seen.fresh.values(), ...(seen.orders ?? [])].sort((one, other) => other.begunMs - one.begunMs);
    seen.fresh.clear();
    redraw();
  };
  onLive(
    "order",
    (order) => {
      const known = seen.orders?.findIndex((each) => each.order === order.order) ?? -1;
      if (known >= 0 && seen.orders !== undefined) seen.orders[known] = order;
      else if (isEverything(seen.wish)) seen.fresh.set(order.order, order);
      redraw();
    },
    signal,
  );
  redraw();
  reload();
  fleet.loadNames().catch(() => undefined);
}

/** @param {Wish} wish */
const isEverything = (wish) => Object.keys(wish).length === 0;

/** Days of people are spans of the backend. @param {Wish} wish @param {{ after?: string | undefined, limit?: number }} [page] */
const searchOf = ({ from, to, since, till, ...rest }, { after, limit } = {}) =>
  query({ ...rest, ...spanFilled({ from, to, since, till }, Date.now()), after, limit });

/** @param {any} seen @param {ReturnType<typeof followStands>} fleet @param {{ look: (wish: Wish) => void, more: () => void, reload: () => void, take: () => void }} can */
function view({ orders, next, fresh, trouble, wish }, fleet, { look, more, reload, take }) {
  return [
    pageHead(
      say("nav.orders"),
      may("staff") &&
        h(
          "a",
          { class: "button quiet", href: `/api/orders.csv${searchOf(wish)}`, download: "" },
          icon("download"),
          "CSV",
        ),
    ),
    searchForm(wish, fleet, look),
    trouble === undefined ? undefined : troubleNote(trouble, reload),
    panel(
      say("orders.found"),
      {
        id: "orders-list",
        beside: h(
          "button",
          {
            type: "button",
            class: "newcomers",
            disabled: fresh.size === 0,
            onclick: take,
          },
          fresh.size === 0 ? say("orders.live") : say("orders.fresh", { count: fresh.size }),
        ),
      },
      orders === undefined
        ? waiting(12)
        : orders.length === 0
          ? calm("away", say("orders.none"), say("orders.none.line"))
          : [
              orderTable(orders, fleet),
              next === undefined
                ? undefined
                : h("button", { type: "button", class: "quiet wide", onclick: more }, say("orders.more")),
            ],
    ),
  ];
}

/** @param {Wish} wish @param {ReturnType<typeof followStands>} fleet @param {(wish: Wish) => void} look */
function searchForm(wish, fleet, look) {
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    look(saidIn(event.target.form ?? event.target));
  };
  const isNarrowed = NAMES.some((name) => name !== "q" && wish[name] !== undefined);
  return h(
    "form",
    { class: "panel filters", role: "search", onsubmit: submit, onchange: submit },
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
    ),
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
    ),
    h(
      "details",
      { class: "less", open: isNarrowed && !isOnlyState(wish) },
      h("summary", {}, say("orders.narrow")),
      h(
        "div",
        { class: "grid" },
        choice({
          name: "stand",
          label: say("stand"),
          value: wish["stand"] ?? "",
          options: [["", say("every")], ...standOptions(fleet, wish["stand"])],
        }),
        choice({
          name: "state",
          label: say("state"),
          value: wish["state"] ?? "",
          options: [
            ["", say("every")],
            ...states.map((state) => /** @type {const} */ ([state, wordFor("order", state)])),
          ],
        }),
        field({ name: "from", label: say("from"), type: "date", value: wish["from"] ?? "" }),
        field({ name: "since", label: say("from.clock"), type: "time", value: wish["since"] ?? "" }),
        field({ name: "to", label: say("until"), type: "date", value: wish["to"] ?? "" }),
        field({ name: "till", label: say("until.clock"), type: "time", value: wish["till"] ?? "" }),
        field({
          name: "least",
          label: say("amount.least"),
          type: "number",
          min: 0,
          step: "1",
          inputmode: "numeric",
          value: wish["least"] ?? "",
        }),
        field({
          name: "most",
          label: say("amount.most"),
          type: "number",
          min: 0,
          step: "1",
          inputmode: "numeric",
          value: wish["most"] ?? "",
        }),
      ),
    ),
  );
}

/** @param {Wish} wish */
const isOnlyState = (wish) => NAMES.every((name) => name === "q" || name === "state" || wish[name] === undefined);

/** @param {Wish} wish @param {string} state */
function stateWish({ state: _before, ...rest }, state) {
  return state === "" ? rest : { ...rest, state };
}

/** A choice among thousands is none: then the stand is typed into the search. */
const MOST_OPTIONS = 500;

/** @param {ReturnType<typeof followStands>} fleet @param {string | undefined} chosen @returns {(readonly [string, string])[]} */
function standOptions({ stands, nameOf }, chosen) {
  if (stands.size > MOST_OPTIONS) return chosen === undefined ? [] : [[chosen, nameOf(chosen)]];
  const options = [...stands.values()].map(({ id, name }) => /** @type {const} */ ([id, name]));
  options.sort(([, one], [, other]) => (one < other ? -1 : 1));
  return chosen !== undefined && !stands.has(chosen) ? [[chosen, chosen], ...options] : options;
}

/** @param {readonly OrderLine[]} orders @param {ReturnType<typeof followStands>} fleet */
const orderTable = (orders, fleet) =>
  table({
    name: say("orders.found"),
    class: "order-table",
    heads: [say("claim"), say("time"), say("bought"), say("stand"), say("amount"), say("state")],
    numbers: [4],
    rows: orders.map((order) => ({
      key: order.order,
      cells: [
        orderLink(order.order, order.claim),
        timeTag(order.begunMs),
        bought(order.items),
        standLink(order.stand, fleet.nameOf(order.stand)),
        rupiah(order.amount),
        [
          orderTag(order.state),
          order.because === undefined ? undefined : h("small", {}, wordFor("because", order.because)),
        ],
      ],
    })),
  });
