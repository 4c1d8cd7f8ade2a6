import { showRupiah } from "../../protocol/rupiah.ts";
import { writeWib } from "../providers/midtrans/time.ts";
import { inWords } from "./in-words.ts";
import type { Found, Summary } from "./summary.ts";
import { type Total, wholeOf } from "./totals.ts";

/** A summary as lines for a person. */
export function summaryLines(summary: Summary): readonly string[] {
  const { differences, information, totals } = summary;
  return [
    titleOf(summary),
    "",
    differences.count === 0 ? "No differences." : `Differences: ${differences.count}`,
    ...foundLines(differences),
    ...(information.count === 0 ? [] : ["", `For information: ${information.count}`, ...foundLines(information)]),
    "",
    ...totalLines(totals),
  ];
}

function titleOf({ day, isWhole, ended, orders, report }: Summary): string {
  const part = isWhole ? "" : " (the day was not over)";
  const beside = report === undefined ? "" : `, with ${report}`;
  return `${day}${part}: ${orders} orders, compared ${writeWib(ended)} WIB${beside}`;
}

function foundLines({ count, listed }: Summary["differences"]): readonly string[] {
  const rows = listed.map((found) => [found.order ?? "", attemptOf(found), found.is, inWords(found)]);
  const more = count - listed.length;
  return [...table(rows), ...(more > 0 ? [`  … and ${more} more: see the CSV`] : [])];
}

const attemptOf = (found: Found): string => ("attempt" in found ? String(found.attempt) : "");

const TOTALS = ["stand", "merchant", "acquirer", "payments", "gross", "fees", "refunded", "owed"];

function totalLines(totals: readonly Total[]): readonly string[] {
  if (totals.length === 0) return ["No payments."];
  const rows = totals.map((total) => [total.stand, total.merchant, total.acquirer, ...sumsOf(total)]);
  const whole = totals.length === 1 ? [] : [["together", "", "", ...sumsOf(wholeOf(totals))]];
  return table([TOTALS, ...rows, ...whole]);
}

const sumsOf = ({ payments, gross, fees, refunded, owed }: ReturnType<typeof wholeOf>): readonly string[] => [
  String(payments),
  ...[gross, fees, refunded, owed].map(showRupiah),
];

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd());
}
