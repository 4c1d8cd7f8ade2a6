import { get, may } from "../api.js";
import { deedButtons } from "../deeds.js";
import { draw, h } from "../dom.js";
import { countStates, followStands } from "../fleet.js";
import { ageTag, number, rupiah, timeTag } from "../format.js";
import { icon } from "../icons.js";
import { calmly, troubleIn } from "../later.js";
import { onLive } from "../live.js";
import { openMap, stateChoice } from "../map.js";
import { bought, calm, orderLink, orderTag, pageHead, panel, standLink, tag, troubleNote, waiting } from "../parts.js";
import { go } from "../router.js";
import { say, wordFor } from "../tongue.js";
import { alarmItem } from "./alarms.js";

/**
 * @typedef {import("../../api/words.ts").OwedLine} OwedLine
 * @typedef {import("../../api/words.ts").OrderLine} OrderLine
 * @typedef {import("../../api/words.ts").AlarmLine} AlarmLine
 * @typedef {import("../../api/words.ts").Overview} Overview
 */

/** Orders in the list of the latest. */
const LATEST = 8;
/** More is owed than a page has room for: the rest is one click away. */
const OWED_SHOWN = 25;
const ALARMS_SHOWN = 4;
/** Events come in bursts; what is owed is asked for once after each. */
const CALM_MS = 250;
const NEWS_ABOUT_OWED = ["paid", "owed", "refunding", "remedied", "delivered"];

/** At a glance: who is owed money, what is wrong, how it goes. @type {import("../router.js").Page} */
export function openHome({ root, signal }) {
  /** @type {{ owed?: readonly OwedLine[], alarms?: readonly AlarmLine[], orders?: readonly OrderLine[], overview?: Overview, latest?: readonly OrderLine[] | undefined, trouble?: unknown }} */
  const seen = {};
  const map = h("div", { class: "map", own: true, role: "group", "aria-label": say("map") });
  const redraw = () => {
    seen.latest = latestOf(
      seen.orders,
      seen.latest,
      root.querySelector(".latest:hover, .latest:focus-within") !== null,
    );
    draw(root, ...view(seen, fleet, map, { reload, redraw }));
  };
  const fleet = followStands(signal, () => {
    shown.show([...fleet.stands.values()]);
    redraw();
  });
  const shown = openMap({ root: map, signal, isStill: true });
  const loadOwed = async () => {
    seen.owed = /** @type {{ orders: readonly OwedLine[] }} */ (await get("/owed", signal)).orders;
    redraw();
  };
  const loadAlarms = async () => {
    seen.alarms = /** @type {{ alarms: readonly AlarmLine[] }} */ (await get("/alarms", signal)).alarms;
    redraw();
  };
  const loadRest = async () => {
    const [overview, list] = await Promise.all([get("/overview", signal), get(`/orders?limit=${LATEST}`, signal)]);
    [seen.overview, seen.orders] = [overview, list.orders];
    redraw();
  };
  const reload = () => {
    seen.trouble = undefined;
    Promise.all([loadOwed(), loadAlarms(), loadRest(), fleet.load()]).catch(troubleIn(seen, signal, redraw));
  };
  const soonOwed = calmly(CALM_MS, signal, () => loadOwed().catch(() => undefined));
  const soonAlarms = calmly(CALM_MS, signal, () => loadAlarms().catch(() => undefined));
  onLive(
    "overview",
    (overview) => {
      if (overview.owed !== seen.owed?.length) soonOwed();
      seen.overview = overview;
      redraw();
    },
    signal,
  );
  onLive(
    "order",
    (order) => {
      seen.orders = [order, ...(seen.orders ?? []).filter((each) => each.order !== order.order)]
        .sort((one, other) => other.begunMs - one.begunMs)
        .slice(0, LATEST);
      if (NEWS_ABOUT_OWED.includes(order.state)) soonOwed();
      redraw();
    },
    signal,
  );
  onLive("alarm", soonAlarms, signal);
  onLive("link", (isLive) => isLive && reload(), signal);
  redraw();
  reload();
}

/** @param {any} seen @param {ReturnType<typeof followStands>} fleet @param {HTMLElement} map @param {{ reload: () => void, redraw: () => void }} can */
function view(seen, fleet, map, { reload, redraw }) {
  const counts = countStates(fleet.stands.values());
  const pick = (/** @type {string} */ state) => go(`/stands?state=${state}`);
  return [
    pageHead(say("home.title"), verdict(seen, counts)),
    seen.trouble === undefined ? undefined : troubleNote(seen.trouble, reload),
    h(
      "div",
      { class: "home-top" },
      owedPanel(seen.owed, fleet, reload),
      h("div", { class: "stack" }, numbersPanel(seen.overview), alarmsPanel(seen.alarms, fleet, reload)),
    ),
    h(
      "div",
      { class: "home-bottom" },
      panel(
        say("map"),
        { id: "home-map", beside: h("a", { class: "more-link", href: "#/stands" }, say("stands.all"), icon("next")) },
        stateChoice(counts, "", pick),
        map,
      ),
      latestPanel(seen.latest, fleet, redraw),
    ),
  ];
}

/** Nobody has said that he knows it, and it is not over. @param {AlarmLine} alarm */
const isLasting = ({ acknowledged, endedMs }) => acknowledged === undefined && endedMs === undefined;

/** One sentence that says whether somebody has to do something. @param {any} seen @param {Record<string, number>} counts */
function verdict({ owed, alarms }, counts) {
  if (owed === undefined) return h("p", { class: "verdict" }, "\u00a0");
  const waits = owed.filter((/** @type {OwedLine} */ { state }) => state === "owed").length;
  const trouble = (counts["trouble"] ?? 0) + (counts["offline"] ?? 0);
  const open = (alarms ?? []).filter(isLasting).length;
  const parts = [
    waits > 0 && h("span", { key: "owed" }, tag("bad", say("home.waits", { count: waits }))),
    trouble > 0 && h("span", { key: "stands" }, tag("away", say("home.trouble", { count: trouble }))),
    open > 0 && h("span", { key: "alarms" }, tag("wait", say("home.alarms", { count: open }))),
  ].filter(Boolean);
  return h("p", { class: "verdict" }, parts.length === 0 ? tag("good", say("home.well")) : parts);
}

/** @param {readonly OwedLine[] | undefined} owed @param {ReturnType<typeof followStands>} fleet @param {() => void} reload */
function owedPanel(owed, fleet, reload) {
  const sum = owed?.reduce((all, { amount, refunded }) => all + amount - refunded, 0) ?? 0;
  const beside =
    owed === undefined || owed.length === 0
      ? undefined
      : h("p", { class: "soft" }, say("owed.sum", { count: owed.length, sum: rupiah(sum) }));
  return panel(
    say("owed"),
    { id: "owed", class: "owed-panel", beside },
    owed === undefined
      ? waiting(6)
      : owed.length === 0
        ? calm("good", say("owed.none"), say("owed.none.line"))
        : h(
            "ol",
            { class: "owed-list", tabindex: "0", "aria-label": say("owed") },
            owed.slice(0, OWED_SHOWN).map((order) => owedItem(order, fleet, reload)),
          ),
    owed !== undefined &&
      owed.length > OWED_SHOWN &&
      h("a", { class: "more-link", href: "#/orders?state=owed" }, say("owed.all", { count: owed.length })),
  );
}

/** @param {OwedLine} order @param {ReturnType<typeof followStands>} fleet @param {() => void} reload */
function owedItem(order, fleet, reload) {
  const name = fleet.nameOf(order.stand);
  const site = fleet.siteOf(order.stand);
  return h(
    "li",
    { key: order.order, class: `owed-item is-${order.state}` },
    h(
      "div",
      { class: "owed-who" },
      orderLink(order.order, order.claim),
      h("strong", { class: "amount" }, rupiah(order.amount - order.refunded)),
      h("span", { class: "owed-age" }, icon("clock"), ageTag(order.sinceMs)),
    ),
    h(
      "div",
      { class: "owed-what" },
      h(
        "p",
        {},
        orderTag(order.state),
        " ",
        order.because === undefined ? "" : h("b", {}, wordFor("because", order.because)),
      ),
      h(
        "p",
        { class: "soft" },
        bought(order.items),
        " · ",
        standLink(order.stand, name),
        site === undefined ? "" : ` · ${site}`,
      ),
      h("p", { class: "todo" }, icon("next"), todoOf(order)),
    ),
    may("staff") && order.actions.length > 0 && h("div", { class: "deeds" }, deedButtons(order, name, reload)),
  );
}

/** What to do, in a sentence. @param {Pick<OwedLine, "state" | "goodsOut" | "actions" | "refused">} order */
export function todoOf({ state, goodsOut, actions, refused }) {
  if (state === "owed" && refused !== undefined)
    return h("span", {}, h("b", {}, wordFor("refusal", refused)), " ", wordFor("refusal-todo", refused));
  if (state === "refunding") return say("todo.refunding");
  if (state === "paid") return say("todo.paid");
  if (goodsOut) return say("todo.goods-out");
  return say(actions.includes("release") ? "todo.owed" : "todo.releasing");
}

/** @param {Overview | undefined} overview */
function numbersPanel(overview) {
  const today = overview?.today;
  const shown = (/** @type {number | undefined} */ value, /** @type {(value: number) => string} */ show) =>
    value === undefined ? "–" : show(value);
  return panel(
    say("today"),
    { id: "today", class: "numbers" },
    h(
      "dl",
      {},
      h("div", {}, h("dt", {}, say("today.sales")), h("dd", {}, shown(today?.sales, number))),
      h("div", {}, h("dt", {}, say("today.amount")), h("dd", {}, shown(today?.amount, rupiah))),
      h("div", {}, h("dt", {}, say("today.refunded")), h("dd", {}, shown(today?.refunded, rupiah))),
    ),
  );
}

/** @param {readonly AlarmLine[] | undefined} alarms @param {ReturnType<typeof followStands>} fleet @param {() => void} reload */
function alarmsPanel(alarms, fleet, reload) {
  const open = alarms?.filter(isLasting);
  return panel(
    say("nav.alarms"),
    {
      id: "home-alarms",
      class: "alarms-panel",
      beside: h("a", { class: "more-link", href: "#/alarms" }, say("all"), icon("next")),
    },
    open === undefined
      ? waiting(3)
      : open.length === 0
        ? calm("good", say("alarms.none"))
        : h(
            "ul",
            { class: "alarms" },
            open.slice(0, ALARMS_SHOWN).map((alarm) => alarmItem(alarm, fleet.nameOf, reload, true)),
          ),
  );
}

/**
 * Those that are shown: while somebody points at them they stay where they are, and only their states change.
 * @param {readonly OrderLine[] | undefined} orders @param {readonly OrderLine[] | undefined} shown @param {boolean} isHeld
 */
function latestOf(orders, shown, isHeld) {
  if (!isHeld || shown === undefined) return orders;
  return shown.map((order) => orders?.find((each) => each.order === order.order) ?? order);
}

/** A row is a place, not an order: what comes moves words, never rows. @param {readonly OrderLine[] | undefined} orders @param {ReturnType<typeof followStands>} fleet @param {() => void} redraw */
const latestPanel = (orders, fleet, redraw) =>
  panel(
    say("orders.latest"),
    { id: "latest", beside: h("a", { class: "more-link", href: "#/orders" }, say("all"), icon("next")) },
    orders === undefined
      ? waiting(LATEST)
      : orders.length === 0
        ? calm("away", say("orders.nothing"), say("orders.nothing.line"))
        : h(
            "ol",
            { class: "latest", onmouseleave: redraw },
            orders.map((order) =>
              h(
                "li",
                {},
                h("span", { class: "latest-when" }, timeTag(order.begunMs)),
                h(
                  "span",
                  { class: "latest-what" },
                  orderLink(order.order, order.claim),
                  h("small", {}, `${bought(order.items)} · ${fleet.nameOf(order.stand)}`),
                ),
                h("span", { class: "latest-state" }, h("b", {}, rupiah(order.amount)), orderTag(order.state)),
              ),
            ),
          ),
  );
