import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Day } from "../day.ts";
import type { Columns } from "./columns.ts";
import { type ReportRead, readReport } from "./read.ts";
import type { Report } from "./rows.ts";

/** Larger files are no report of a day. */
const MOST_REPORT_BYTES = 64 * 1024 * 1024;

/**
 * The reports of this day in a folder: every `.csv` with the day in its name, `2026-11-20` or `20261120`, one for each merchant
 * perhaps. `undefined` where there is none.
 */
export async function pickReport(folder: string, day: Day, columns: Columns): Promise<Report | undefined> {
  if (!existsSync(folder)) return undefined;
  const names = await namesIn(folder);
  if ("because" in names) return { name: folder, rows: [], unread: [names] };
  const reports: Report[] = [];
  for (const name of names.filter((each) => isOf(day, each))) {
    const read = await readReportFile(join(folder, name), columns);
    reports.push(
      read.is === "read"
        ? { name, rows: read.rows, unread: read.unread }
        : { name, rows: [], unread: [{ because: `${name} ${read.because}` }] },
    );
  }
  return reports.length === 0 ? undefined : together(reports);
}

async function namesIn(folder: string): Promise<readonly string[] | { readonly because: string }> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    return { because: `${folder} ${unreadable(error)}` };
  }
}

const isOf = (day: Day, name: string): boolean =>
  name.toLowerCase().endsWith(".csv") && (name.includes(day) || name.includes(day.replaceAll("-", "")));

export async function readReportFile(file: string, columns: Columns): Promise<ReportRead> {
  try {
    const { size } = await stat(file);
    if (size > MOST_REPORT_BYTES) return { is: "unreadable", because: `holds ${size} bytes: is it the right file?` };
    return readReport(await readFile(file), columns);
  } catch (error) {
    return { is: "unreadable", because: unreadable(error) };
  }
}

const unreadable = (error: unknown): string =>
  `cannot be read: ${error instanceof Error ? error.message : String(error)}`;

const together = (reports: readonly Report[]): Report => ({
  name: reports.map(({ name }) => name).join(", "),
  rows: reports.flatMap(({ rows }) => rows),
  unread: reports.flatMap(({ unread }) => unread),
});
