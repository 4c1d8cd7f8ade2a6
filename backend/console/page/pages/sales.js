import { get, query } from "../api.js";
import { chartOf } from "../chart.js";
import { DAY_MS, dayOf, startOf } from "../days.js";
import { draw, h } from "../dom.js";
import { followStands } from "../fleet.js";
import { number, rupiah, shortRupiah } from "../format.js";
import { troubleIn } from "../later.js";
import { calm, chooser, pageHead, panel, standLink, table, troubleNote, waiting } from "../parts.js";
import { stay } from "../router.js";
import { say } from "../tongue.js";
import { reportPanel } from "./day-report.js";

/**
 * @typedef {import("../../api/words.ts").SalesRow} SalesRow
 * @typedef {import("../../api/words.ts").SalesSums} SalesSums
 * @typedef {import("../../api/words.ts").DayReport} DayReport
 * @typedef {{ days: number, by: "hour" | "day", rows: Record<string, readonly SalesRow[]>, report?: DayReport | undefined, day: string, trouble?: unknown, chart: HTMLElement }} Seen
 */

const SPANS = /** @type {const} */ ([
  ["1", "sales.today"],
  ["7", "sales.week"],
  ["30", "sales.month"],
  ["90", "sales.quarter"],
]);
/** Rows of the rankings. */
const FIRST = 10;
const HOUR_MS = 3_600_000;
/** Days whose hours a chart has room for. */
const HOURS_OF = 7;

/** What was sold, when, where; the day's report. @type {import("../router.js").Page} */
export function openSales({ here, root, signal }) {
  /** @type {Seen} */
  const seen = {
    days: Number(here.query.get("days") ?? 7) || 7,
    by: here.query.get("by") === "hour" ? "hour" : "day",
    rows: {},
    day: here.query.get("day") ?? dayOf(Date.now() - DAY_MS),
    chart: h("div", { class: "chart-place", own: true }),
  };
  const fleet = followStands(signal, () => redraw());
  const redraw = () => draw(root, view(seen, fleet.nameOf, can));
  let painted = new AbortController();
  const load = async () => {
    const [from, to] = [startOf(dayOf(Date.now() - (seen.days - 1) * DAY_MS)), startOf(dayOf(Date.now())) + DAY_MS];
    const by = byOf(seen);
    const sums = await Promise.all(
      [by, "stand", "product"].map(
        async (each) => /** @type {SalesSums} */ (await get(`/sales${query({ by: each, from, to })}`, signal)),
      ),
    );
    seen.rows = { time: sums[0]?.rows ?? [], stand: sums[1]?.rows ?? [], product: sums[2]?.rows ?? [] };
    painted.abort();
    painted = new AbortController();
    draw(
      seen.chart,
      timeChart(
        filled(seen.rows["time"] ?? [], from, to, by === "hour" ? HOUR_MS : DAY_MS),
        by,
        AbortSignal.any([signal, painted.signal]),
      ),
    );
    redraw();
  };
  const loadReport = async () => {
    seen.report = await get(`/report/${seen.day}`, signal);
    redraw();
  };
  const reload = () => {
    seen.trouble = undefined;
    Promise.all([load(), loadReport()]).catch(troubleIn(seen, signal, redraw));
  };
  /** @param {Partial<Seen>} asked */
  const look = (asked) => {
    Object.assign(seen, asked);
    stay("/sales", query({ days: seen.days, by: seen.by === "hour" ? "hour" : "", day: seen.day }));
    redraw();
    reload();
  };
  const can = {
    reload,
    by: (/** @type {string} */ each) => look({ by: each === "hour" ? "hour" : "day" }),
    span: (/** @type {string} */ days) => look({ days: Number(days) }),
    day: (/** @type {string} */ day) => isDay(day) && look({ day, report: undefined }),
  };
  draw(seen.chart, waiting(6));
  redraw();
  reload();
  fleet.loadNames().catch(() => undefined);
}

/** @param {string} text */
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text);

/** A day has no days, and a month too many hours. @param {Pick<Seen, "days" | "by">} seen */
const byOf = ({ days, by }) => (days === 1 ? "hour" : days <= HOURS_OF ? by : "day");

/** Times at which nothing was sold are there too. @param {readonly SalesRow[]} rows @param {number} from @param {number} to @param {number} step */
function filled(rows, from, to, step) {
  const known = new Map(rows.map((row) => [Number(row.key), row]));
  const end = Math.min(to, Date.now() + 1);
  return Array.from({ length: Math.max(1, Math.ceil((end - from) / step)) }, (_, nth) => {
    const at = from + nth * step;
    return known.get(at) ?? { key: String(at), sales: 0, amount: 0, refunded: 0 };
  });
}

/** @param {readonly SalesRow[]} rows @param {string} by @param {AbortSignal} signal */
const timeChart = (rows, by, signal) =>
  rows.every(({ amount }) => amount === 0)
    ? calm("away", say("sales.none"))
    : chartOf(
        {
          name: say(by === "hour" ? "sales.by-hour" : "sales.by-day"),
          times: rows.map(({ key }) => Number(key)),
          lines: [{ label: say("sales.amount"), values: rows.map(({ amount }) => amount), tone: "--chart-1" }],
          show: shortRupiah,
          bars: true,
          byDay: by === "day",
          height: 260,
        },
        signal,
      );

/** @param {Seen} seen @param {(id: string) => string} nameOf @param {{ span: (days: string) => void, by: (each: string) => void, day: (day: string) => void, reload: () => void }} can */
function view(seen, nameOf, can) {
  const { days, rows, report, day, trouble, chart } = seen;
  const total = sumOf(rows["time"] ?? []);
  const isThere = rows["time"] !== undefined;
  return [
    pageHead(
      say("nav.sales"),
      chooser(
        say("sales.span"),
        String(days),
        SPANS.map(([of, key]) => [of, say(key)]),
        can.span,
      ),
    ),
    trouble === undefined ? undefined : troubleNote(trouble, can.reload),
    panel(
      say(byOf(seen) === "hour" ? "sales.by-hour" : "sales.by-day"),
      { id: "sales-time", class: "numbers", beside: days > 1 && days <= HOURS_OF && byChooser(seen, can.by) },
      h(
        "dl",
        {},
        h("div", {}, h("dt", {}, say("today.sales")), h("dd", {}, isThere ? number(total.sales) : "–")),
        h("div", {}, h("dt", {}, say("today.amount")), h("dd", {}, isThere ? rupiah(total.amount) : "–")),
        h("div", {}, h("dt", {}, say("today.refunded")), h("dd", {}, isThere ? rupiah(total.refunded) : "–")),
        h(
          "div",
          {},
          h("dt", {}, say("sales.each")),
          h("dd", {}, total.sales > 0 ? rupiah(total.amount / total.sales) : "–"),
        ),
      ),
      chart,
    ),
    h(
      "div",
      { class: "halves" },
      panel(
        say("sales.by-product"),
        { id: "sales-product" },
        ranking(say("sales.by-product"), rows["product"], (key) => key),
      ),
      panel(
        say("sales.by-stand"),
        { id: "sales-stand" },
        ranking(say("sales.by-stand"), rows["stand"], (key) => standLink(key, nameOf(key))),
      ),
    ),
    reportPanel(report, day, nameOf, can.day),
  ];
}

/** @param {Seen} seen @param {(each: string) => void} pick */
const byChooser = ({ by }, pick) =>
  chooser(
    say("sales.by"),
    by,
    [
      ["hour", say("sales.by-hour")],
      ["day", say("sales.by-day")],
    ],
    pick,
  );

/** @param {readonly SalesRow[]} rows */
const sumOf = (rows) =>
  rows.reduce(
    (all, row) => ({
      sales: all.sales + row.sales,
      amount: all.amount + row.amount,
      refunded: all.refunded + row.refunded,
    }),
    { sales: 0, amount: 0, refunded: 0 },
  );

/** The most first, each with a bar as long as its share of the first. @param {string} name @param {readonly SalesRow[] | undefined} rows @param {(key: string) => import("../dom.js").Child} show */
function ranking(name, rows, show) {
  if (rows === undefined) return waiting(FIRST);
  if (rows.length === 0) return calm("away", say("sales.none"));
  const sorted = [...rows].sort((one, other) => other.amount - one.amount);
  const most = sorted[0]?.amount ?? 1;
  return table({
    name,
    class: "ranking",
    heads: [say("name"), say("today.sales"), say("today.amount")],
    numbers: [1, 2],
    rows: sorted.slice(0, FIRST).map((row) => {
      const bar = h("i", { class: "bar", "aria-hidden": "true" });
      bar.style.inlineSize = `${Math.max(1, (row.amount / most) * 100)}%`;
      return { key: row.key, cells: [[show(row.key), bar], number(row.sales), rupiah(row.amount)] };
    }),
  });
}
