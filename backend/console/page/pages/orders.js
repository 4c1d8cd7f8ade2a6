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
  orderLink,
  orderTag,
  pageHead,
  panel,
  standLink,
  table,
  troubleNote,
  waiting,
} from "../parts.js";
import { stay } from "../router.js";
import { say, wordFor } from "../tongue.js";
import { searchForm, wishIn } from "./order-search.js";

/**
 * @typedef {import("../../api/words.ts").OrderLine} OrderLine
 * @typedef {import("../../api/words.ts").OrderList} OrderList
 * @typedef {import("./order-search.js").Wish} Wish
 */

const AT_ONCE = 50;

/** Finds any order, and shows new ones as they come. @type {import("../router.js").Page} */
export function openOrders({ here, root, signal }) {
  /** @type {{ orders?: OrderLine[], next?: string | undefined, fresh: Map<string, OrderLine>, trouble?: unknown, wish: Wish }} */
  const seen = { fresh: new Map(), wish: wishIn(here.query) };
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
