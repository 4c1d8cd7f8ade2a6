import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Day } from "../../../backend/reconcile/day.ts";
import { type Entry, entryOf } from "../../../backend/reconcile/entry.ts";
import { takeLeftFiles } from "../../../backend/reconcile/left-files.ts";
import type { Report } from "../../../backend/reconcile/report/rows.ts";
import { type Part, Results } from "../../../backend/reconcile/results.ts";
import { SummaryDraft } from "../../../backend/reconcile/summary.ts";
import type { OrderId } from "../../../protocol/ids.ts";
import { freshStore as storeInFile, storeSuites } from "../../support/stores.ts";
import { books } from "./books.ts";

const DAY = "2026-11-20" as Day;
const whole = { day: DAY, isWhole: true };
const head = { begun: 1_000 };
const entry = (nth: number): Entry => entryOf(`01JD5S3V8Q4R6T2W9Y0ZABCD${nth + 10}` as OrderId, books.delivered, []);
const summary = (part: Part = whole) => new SummaryDraft(part.day).done({ ...part, begun: 1_000, ended: 2_000 });
const report: Report = {
  name: "r.csv",
  rows: [{ line: 2, reference: "A-1", status: "settled" }],
  unread: [{ line: 3, because: "names no order" }],
};

async function allOf(entries: AsyncIterable<Entry>): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for await (const each of entries) found.push(each);
  return found;
}

async function* from(entries: readonly Entry[]): AsyncGenerator<Entry> {
  yield* entries;
}

const entriesOf = (results: Results, day: Day): Promise<readonly Entry[]> => allOf(results.entriesOf(day));

async function make(results: Results, part: Part = whole, entries: readonly Entry[] = [entry(1)]): Promise<void> {
  const notebook = await results.begin(part, head);
  for (const each of entries) await notebook.note(each);
  await results.finish(part, summary(part));
}

storeSuites("The results of reconciling", (freshStore) => {
  const open = async () => {
    const store = await freshStore();
    const count = async () => (await store.selectFrom("reconcile_entries").selectAll().execute()).length;
    return { results: new Results(store), store, count };
  };

  test("are none before the first day", async () => {
    const { results } = await open();
    expect(await results.done()).toEqual([]);
    expect(await results.begun()).toEqual([]);
    expect(await results.summaryOf(DAY)).toBeUndefined();
    expect(await entriesOf(results, DAY)).toEqual([]);
    await results.prune(DAY, DAY);
  });

  test("have a day's summary and orders once it is done, and not before", async () => {
    const { results } = await open();
    const notebook = await results.begin(whole, head);
    await notebook.note(entry(1));
    await notebook.note(entry(2));
    expect(await results.done()).toEqual([]);
    expect(await results.begun()).toEqual([whole]);
    await results.finish(whole, summary());
    expect(await results.done()).toEqual([DAY]);
    expect(await results.begun()).toEqual([]);
    expect(await results.summaryOf(DAY)).toEqual(summary());
    expect(await entriesOf(results, DAY)).toEqual([entry(1), entry(2)]);
  });

  test("keep the last result until a new one is complete, and nothing of it from then on", async () => {
    const { results, count } = await open();
    await make(results);
    const notebook = await results.begin(whole, head);
    await notebook.note(entry(5));
    expect(await entriesOf(results, DAY)).toEqual([entry(1)]);
    await results.finish(whole, summary());
    expect(await entriesOf(results, DAY)).toEqual([entry(5)]);
    expect(await count()).toBe(1);
  });

  test("tell a part of a day from the whole, which takes its place", async () => {
    const { results, count } = await open();
    await make(results, { day: DAY, isWhole: false });
    expect(await results.done()).toEqual([]);
    expect(await results.summaryOf(DAY)).toMatchObject({ isWhole: false });
    await make(results, whole, [entry(2)]);
    expect(await results.summaryOf(DAY)).toMatchObject({ isWhole: true });
    expect(await entriesOf(results, DAY)).toEqual([entry(2)]);
    expect(await count()).toBe(1);
  });

  test("of a part that is done late, after the whole day, take nothing's place", async () => {
    const { results } = await open();
    await make(results);
    await make(results, { day: DAY, isWhole: false }, [entry(2)]);
    expect(await results.done()).toEqual([DAY]);
    expect(await entriesOf(results, DAY)).toEqual([entry(1)]);
  });

  test("forget what is too old, begun or done, and leave what is being made", async () => {
    const { results, count } = await open();
    for (const day of ["2026-11-18", "2026-11-19"] as Day[]) await make(results, { day, isWhole: true });
    await results.begin({ day: "2026-11-18" as Day, isWhole: false }, head);
    await make(results, { day: "2026-11-01" as Day, isWhole: true });
    await results.prune("2026-11-19" as Day, "2026-11-01" as Day);
    expect(await results.done()).toEqual(["2026-11-01", "2026-11-19"]);
    expect(await results.begun()).toEqual([]);
    expect(await count()).toBe(2);
  });

  test("of many orders come in their sequence", async () => {
    const { results } = await open();
    const many = Array.from({ length: 1_203 }, (_, nth) => entry(nth));
    await results.take(summary(), from(many));
    const dayBefore = { day: "2026-11-19" as Day, isWhole: true };
    await results.take(summary(dayBefore), from(many.slice(0, 600)));
    expect(await entriesOf(results, DAY)).toEqual(many);
    await make(results, whole, [entry(7)]);
    expect(await entriesOf(results, DAY)).toEqual([entry(7)]);
    expect(await entriesOf(results, dayBefore.day)).toHaveLength(600);
  });

  test("that were taken over in part when the power went are taken over anew", async () => {
    const { results, store } = await open();
    await store
      .insertInto("reconcile_entries")
      .values({ run: `${DAY} 1`, nth: 0, entry: JSON.stringify(entry(1)) })
      .execute();
    await results.take(summary(), from([entry(2)]));
    expect(await entriesOf(results, DAY)).toEqual([entry(2)]);
  });

  test("of a run that a crash interrupted are gone on with, by whoever leads next", async () => {
    const { results, store } = await open();
    const before = await results.begin(whole, head, report);
    await before.note(entry(1));
    await before.note(entry(2));
    const next = new Results(store);
    expect(await next.begun()).toEqual([whole]);
    const notebook = await next.begin(whole, { begun: 9_000 });
    expect(notebook).toMatchObject({ head, report });
    expect(await allOf(notebook.earlier())).toEqual([entry(1), entry(2)]);
    await notebook.note(entry(3));
    await expect(before.note(entry(4))).rejects.toThrow();
    await next.finish(whole, summary());
    expect(await entriesOf(next, DAY)).toEqual([entry(1), entry(2), entry(3)]);
    await expect(results.finish(whole, summary())).rejects.toThrow("was ended by another backend");
  });

  test("of a long day that was interrupted are read again some hundred at once, and never held all together", async () => {
    const { results, store } = await open();
    await results.begin(whole, head);
    const run = `${DAY} 1`;
    const rows = Array.from({ length: 1_200 }, (_, nth) => ({ run, nth, entry: JSON.stringify(entry(nth)) }));
    for (let first = 0; first < rows.length; first += 400)
      await store
        .insertInto("reconcile_entries")
        .values(rows.slice(first, first + 400))
        .execute();
    const notebook = await results.begin(whole, head);
    const earlier = notebook.earlier()[Symbol.asyncIterator]();
    expect((await earlier.next()).value).toEqual(entry(0));
    await store.deleteFrom("reconcile_entries").where("nth", ">=", 500).execute();
    let left = 0;
    while ((await earlier.next()).done !== true) left += 1;
    expect(left).toBe(499);
    await notebook.note(entry(9));
    expect(
      (
        await store
          .selectFrom("reconcile_entries")
          .select(({ fn }) => fn.max("nth").as("nth"))
          .execute()
      )[0]?.nth,
    ).toBe(1_200);
  });

  test("begin anew when there is a report that they did not know", async () => {
    const { results } = await open();
    await (await results.begin(whole, head)).note(entry(1));
    const notebook = await results.begin(whole, { begun: 9_000 }, report);
    expect(notebook).toMatchObject({ head: { begun: 9_000 }, report });
    expect(await allOf(notebook.earlier())).toEqual([]);
    expect(await results.begun()).toEqual([whole]);
  });
});

describe("results that an earlier version left as files", () => {
  const lines = (...entries: readonly Entry[]): string =>
    [{ head }, ...entries.map((each) => ({ entry: each }))].map((note) => JSON.stringify(note)).join("\n");
  const leave = (files: Readonly<Record<string, string>>): string => {
    const made = mkdtempSync(join(tmpdir(), "results-"));
    onTestFinished(() => rmSync(made, { recursive: true }));
    const folder = join(made, "reconciled");
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  };

  test("are taken over once, a torn line left out, and only somebody else's files stay", async () => {
    const results = new Results(await storeInFile());
    const folder = leave({
      "2026-11-20.json": JSON.stringify(summary()),
      "2026-11-20.jsonl": `${lines(entry(1), entry(2))}\n{"entry":{"ord`,
      "2026-11-20.part.json": JSON.stringify(summary({ day: DAY, isWhole: false })),
      "2026-11-21.begun.jsonl": lines(entry(3)),
      "notes.txt": "somebody's",
    });
    expect(await takeLeftFiles(folder, results)).toBe(2);
    expect(await results.done()).toEqual([DAY]);
    expect(await results.summaryOf(DAY)).toEqual(summary());
    expect(await entriesOf(results, DAY)).toEqual([entry(1), entry(2)]);
    expect(await results.begun()).toEqual([]);
    expect(readdirSync(folder)).toEqual(["notes.txt"]);
    expect(await takeLeftFiles(folder, results)).toBe(0);
  });

  test("give way to what the store has of that day", async () => {
    const results = new Results(await storeInFile());
    await make(results, whole, [entry(8)]);
    const left = { ...summary(), begun: 9_000 };
    const folder = leave({ "2026-11-20.json": JSON.stringify(left), "2026-11-20.jsonl": lines(entry(1)) });
    await takeLeftFiles(folder, results);
    expect(await entriesOf(results, DAY)).toEqual([entry(8)]);
  });

  test("are none where there is no folder, and none is made", async () => {
    const folder = join(leave({}), "elsewhere");
    expect(await takeLeftFiles(folder, new Results(await storeInFile()))).toBe(0);
    expect(existsSync(folder)).toBe(false);
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
