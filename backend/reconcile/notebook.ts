import type { WallMs } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import type { Entry } from "./entry.ts";
import type { Report } from "./report/rows.ts";

/** When a run began; one that is gone on with keeps its beginning. */
export type Head = { readonly begun: WallMs };

/** What a run has found so far. */
export type Notebook = {
  readonly head: Head;
  readonly report?: Report;
  /** What was noted before a crash, or by another backend, some hundred at once: a hundred thousand are forty megabytes. */
  earlier(): AsyncIterable<Entry>;
  /** Rejects when another backend is at the same. */
  note(entry: Entry): Promise<void>;
};

const AT_ONCE = 500;

/** Goes on where the run is. */
export async function openNotebook(store: Store, run: string, head: Head, report?: Report): Promise<Notebook> {
  const last = await store
    .selectFrom("reconcile_entries")
    .select(({ fn }) => fn.max("nth").as("nth"))
    .where("run", "=", run)
    .executeTakeFirst();
  let nth = (last?.nth ?? -1) + 1;
  return {
    head,
    ...(report === undefined ? {} : { report }),
    earlier: () => entriesIn(store, run),
    note: async (entry) => {
      await store
        .insertInto("reconcile_entries")
        .values({ run, nth, entry: JSON.stringify(entry) })
        .execute();
      nth += 1;
    },
  };
}

/** Every order of a run, as it was noted. */
export async function* entriesIn(store: Store, run: string): AsyncGenerator<Entry> {
  for (let from = 0, isAll = false; !isAll; from += AT_ONCE) {
    const rows = await store
      .selectFrom("reconcile_entries")
      .select("entry")
      .where("run", "=", run)
      .where("nth", ">=", from)
      .where("nth", "<", from + AT_ONCE)
      .orderBy("nth")
      .execute();
    for (const { entry } of rows) yield JSON.parse(entry) as Entry;
    isAll = rows.length < AT_ONCE;
  }
}

/** Puts in what was noted elsewhere. */
export async function noteAll(store: Store, run: string, entries: AsyncIterable<Entry>): Promise<void> {
  let nth = 0;
  let rows: { readonly run: string; readonly nth: number; readonly entry: string }[] = [];
  const write = async (): Promise<void> => {
    if (rows.length > 0) await store.insertInto("reconcile_entries").values(rows).execute();
    rows = [];
  };
  for await (const entry of entries) {
    rows.push({ run, nth, entry: JSON.stringify(entry) });
    nth += 1;
    if (rows.length === AT_ONCE) await write();
  }
  await write();
}

/** Deletes what a run has noted, part by part, so that nobody waits for long. */
export async function deleteEntries(store: Store, run: string): Promise<void> {
  const entries = () => store.selectFrom("reconcile_entries").where("run", "=", run);
  for (;;) {
    const last = await entries()
      .select("nth")
      .orderBy("nth")
      .offset(AT_ONCE - 1)
      .limit(1)
      .executeTakeFirst();
    let some = store.deleteFrom("reconcile_entries").where("run", "=", run);
    if (last !== undefined) some = some.where("nth", "<=", last.nth);
    await some.execute();
    if (last === undefined) return;
  }
}
