import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Day } from "../../../backend/reconcile/day.ts";
import { type Entry, entryOf } from "../../../backend/reconcile/entry.ts";
import type { Report } from "../../../backend/reconcile/report/rows.ts";
import { Results } from "../../../backend/reconcile/results.ts";
import { SummaryDraft } from "../../../backend/reconcile/summary.ts";
import type { OrderId } from "../../../protocol/ids.ts";
import { books } from "./books.ts";

const DAY = "2026-11-20" as Day;
const whole = { day: DAY, isWhole: true };
const head = { begun: 1_000 };
const entry = (nth: number): Entry => entryOf(`01JD5S3V8Q4R6T2W9Y0ZABCDE${nth}` as OrderId, books.delivered, []);
const summary = (part = whole) => new SummaryDraft(part.day).done({ ...part, begun: 1_000, ended: 2_000 });
const report: Report = {
  name: "r.csv",
  rows: [{ line: 2, reference: "A-1", status: "settled" }],
  unread: [{ line: 3, because: "names no order" }],
};

let folder = "";
let results = new Results("");
beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), "results-"));
  folder = join(made, "reconciled");
  results = new Results(folder);
  onTestFinished(() => rmSync(made, { recursive: true }));
});

const entriesOf = async (day: Day): Promise<readonly Entry[]> => {
  const found: Entry[] = [];
  for await (const each of results.entriesOf(day)) found.push(each);
  return found;
};

async function make(part = whole, entries: readonly Entry[] = [entry(1)]): Promise<void> {
  const notebook = await results.begin(part, head);
  for (const each of entries) await notebook.note(each);
  await notebook.close();
  await results.finish(part, summary(part));
}

describe("the folder of results", () => {
  test("is made when it is first needed, and is empty before", async () => {
    expect(results.isDone(DAY)).toBe(false);
    expect(await results.begun()).toEqual([]);
    expect(await results.summaryOf(DAY)).toBeUndefined();
    expect(await entriesOf(DAY)).toEqual([]);
    await results.prune(DAY, DAY);
    expect(existsSync(folder)).toBe(false);
    await make();
    expect(readdirSync(folder)).toEqual(["2026-11-20.json", "2026-11-20.jsonl"]);
  });

  test("has a day's summary and orders once it is done, and not before", async () => {
    const notebook = await results.begin(whole, head);
    await notebook.note(entry(1));
    await notebook.note(entry(2));
    expect(results.isDone(DAY)).toBe(false);
    expect(await results.begun()).toEqual([whole]);
    await notebook.close();
    await results.finish(whole, summary());
    expect(results.isDone(DAY)).toBe(true);
    expect(await results.begun()).toEqual([]);
    expect(await results.summaryOf(DAY)).toEqual(summary());
    expect(await entriesOf(DAY)).toEqual([entry(1), entry(2)]);
  });

  test("keeps the last result until a new one is complete", async () => {
    await make();
    const notebook = await results.begin(whole, head);
    await notebook.note(entry(5));
    await notebook.close();
    expect(await entriesOf(DAY)).toEqual([entry(1)]);
    await results.finish(whole, summary());
    expect(await entriesOf(DAY)).toEqual([entry(5)]);
  });

  test("tells a part of a day from the whole, which takes its place", async () => {
    const part = { day: DAY, isWhole: false };
    await make(part);
    expect(results.isDone(DAY)).toBe(false);
    expect(await results.summaryOf(DAY)).toMatchObject({ isWhole: false });
    await make(whole, [entry(2)]);
    expect(await results.summaryOf(DAY)).toMatchObject({ isWhole: true });
    expect(await entriesOf(DAY)).toEqual([entry(2)]);
    expect(readdirSync(folder)).toEqual(["2026-11-20.json", "2026-11-20.jsonl"]);
  });

  test("forgets what is too old, begun or done, and leaves what is being made and what is not its own", async () => {
    for (const day of ["2026-11-18", "2026-11-19"] as Day[]) await make({ day, isWhole: true });
    await (await results.begin({ day: "2026-11-18" as Day, isWhole: false }, head)).close();
    writeFileSync(join(folder, "2026-11-18.txt"), "somebody's");
    await make({ day: "2026-11-01" as Day, isWhole: true });
    await results.prune("2026-11-19" as Day, "2026-11-01" as Day);
    expect(readdirSync(folder)).toEqual([
      "2026-11-01.json",
      "2026-11-01.jsonl",
      "2026-11-18.txt",
      "2026-11-19.json",
      "2026-11-19.jsonl",
    ]);
  });
});

describe("what a crash interrupted", () => {
  const interrupted = async (known?: Report): Promise<void> => {
    const notebook = await results.begin(whole, head, known);
    await notebook.note(entry(1));
    await notebook.note(entry(2));
    await notebook.close();
  };
  const opened = async (begun: number, known?: Report) => {
    const notebook = await results.begin(whole, { begun }, known);
    await notebook.close();
    return notebook;
  };
  const file = (): string => join(folder, "2026-11-20.begun.jsonl");

  test("is gone on with: its beginning, its report and its orders are known", async () => {
    await interrupted(report);
    const notebook = await results.begin(whole, { begun: 9_000 });
    expect(notebook).toMatchObject({ head, report, entries: [entry(1), entry(2)] });
    await notebook.note(entry(3));
    await notebook.close();
    await results.finish(whole, summary());
    expect(await entriesOf(DAY)).toEqual([entry(1), entry(2), entry(3)]);
  });

  test("in the middle of a line loses that line, and no other one", async () => {
    await interrupted();
    const text = readFileSync(file(), "utf8");
    writeFileSync(file(), text.slice(0, -20));
    const notebook = await results.begin(whole, head);
    expect(notebook.entries).toEqual([entry(1)]);
    await notebook.note(entry(3));
    await notebook.close();
    expect((await opened(1)).entries).toEqual([entry(1), entry(3)]);
  });

  test("before its report was whole begins anew, without half a report", async () => {
    await interrupted(report);
    const [name = ""] = readFileSync(file(), "utf8").split("\n");
    writeFileSync(file(), `${name}\n`);
    const notebook = await opened(9_000);
    expect(notebook.head).toEqual({ begun: 9_000 });
    expect(notebook.report).toBeUndefined();
    expect((await opened(10_000)).head).toEqual({ begun: 9_000 });
  });

  test("begins anew when there is a report that it did not know", async () => {
    await interrupted();
    expect(await opened(9_000, report)).toMatchObject({ head: { begun: 9_000 }, report, entries: [] });
  });
});

describe("a summary", () => {
  test("counts all, lists the first thousand, and sets information apart", () => {
    const draft = new SummaryDraft(DAY);
    const differences = [
      { is: "fee-imposed", attempt: 1, there: books.delivered.sale.amount },
      { is: "unknown-there", attempt: 1 },
    ] as const;
    for (let left = 1_001; left > 0; left -= 1) draft.add({ ...entry(1), differences });
    draft.addStray({ is: "report-not-read", because: "no CSV" });
    const { differences: found, information, orders } = draft.done({ ...whole, begun: 1, ended: 2 });
    expect(orders).toBe(1_001);
    expect([found.count, found.listed.length]).toEqual([1_002, 1_000]);
    expect([information.count, information.listed.length]).toEqual([1_001, 1_000]);
    expect(found.listed[0]).toEqual({ order: entry(1).order, is: "unknown-there", attempt: 1 });
  });
});
