import type { StandId, StatementId } from "../../protocol/ids.ts";
import type { Settings } from "../../protocol/settings.ts";
import type { UsingBody } from "../../protocol/statements.ts";
import { sql } from "../store/query.ts";
import type { Store } from "../store/store.ts";
import { checkSettings, type Issue } from "./check.ts";
import { nextVersion, type Using } from "./differs.ts";
import type { SettingsRow, UsingRow } from "./tables.ts";

/** One version of a stand's settings. `by` and `why`: who saved it, and why. */
export type Version = {
  readonly version: number;
  readonly settings: Settings;
  readonly by: string;
  readonly why: string;
  readonly atMs: number;
};

/** What a stand said last of by what it works. */
export type UsingNow = Using & {
  readonly software: string;
  readonly keysVersion: number;
  readonly certificateEndsMs?: number;
  readonly atMs: number;
};

export type Saving = { readonly settings: unknown; readonly by: string; readonly why: string; readonly atMs: number };
export type Saved =
  | { readonly is: "saved"; readonly versions: ReadonlyMap<StandId, number> }
  | { readonly is: "bad"; readonly issues: readonly Issue[] };

/** Older ones of a stand are deleted. */
const VERSIONS_KEPT = 200;
/** Others save for the same stand at the same moment; each time somebody gets on. */
const SAVE_TRIES = 20;

/** Saves them as the newest of every one of these stands, or of none where they are not good. */
export async function saveSettings(store: Store, stands: readonly StandId[], saving: Saving): Promise<Saved> {
  const checked = checkSettings(saving.settings);
  if (checked.is === "bad") return checked;
  const json = JSON.stringify(checked.settings);
  const versions = new Map<StandId, number>();
  for (const stand of new Set(stands)) versions.set(stand, await saveOne(store, stand, json, saving));
  return { is: "saved", versions };
}

/** Makes an earlier version the newest again; `undefined` where the stand has no such version. */
export async function rollBack(
  store: Store,
  stand: StandId,
  to: number,
  who: Omit<Saving, "settings">,
): Promise<Saved | undefined> {
  const earlier = await versionOf(store, stand, to);
  return earlier && saveSettings(store, [stand], { ...who, settings: earlier.settings });
}

async function saveOne(store: Store, stand: StandId, json: string, saving: Saving): Promise<number> {
  for (let tries = 0; tries < SAVE_TRIES; tries += 1) {
    const version = nextVersion(await newestVersion(store, stand), await usingOf(store, stand));
    const row = { stand, version, json, saved_by: saving.by, why: saving.why, at_ms: saving.atMs };
    const { numInsertedOrUpdatedRows: saved } = await store
      .insertInto("settings")
      .values(row)
      .onConflict((taken) => taken.columns(["stand", "version"]).doNothing())
      .executeTakeFirst();
    if (saved !== 1n) continue;
    await store
      .deleteFrom("settings")
      .where("stand", "=", stand)
      .where("version", "<=", version - VERSIONS_KEPT)
      .execute();
    return version;
  }
  throw new Error(`settings of ${stand} not saved: others saved ${SAVE_TRIES} times meanwhile; save again`);
}

async function newestVersion(store: Store, stand: StandId): Promise<number | undefined> {
  const row = await store
    .selectFrom("settings")
    .where("stand", "=", stand)
    .select("version")
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.version;
}

/** What the stand shall use; `undefined`: its own file. */
export async function desiredOf(store: Store, stand: StandId): Promise<Version | undefined> {
  return (await historyOf(store, stand, 1))[0];
}

export async function versionOf(store: Store, stand: StandId, version: number): Promise<Version | undefined> {
  const row = await store
    .selectFrom("settings")
    .where("stand", "=", stand)
    .where("version", "=", version)
    .selectAll()
    .executeTakeFirst();
  return row && readVersion(row);
}

/** The newest first. */
export async function historyOf(store: Store, stand: StandId, most = VERSIONS_KEPT): Promise<readonly Version[]> {
  const rows = await store
    .selectFrom("settings")
    .where("stand", "=", stand)
    .selectAll()
    .orderBy("version", "desc")
    .limit(most)
    .execute();
  return rows.map(readVersion);
}

/** What a stand said of by what it works, in which statement, and when that was heard. */
export type Said = {
  readonly stand: StandId;
  readonly body: UsingBody;
  readonly atMs: number;
  readonly id?: StatementId;
};

/** Two backends that hear one stand can be so far behind each other. Beyond that, a stand's clock was set, and its ids say nothing. */
const APART_MS = 10_000;

/**
 * Keeps the last word of each of these stands, in one commit; of one stand no more than one. Several backends hear one stand,
 * and may write what it said in any order: what it said later counts.
 */
export async function heardUsing(store: Store, said: readonly Said[]): Promise<void> {
  if (said.length === 0) return;
  await store
    .insertInto("stands_using")
    .values(said.map(rowOf))
    .onConflict((known) =>
      known
        .column("stand")
        .doUpdateSet((row) => ({
          software: row.ref("excluded.software"),
          settings_version: row.ref("excluded.settings_version"),
          refused_version: row.ref("excluded.refused_version"),
          refused_because: row.ref("excluded.refused_because"),
          keys_version: row.ref("excluded.keys_version"),
          certificate_ends_ms: row.ref("excluded.certificate_ends_ms"),
          at_ms: row.ref("excluded.at_ms"),
          said: row.ref("excluded.said"),
        }))
        .where(IS_NEWER),
    )
    .execute();
}

const IS_NEWER = sql<boolean>`excluded.at_ms > stands_using.at_ms + ${sql.lit(APART_MS)}
  OR (excluded.at_ms >= stands_using.at_ms - ${sql.lit(APART_MS)} AND excluded.said >= stands_using.said)`;

const rowOf = ({ stand, id, body: { software, settings, keys, certificateEndsInMs }, atMs }: Said): UsingRow => ({
  stand,
  software,
  settings_version: settings.version,
  refused_version: settings.refused?.version ?? null,
  refused_because: settings.refused?.because ?? null,
  keys_version: keys.version,
  certificate_ends_ms: certificateEndsInMs === undefined ? null : atMs + certificateEndsInMs,
  at_ms: atMs,
  said: id ?? "",
});

export async function usingOf(store: Store, stand: StandId): Promise<UsingNow | undefined> {
  const row = await store.selectFrom("stands_using").where("stand", "=", stand).selectAll().executeTakeFirst();
  return row && readUsing(row);
}

/**
 * Stands that shall use something newer than they do and have not refused it, or trust an older set of keys than `keysVersion`. The
 * database compares: mostly there are none.
 */
export async function behind(store: Store, keysVersion: number): Promise<readonly StandId[]> {
  const settings = await store
    .with("desired", (query) =>
      query
        .selectFrom("settings")
        .groupBy("stand")
        .select((each) => ["stand", each.fn.max("version").as("version")]),
    )
    .selectFrom("desired")
    .leftJoin("stands_using", "stands_using.stand", "desired.stand")
    .where((row) =>
      row.or([
        row("stands_using.stand", "is", null),
        row.and([
          row("stands_using.settings_version", "<", row.ref("desired.version")),
          row.or([
            row("stands_using.refused_version", "is", null),
            row("stands_using.refused_version", "<>", row.ref("desired.version")),
          ]),
        ]),
      ]),
    )
    .select("desired.stand")
    .execute();
  const keys = await store.selectFrom("stands_using").where("keys_version", "<", keysVersion).select("stand").execute();
  return [...new Set([...settings, ...keys].map(({ stand }) => stand))];
}

/** What stands use that refused something, or whose certificate ends before this wall, and the newest that was saved for them. */
export type Concern = { readonly using: UsingNow; readonly desired: number | undefined };

export async function concerns(store: Store, certificatesBeforeMs: number): Promise<ReadonlyMap<StandId, Concern>> {
  const rows = await store
    .selectFrom("stands_using")
    .where((row) =>
      row.or([row("refused_version", "is not", null), row("certificate_ends_ms", "<", certificatesBeforeMs)]),
    )
    .selectAll("stands_using")
    .select((row) =>
      row
        .selectFrom("settings")
        .whereRef("settings.stand", "=", "stands_using.stand")
        .select((each) => each.fn.max("version").as("version"))
        .as("desired"),
    )
    .execute();
  return new Map(rows.map((row) => [row.stand, { using: readUsing(row), desired: row.desired ?? undefined }]));
}

const readVersion = ({ version, json, saved_by, why, at_ms }: SettingsRow): Version => ({
  version,
  settings: JSON.parse(json) as Settings,
  by: saved_by,
  why,
  atMs: at_ms,
});

const readUsing = (row: UsingRow): UsingNow => ({
  version: row.settings_version,
  ...(row.refused_version === null
    ? {}
    : { refused: { version: row.refused_version, because: row.refused_because ?? "" } }),
  software: row.software,
  keysVersion: row.keys_version,
  ...(row.certificate_ends_ms === null ? {} : { certificateEndsMs: row.certificate_ends_ms }),
  atMs: row.at_ms,
});
