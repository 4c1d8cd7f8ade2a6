import type { Transaction } from "../store/query.ts";
import type { Store } from "../store/store.ts";
import type { Tables } from "../store/tables.ts";
import type { Day } from "./day.ts";
import type { Entry } from "./entry.ts";
import { deleteEntries, entriesIn, type Head, type Notebook, noteAll, openNotebook } from "./notebook.ts";
import type { Report } from "./report/rows.ts";
import type { Summary } from "./summary.ts";
import type { ReconcileRunsTable } from "./tables.ts";

/** A day that is over, or as much of one as there is. */
export type Part = { readonly day: Day; readonly isWhole: boolean };

type Runs = Pick<Store, "selectFrom"> | Transaction<Tables>;

/**
 * What came out of each day, in the store: whoever leads next finds it, and goes on with what was begun. Whoever deletes it has the
 * last days done again.
 */
export class Results {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whole days. */
  async done(): Promise<readonly Day[]> {
    const runs = await this.#store
      .selectFrom("reconcile_runs")
      .select("day")
      .where("stage", "=", "done")
      .where("is_whole", "=", 1)
      .orderBy("day")
      .execute();
    return runs.map(({ day }) => day as Day);
  }

  /** What was begun and not ended, the oldest first. */
  async begun(): Promise<readonly Part[]> {
    const runs = await this.#store
      .selectFrom("reconcile_runs")
      .select(["day", "is_whole"])
      .where("stage", "=", "begun")
      .orderBy("day")
      .orderBy("is_whole", "desc")
      .execute();
    return runs.map(({ day, is_whole }) => ({ day: day as Day, isWhole: is_whole === 1 }));
  }

  /** Of the whole day, or of the part that there is. */
  async summaryOf(day: Day): Promise<Summary | undefined> {
    const run = await this.#doneOf(day);
    return run?.summary == null ? undefined : (JSON.parse(run.summary) as Summary);
  }

  /** Every order of the day, as it was noted. */
  async *entriesOf(day: Day): AsyncGenerator<Entry> {
    const run = await this.#doneOf(day);
    if (run !== undefined) yield* entriesIn(this.#store, run.id);
  }

  /** Begins to note, or goes on with what was begun; with a report it begins anew. */
  async begin(part: Part, head: Head, report?: Report): Promise<Notebook> {
    const before = await runOf(this.#store, part, "begun");
    if (before !== undefined && report === undefined)
      return openNotebook(this.#store, before.id, { begun: before.begun_ms }, reportIn(before));
    if (before !== undefined) await this.#letGo(before.id);
    await this.#purge();
    const id = await this.#freeId(part.day);
    const run = {
      ...rowOf(part, head),
      id,
      stage: "begun" as const,
      report: report === undefined ? null : JSON.stringify(report),
    };
    await this.#store.insertInto("reconcile_runs").values(run).execute();
    return openNotebook(this.#store, id, head, report);
  }

  /** What was begun is done now, and takes the place of what was there before. */
  async finish(part: Part, summary: Summary): Promise<void> {
    await this.#store.transaction().execute(async (whole) => {
      const begun = await runOf(whole, part, "begun");
      if (begun === undefined) throw new Error(`${part.day} was ended by another backend`);
      let before = whole.updateTable("reconcile_runs").set({ stage: "old" }).where("day", "=", part.day);
      if (!part.isWhole) before = before.where("is_whole", "=", 0);
      await before.where("stage", "=", "done").execute();
      const done = { stage: "done", summary: JSON.stringify(summary) } as const;
      await whole.updateTable("reconcile_runs").set(done).where("id", "=", begun.id).execute();
    });
    await this.#purge();
  }

  /** Takes over what was done elsewhere, unless there is something of that day already. */
  async take(summary: Summary, entries: AsyncIterable<Entry>): Promise<void> {
    const { day, isWhole, begun } = summary;
    if ((await this.#doneOf(day)) !== undefined) return;
    const id = await this.#freeId(day);
    const run = { ...rowOf({ day, isWhole }, { begun }), id, summary: JSON.stringify(summary) };
    await deleteEntries(this.#store, id);
    await noteAll(this.#store, id, entries);
    await this.#store
      .insertInto("reconcile_runs")
      .values({ ...run, stage: "done" })
      .execute();
  }

  /** Of two backends that begin at the same moment one finds it taken. */
  async #freeId(day: Day): Promise<string> {
    const runs = await this.#store.selectFrom("reconcile_runs").select("id").where("day", "=", day).execute();
    const taken = new Set(runs.map(({ id }) => id));
    for (let nth = 1; ; nth += 1) if (!taken.has(`${day} ${nth}`)) return `${day} ${nth}`;
  }

  /** Deletes what is of days before this one, but not of a day that is just being made. */
  async prune(before: Day, making: Day): Promise<void> {
    await this.#store
      .updateTable("reconcile_runs")
      .set({ stage: "old" })
      .where("day", "<", before)
      .where("day", "<>", making)
      .execute();
    await this.#purge();
  }

  async #letGo(id: string): Promise<void> {
    await this.#store.updateTable("reconcile_runs").set({ stage: "old" }).where("id", "=", id).execute();
  }

  /** What nobody sees any more. */
  async #purge(): Promise<void> {
    const old = await this.#store.selectFrom("reconcile_runs").select("id").where("stage", "=", "old").execute();
    for (const { id } of old) {
      await deleteEntries(this.#store, id);
      await this.#store.deleteFrom("reconcile_runs").where("id", "=", id).execute();
    }
  }

  async #doneOf(day: Day): Promise<ReconcileRunsTable | undefined> {
    const whole = await runOf(this.#store, { day, isWhole: true }, "done");
    return whole ?? runOf(this.#store, { day, isWhole: false }, "done");
  }
}

const runOf = (
  store: Runs,
  { day, isWhole }: Part,
  stage: ReconcileRunsTable["stage"],
): Promise<ReconcileRunsTable | undefined> =>
  store
    .selectFrom("reconcile_runs")
    .selectAll()
    .where("day", "=", day)
    .where("is_whole", "=", isWhole ? 1 : 0)
    .where("stage", "=", stage)
    .orderBy("begun_ms", "desc")
    .limit(1)
    .executeTakeFirst();

const rowOf = ({ day, isWhole }: Part, { begun }: Head) => ({
  day,
  is_whole: isWhole ? 1 : 0,
  begun_ms: begun,
  report: null,
  summary: null,
});

const reportIn = ({ report }: ReconcileRunsTable): Report | undefined =>
  report === null ? undefined : (JSON.parse(report) as Report);
