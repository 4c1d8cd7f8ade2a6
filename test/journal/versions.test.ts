import { copyFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TABLE_VERSIONS } from "../../journal/sqlite/tables.ts";
import { SqlitePlace } from "./sqlite-place.ts";
import { at, KINDS, paid, paying, takeAll, tell } from "./words.ts";

const FIXTURES = fileURLToPath(new URL("./fixtures/", import.meta.url));
const files = readdirSync(FIXTURES).filter((name) => name.endsWith(".sqlite"));

let place: SqlitePlace;
beforeEach(() => {
  place = new SqlitePlace();
});
afterEach(() => place.remove());

test("a journal of every released version is kept", () => {
  expect(files).toEqual(TABLE_VERSIONS.map((_, index) => `version-${index + 1}.sqlite`));
});

describe.each(files)("%s", (name) => {
  test("opens with all it held: orders, stories, owed effects, seen statements and notes", async () => {
    copyFileSync(FIXTURES + name, place.file);
    const { journal, quarantined } = place.openAs();
    expect(quarantined).toBeUndefined();
    expect(await journal.unfinished()).toEqual([
      { order: "PAID", state: { at: "paying", paid: 15_000 } },
      { order: "ASKED", state: { at: "paying", paid: 0 } },
    ]);
    expect(await journal.newest()).toEqual({ order: "DONE", state: { at: "paying", paid: 5_000 } });
    expect(await journal.story("PAID")).toEqual([{ event: paid(15_000), wall: 1_700_000_000_000 }]);
    const owed = await takeAll(journal, at(0, "another boot"));
    expect(owed.map(({ seq, order, effect, started, tries }) => [seq, order, effect.text, started, tries])).toEqual([
      [1, "PAID", "coffee", true, 0],
      [2, "PAID", "receipt", false, 1],
      [3, "ASKED", "charge", false, 0],
    ]);
    const again = await journal.advance("ASKED", paid(1), paying(1), { now: at(0), once: "STATEMENT" });
    expect(again).toEqual({ ignored: "duplicate" });
    expect((await journal.notes("heat", 10)).map(({ json }) => json)).toEqual([{ celsius: 41 }]);
  });

  test("has the tables of a journal begun today when it was opened", async () => {
    const tablesOf = (file: string) => {
      const database = new Database(file, { readonly: true });
      const rows = database.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
      database.close();
      return rows;
    };
    copyFileSync(FIXTURES + name, place.file);
    await place.openAs().journal.close();
    await place.openAs({ file: place.path("fresh.sqlite") }).journal.close();
    expect(tablesOf(place.file)).toEqual(tablesOf(place.path("fresh.sqlite")));
  });

  test("goes on numbering effects where it stopped, though the last ones are finished", async () => {
    copyFileSync(FIXTURES + name, place.file);
    const database = new Database(place.file);
    database.exec("DELETE FROM effects WHERE seq = 3");
    database.close();
    const { journal } = place.openAs();
    await journal.advance("ASKED", paid(1), paying(1, [tell("more")]), { now: at(0) });
    const owed = await takeAll(journal, at(0, "another boot"));
    expect(owed.map(({ seq, effect }) => [seq, effect.text])).toContainEqual([4, "more"]);
  });

  test("takes new commits", async () => {
    copyFileSync(FIXTURES + name, place.file);
    const { journal } = place.openAs();
    await journal.advance("PAID", paid(1), paying(1), { now: at(0) });
    expect(await journal.stateOf("PAID")).toEqual({ at: "paying", paid: 15_001 });
    expect(await journal.backlog(KINDS)).toMatchObject({ count: 3 });
  });
});
