import { startOf } from "../days.js";
import { h } from "../dom.js";
import { companyDate, number, rupiah } from "../format.js";
import { icon } from "../icons.js";
import { calm, field, panel, standLink, table, waiting } from "../parts.js";
import { say } from "../tongue.js";

/**
 * @typedef {import("../../api/words.ts").SalesRow} SalesRow
 * @typedef {import("../../api/words.ts").DayReport} DayReport
 */

/** Stands of a report that are written out; the table to take home has them all. */
const REPORTED = 100;

/** The report of any day, to read, to print and to take home. @param {DayReport | undefined} report @param {string} day @param {(id: string) => string} nameOf @param {(day: string) => void} pick */
export function reportPanel(report, day, nameOf, pick) {
  const asked = field({ name: "day", label: say("report.day"), type: "date", value: day });
  asked.querySelector("input")?.addEventListener("change", ({ target }) => pick(/** @type {any} */ (target).value));
  return panel(
    say("report"),
    { id: "report", beside: reportDeeds(day) },
    h("div", { class: "report-day", own: true }, asked),
    report === undefined ? waiting(5) : reportOf(report, nameOf),
  );
}

/** The day's report alone, on white paper. */
function printReport() {
  document.body.classList.add("print-report");
  addEventListener("afterprint", () => document.body.classList.remove("print-report"), { once: true });
  print();
}

/** @param {string} day */
const reportDeeds = (day) =>
  h(
    "div",
    { class: "deeds" },
    h("button", { type: "button", class: "quiet small", onclick: () => printReport() }, say("report.print")),
    h(
      "a",
      { class: "button quiet small", href: `/api/report/${day}.csv`, download: "" },
      icon("download"),
      say("report.csv"),
    ),
  );

/** @param {DayReport} report @param {(id: string) => string} nameOf */
const reportOf = ({ day, total, owed, products, stands }, nameOf) => [
  h(
    "p",
    {},
    say("report.line", {
      day: companyDate(startOf(day)),
      sales: number(total.sales),
      amount: rupiah(total.amount),
      refunded: rupiah(total.refunded),
      owed: number(owed),
    }),
  ),
  stands.length > REPORTED &&
    h("p", { class: "soft" }, say("report.first", { first: REPORTED, count: number(stands.length) })),
  stands.length === 0 && calm("away", say("sales.none"), say("report.none.line")),
  products.length > 0 && sumsTable(say("sales.by-product"), say("product.name"), products, (key) => key),
  stands.length > 0 &&
    sumsTable(say("report"), say("stand"), stands.slice(0, REPORTED), (key) => standLink(key, nameOf(key))),
];

/** @param {string} name @param {string} of @param {readonly SalesRow[]} rows @param {(key: string) => import("../dom.js").Child} show */
const sumsTable = (name, of, rows, show) =>
  table({
    name,
    heads: [of, say("today.sales"), say("today.amount"), say("today.refunded")],
    numbers: [1, 2, 3],
    rows: rows.map((row) => ({
      key: row.key,
      cells: [show(row.key), number(row.sales), rupiah(row.amount), rupiah(row.refunded)],
    })),
  });
