import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { utcClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG, readConfigFile } from "../../host/config.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import { backendConfigSchema } from "../config/config.ts";
import { openHttp } from "../providers/http.ts";
import { type Day, dayOf, daysBefore, readDay } from "../reconcile/day.ts";
import { summaryLines } from "../reconcile/print.ts";
import { readReportFile } from "../reconcile/report/pick.ts";
import type { Report } from "../reconcile/report/rows.ts";
import type { Summary } from "../reconcile/summary.ts";
import { deskOf } from "./operator.ts";
import { begin, follow, ordersOf, statusOf, type Talk } from "./reconcile-talk.ts";

/** There is no result: the backend is away, or the run came to nothing (sysexits.h, EX_TEMPFAIL). */
const NOT_DONE = 75;
const DIFFERENT = FAILED;

/** Compares a day with the provider's books, and prints what differs. 0: nothing does; 1: something does. */
export const reconcile: Command = (asked) =>
  talking(asked, async (talk) => {
    const report = await reportAsked(asked);
    if (report === "unreadable") return NOT_DONE;
    const begunAt = await begin(talk, report);
    return begunAt === undefined ? NOT_DONE : conclude(talk, await follow(talk, begunAt));
  });

/** Prints what came out of a day the last time. */
export const reconciled: Command = (asked) =>
  talking(asked, async (talk) => conclude(talk, (await statusOf(talk))?.result));

async function talking(asked: Asked, converse: (talk: Talk) => Promise<number>): Promise<number> {
  const clock = utcClock();
  const day = dayAsked(asked, clock.wall());
  if (day === undefined) {
    asked.say(`--date "${asked.options["date"]}" is no day: write 2026-11-20`);
    return MISUSED;
  }
  const desk = deskOf(asked);
  if ("unusable" in desk) {
    asked.say(desk.unusable);
    return EXIT_BAD_CONFIG;
  }
  const http = openHttp({ clock });
  try {
    return await converse({ asked, desk, http, clock, day });
  } finally {
    await http.close();
  }
}

/** Yesterday, when none is named. */
const dayAsked = ({ options: { date } }: Asked, wall: number): Day | undefined =>
  date === undefined ? daysBefore(dayOf(wall), 1) : readDay(date);

/** The report is read here, so that nothing goes further of what it may say of payers. */
async function reportAsked({ config, options, say }: Asked): Promise<Report | undefined | "unreadable"> {
  const { report: file } = options;
  const read = readConfigFile(config, backendConfigSchema);
  if (file === undefined || read.is === "bad") return undefined;
  const report = await readReportFile(file, read.config.reconcile.report_columns);
  if (report.is === "read") return { name: basename(file), rows: report.rows, unread: report.unread };
  say(`${file} ${report.because}`);
  return "unreadable";
}

async function conclude(talk: Talk, summary: Summary | undefined): Promise<number> {
  if (summary === undefined) return NOT_DONE;
  for (const line of summaryLines(summary)) talk.asked.print(line);
  const file = talk.asked.options["csv"];
  const isWritten = file === undefined || (await exported(talk, file));
  if (!isWritten) return NOT_DONE;
  return summary.differences.count > 0 ? DIFFERENT : 0;
}

async function exported(talk: Talk, file: string): Promise<boolean> {
  const orders = await ordersOf(talk);
  if (orders === undefined) return false;
  try {
    await writeFile(file, orders);
    return true;
  } catch (error) {
    talk.asked.say(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
