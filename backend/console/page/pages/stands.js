import { may, query as queryOf } from "../api.js";
import { draw, h } from "../dom.js";
import { countStates, followStands } from "../fleet.js";
import { ageTag, number } from "../format.js";
import { icon } from "../icons.js";
import { troubleIn } from "../later.js";
import { onLive } from "../live.js";
import { bySeverity, openMap, stateChoice } from "../map.js";
import { calm, chooser, pageHead, panel, standLink, standTag, table, troubleNote, waiting } from "../parts.js";
import { stay } from "../router.js";
import { say, wordFor } from "../tongue.js";
import { addStand } from "./stand-forms.js";

/** @typedef {import("../../api/words.ts").StandLine} StandLine */
/** @typedef {{ text: string, state: string, by: string, page: number, trouble?: unknown, isThere: boolean }} Wish */

/** Rows, and sites, of one page: drawn in a moment, however many stands there are. */
const ROWS = 50;

/** @type {import("../router.js").Page} */
export function openStands({ here, root, signal }) {
  /** @type {Wish} */
  const wish = {
    text: here.query.get("q") ?? "",
    state: here.query.get("state") ?? "",
    by: here.query.get("by") ?? "name",
    page: Math.max(0, (Math.trunc(Number(here.query.get("page"))) || 1) - 1),
    isThere: false,
  };
  const map = h("div", { class: "map tall", own: true, role: "group", "aria-label": say("map") });
  const redraw = () => {
    const found = foundIn(fleet.stands.values(), wish);
    shown.show(found);
    draw(root, view(found, countStates(fleet.stands.values()), wish, map, { change, reload }));
  };
  const fleet = followStands(signal, () => {
    wish.isThere = true;
    redraw();
  });
  const shown = openMap({ root: map, signal });
  const reload = () => {
    wish.trouble = undefined;
    fleet.load().catch(troubleIn(wish, signal, redraw));
  };
  /** @param {Partial<Wish>} next */
  const change = (next) => {
    Object.assign(wish, { page: 0 }, next);
    const { text: q, state, by, page } = wish;
    stay("/stands", queryOf({ q, state, by: by === "name" ? "" : by, page: page === 0 ? "" : page + 1 }));
    redraw();
    if (next.page !== undefined) root.querySelector("#stands-list")?.scrollIntoView({ block: "start" });
  };
  let wasLost = false;
  onLive(
    "link",
    (isLive) => {
      if (isLive && wasLost) reload();
      wasLost = !isLive;
    },
    signal,
  );
  redraw();
  reload();
}

/** @param {Iterable<StandLine>} stands @param {Wish} wish @returns {StandLine[]} worst first, then by name */
function foundIn(stands, { text, state }) {
  const looked = text.trim().toLowerCase();
  const found = [...stands].filter(
    (stand) =>
      (state === "" || stand.state === state) &&
      (looked === "" ||
        `${stand.id} ${stand.name} ${stand.site ?? ""} ${stand.software ?? ""} ${stand.merchant}`
          .toLowerCase()
          .includes(looked)),
  );
  const rank = (/** @type {StandLine} */ { state: of }) => bySeverity.indexOf(/** @type {any} */ (of));
  return found.sort((one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1));
}

/** @param {StandLine[]} found @param {Record<string, number>} counts @param {Wish} wish @param {HTMLElement} map @param {{ change: (next: Partial<Wish>) => void, reload: () => void }} can */
function view(found, counts, wish, map, { change, reload }) {
  return [
    pageHead(
      say("nav.stands"),
      may("admin") &&
        h(
          "button",
          { type: "button", class: "main", onclick: () => void addStand(reload) },
          icon("plus"),
          say("stands.add"),
        ),
    ),
    wish.trouble === undefined ? undefined : troubleNote(wish.trouble, reload),
    stateChoice(counts, wish.state, (state) => change({ state })),
    h(
      "div",
      { class: "stands-page" },
      panel(say("map"), { id: "stands-map" }, map),
      panel(
        say("stands.list"),
        { id: "stands-list", beside: tools(wish, change) },
        h(
          "p",
          { class: "soft found", role: "status" },
          wish.isThere ? say("stands.found", { count: number(found.length) }) : "\u00a0",
        ),
        list(found, wish, change),
      ),
    ),
  ];
}

/** @param {Wish} wish @param {(next: Partial<Wish>) => void} change */
const tools = (wish, change) =>
  h(
    "div",
    { class: "tools" },
    h(
      "label",
      { class: "search" },
      icon("search"),
      h("span", { class: "unseen" }, say("stands.search")),
      h("input", {
        type: "search",
        value: wish.text,
        placeholder: say("stands.search"),
        autocomplete: "off",
        oninput: (/** @type {any} */ { target }) => change({ text: target.value }),
      }),
    ),
    chooser(
      say("stands.by"),
      wish.by,
      [
        ["name", say("stands.by-name")],
        ["site", say("stands.by-site")],
      ],
      (by) => change({ by }),
    ),
  );

/** @param {StandLine[]} found @param {Wish} wish @param {(next: Partial<Wish>) => void} change */
function list(found, wish, change) {
  if (!wish.isThere) return waiting(10);
  if (found.length === 0) return calm("away", say("stands.none"), say("stands.none.line"));
  if (wish.by === "site") return bySite(found, wish, change);
  const first = pageIn(found.length, wish) * ROWS;
  const rows = found.slice(first, first + ROWS);
  return [standTable(say("stands.list"), rows), pager(found.length, wish, change)];
}

/** @param {string} name @param {readonly StandLine[]} stands */
const standTable = (name, stands) =>
  table({
    name,
    class: "stand-table",
    heads: [say("stand"), say("state"), say("site"), say("seen"), say("software")],
    rows: stands.map((stand) => ({
      key: stand.id,
      cells: [
        [standLink(stand.id, stand.name), h("small", {}, stand.id)],
        [
          standTag(stand.state),
          stand.obstacles.length > 0 &&
            h("small", {}, stand.obstacles.map((each) => wordFor("obstacle", each)).join(", ")),
        ],
        stand.site ?? "–",
        stand.seenMs === undefined ? "–" : ageTag(stand.seenMs),
        stand.software ?? "–",
      ],
    })),
  });

/** @param {StandLine[]} found @param {Wish} wish @param {(next: Partial<Wish>) => void} change */
function bySite(found, wish, change) {
  /** @type {Map<string, StandLine[]>} */
  const sites = new Map();
  for (const stand of found) {
    const site = sites.get(stand.site ?? "");
    if (site === undefined) sites.set(stand.site ?? "", [stand]);
    else site.push(stand);
  }
  const first = pageIn(sites.size, wish) * ROWS;
  const groups = [...sites].slice(first, first + ROWS);
  return [
    h(
      "div",
      { class: "sites" },
      groups.map(([site, stands]) =>
        h(
          "details",
          { key: `site-${site}`, class: "site" },
          h(
            "summary",
            {},
            icon("next"),
            h("strong", {}, site === "" ? say("stands.nowhere") : site),
            h("span", { class: "soft" }, say("stands.found", { count: stands.length })),
            h(
              "span",
              { class: "site-states" },
              Object.entries(countStates(stands)).map(([state, count]) => h("span", {}, standTag(state), ` ${count}`)),
            ),
          ),
          standTable(site === "" ? say("stands.nowhere") : site, stands.slice(0, ROWS)),
        ),
      ),
    ),
    pager(sites.size, wish, change),
  ];
}

/** The one asked for, or the last that there is. @param {number} count @param {Wish} wish */
const pageIn = (count, { page }) => Math.max(0, Math.min(page, Math.ceil(count / ROWS) - 1));

/** @param {number} count @param {Wish} wish @param {(next: Partial<Wish>) => void} change */
function pager(count, wish, change) {
  if (count <= ROWS) return undefined;
  const page = pageIn(count, wish);
  const last = Math.ceil(count / ROWS) - 1;
  const to = (/** @type {number} */ next) => () => next >= 0 && next <= last && change({ page: next });
  return h(
    "nav",
    { class: "pager", "aria-label": say("pager") },
    h(
      "button",
      { type: "button", class: "quiet", "aria-disabled": String(page === 0), onclick: to(page - 1) },
      icon("back"),
      say("pager.before"),
    ),
    h(
      "span",
      {},
      say("pager.where", {
        from: number(page * ROWS + 1),
        to: number(Math.min(count, (page + 1) * ROWS)),
        count: number(count),
      }),
    ),
    h(
      "button",
      { type: "button", class: "quiet", "aria-disabled": String(page >= last), onclick: to(page + 1) },
      say("pager.after"),
      icon("next"),
    ),
  );
}
