import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStore, type Store, storeFileBeside } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { idsFrom, seeded, shape } from "../../journal/words.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qris-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function open(
  file: string,
  clock: Parameters<typeof openStore>[0]["clock"] = steadyClock("test"),
): Promise<Store> {
  const store = await openStore({ place: { file }, clock });
  onTestFinished(() => store.destroy());
  return store;
}

const cursors = (store: Store) => store.selectFrom("sales_cursors").selectAll().execute();
const put = (store: Store, name: string) => store.insertInto("sales_cursors").values({ name, until_ms: 1 }).execute();

test("A store lies beside its journal", () => {
  expect(storeFileBeside("/var/lib/qris-backend/ledger.sqlite")).toBe("/var/lib/qris-backend/fleet.sqlite");
  expect(storeFileBeside(":memory:")).toBe(":memory:");
});

test("A damaged store is refused with what to do, and left as it is", async () => {
  const file = join(newFolder(), "fleet.sqlite");
  const store = await open(file);
  for (let nth = 0; nth < 400; nth += 1) await put(store, `cursor-${nth}`);
  await store.destroy();
  truncateSync(file, 20_000);
  const left = readFileSync(file);
  await expect(open(file)).rejects.toMatchObject({
    code: "corrupt",
    message: expect.stringContaining("from a backup"),
  });
  expect(readFileSync(file)).toEqual(left);
});

test("What is no store is refused: a journal, a text, another program's database", async () => {
  const folder = newFolder();
  const file = join(folder, "ledger.sqlite");
  const clock = steadyClock("test");
  const newId = idsFrom(seeded(1), clock.wall);
  const { journal } = openSqliteJournal({ file, shape, newId, wall: clock.wall });
  await journal.close();
  await expect(open(file)).rejects.toMatchObject({ code: "corrupt", message: expect.stringContaining("is no store") });
  const text = join(folder, "text");
  writeFileSync(
    text,
    "a text that is longer than a hundred bytes, so that SQLite does not take it for nothing at all …\n".repeat(9),
  );
  await expect(open(text)).rejects.toMatchObject({ code: "corrupt" });
});

test("A store whose folder is not there says so", async () => {
  const file = join(newFolder(), "nowhere", "fleet.sqlite");
  await expect(open(file)).rejects.toMatchObject({ code: "unwritable", message: expect.stringContaining("create it") });
});

test("A commit that was answered is there after the process is killed", async () => {
  const folder = newFolder();
  const file = join(folder, "fleet.sqlite");
  const store = await open(file);
  await put(store, "one");
  const copy = join(folder, "left.sqlite");
  for (const end of ["", "-wal"]) if (existsSync(file + end)) copyFileSync(file + end, copy + end);
  expect(await cursors(await open(copy))).toEqual([{ name: "one", until_ms: 1 }]);
});

test("A transaction that never ends is undone, and the others go on", async () => {
  const clock = new VirtualClock();
  const store = await open(join(newFolder(), "fleet.sqlite"), clock);
  const never = store.transaction().execute(async (whole) => {
    await whole.insertInto("sales_cursors").values({ name: "never", until_ms: 1 }).execute();
    await new Promise<void>((resolve) => clock.after(9_000, resolve));
    await whole.insertInto("sales_cursors").values({ name: "late", until_ms: 1 }).execute();
  });
  const refused = expect(never).rejects.toMatchObject({ code: "busy" });
  const other = put(store, "other");
  await clock.advance(9_000);
  await other;
  await refused;
  expect(await cursors(store)).toEqual([{ name: "other", until_ms: 1 }]);
});

test("Two processes write the same store by turns", async () => {
  const file = join(newFolder(), "fleet.sqlite");
  const [one, other] = [await open(file), await open(file)];
  await Promise.all([put(one, "a"), put(other, "b"), put(one, "c"), put(other, "d")]);
  expect((await cursors(one)).map(({ name }) => name).sort()).toEqual(["a", "b", "c", "d"]);
});
