import type { StandId } from "../../protocol/ids.ts";
import type { Migration } from "../store/migrations.ts";
import { type Query, sql } from "../store/query.ts";

/** What was ever saved for a stand; the highest version is the one that it shall use. */
export type SettingsRow = {
  stand: StandId;
  version: number;
  /** `Settings` of protocol/settings.ts. */
  json: string;
  saved_by: string;
  why: string;
  at_ms: number;
};

/** By what a stand works, as it said last. */
export type UsingRow = {
  stand: StandId;
  software: string;
  settings_version: number;
  refused_version: number | null;
  refused_because: string | null;
  keys_version: number;
  certificate_ends_ms: number | null;
  at_ms: number;
  /** Id of the statement that said so, which orders what one stand says; empty where a program of before wrote. */
  said: string;
};

/** What a stand's glass showed when it was last looked at. */
export type PictureRow = {
  stand: StandId;
  /** Another one for every answer. */
  answer: string;
  /** A PNG file in base64url; null where there is no glass. */
  png: string | null;
  page: string;
  at_ms: number;
};

export type SettingsTables = { settings: SettingsRow; stands_using: UsingRow; pictures: PictureRow };

export const SETTINGS_MIGRATIONS: readonly Migration[] = [
  { name: "settings-1", up: (store) => eachOf(store, SETTINGS_TABLES) },
  {
    name: "settings-2",
    up: (store) => eachOf(store, ["ALTER TABLE stands_using ADD COLUMN said text NOT NULL DEFAULT ''"]),
  },
];

const SETTINGS_TABLES = [
  `CREATE TABLE settings (
    stand text NOT NULL,
    version bigint NOT NULL,
    json text NOT NULL,
    saved_by text NOT NULL,
    why text NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (stand, version)
  )`,
  `CREATE TABLE stands_using (
    stand text PRIMARY KEY,
    software text NOT NULL,
    settings_version bigint NOT NULL,
    refused_version bigint,
    refused_because text,
    keys_version bigint NOT NULL,
    certificate_ends_ms bigint,
    at_ms bigint NOT NULL
  )`,
  `CREATE TABLE pictures (
    stand text PRIMARY KEY,
    answer text NOT NULL,
    png text,
    page text NOT NULL,
    at_ms bigint NOT NULL
  )`,
];

async function eachOf(store: Query<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(store);
}
