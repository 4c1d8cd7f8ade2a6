import { type Query, sql } from "./query.ts";

/**
 * One step of an area's tables, carried out once for each store. Running backends of the version before survive it: it only adds
 * (tables, columns with a default, indices). One that was released is never changed, and its name never used again.
 */
export type Migration = {
  /** `<area>-<number>`, as `stands-1`. */
  readonly name: string;
  up(store: Query<unknown>): Promise<void>;
};

type Applied = { readonly fleet_migrations: { readonly name: string; readonly applied_ms: number } };

export type MigrateOptions = {
  readonly migrations: readonly Migration[];
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** Holds all others off until the transaction ends. */
  lock(store: Query<unknown>): Promise<void>;
};

/** Carries out what is missing, all or nothing, one process at a time. What a later program has added is left as it is. */
export async function migrate(store: Query<unknown>, { migrations, wall, lock }: MigrateOptions): Promise<void> {
  await store.transaction().execute(async (whole) => {
    await lock(whole);
    await sql`CREATE TABLE IF NOT EXISTS fleet_migrations (name text PRIMARY KEY, applied_ms bigint NOT NULL)`.execute(
      whole,
    );
    const applied = whole.withTables<Applied>();
    const rows = await applied.selectFrom("fleet_migrations").select("name").execute();
    const known = new Set(rows.map(({ name }) => name));
    for (const { name, up } of migrations) {
      if (known.has(name)) continue;
      await up(whole);
      await applied.insertInto("fleet_migrations").values({ name, applied_ms: wall }).execute();
    }
  });
}
