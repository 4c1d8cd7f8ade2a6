import { expect, test } from "vitest";
import type { Migration } from "../../../backend/store/migrations.ts";
import { type Query, sql } from "../../../backend/store/query.ts";
import type { Store } from "../../../backend/store/store.ts";
import { MIGRATIONS } from "../../../backend/store/tables.ts";
import { isTaken } from "../../../backend/store/taken.ts";
import { storeSuites } from "../../support/stores.ts";
import { settle } from "../../support/virtual-clock.ts";

type Boxes = {
  readonly boxes: {
    readonly id: string;
    readonly made_ms: number;
    readonly is_open: number;
    readonly weight: number | null;
    readonly marks: string;
  };
};

const makeBoxes: Migration = {
  name: "boxes-1",
  up: async (store) => {
    await sql`CREATE TABLE boxes (id text PRIMARY KEY, made_ms bigint NOT NULL, is_open smallint NOT NULL,
      weight double precision, marks text NOT NULL)`.execute(store);
  },
};

const boxesIn = (store: Store): Query<Boxes> => store as unknown as Query<Boxes>;
const box = { id: "a", made_ms: 1_790_000_000_123, is_open: 1, weight: 0.1, marks: JSON.stringify(["é", "<b>"]) };

storeSuites("A store", (_, freshPlace) => {
  const open = async (migrations: readonly Migration[] = [makeBoxes]) => {
    const place = await freshPlace();
    return { place, boxes: boxesIn(await place.open({ migrations })) };
  };

  test("gives back numbers, yes and no, text and nothing as they were put in", async () => {
    const { boxes } = await open();
    const closed = { ...box, id: "b", is_open: 0, weight: null };
    await boxes.insertInto("boxes").values([box, closed]).execute();
    expect(await boxes.selectFrom("boxes").selectAll().orderBy("id").execute()).toEqual([box, closed]);
  });

  test("counts and adds up in numbers", async () => {
    const { boxes } = await open();
    await boxes
      .insertInto("boxes")
      .values([box, { ...box, id: "b" }])
      .execute();
    const sums = await boxes
      .selectFrom("boxes")
      .select(({ fn }) => [fn.countAll<number>().as("count"), fn.sum<number>("made_ms").as("sum")])
      .executeTakeFirst();
    expect(sums).toEqual({ count: 2, sum: 2 * box.made_ms });
  });

  test("divides whole numbers into whole numbers", async () => {
    const { boxes } = await open();
    await boxes.insertInto("boxes").values(box).execute();
    const divided = await boxes.selectFrom("boxes").select(sql<number>`made_ms / ${1_000}`.as("seconds")).execute();
    expect(divided).toEqual([{ seconds: 1_790_000_000 }]);
  });

  test("tells how many rows were changed", async () => {
    const { boxes } = await open();
    await boxes.insertInto("boxes").values(box).execute();
    const change = boxes.updateTable("boxes").set({ is_open: 0 }).where("is_open", "=", 1);
    expect((await change.executeTakeFirst()).numUpdatedRows).toBe(1n);
    expect((await change.executeTakeFirst()).numUpdatedRows).toBe(0n);
  });

  test("keeps what is in it when it is opened again, and carries out no migration twice", async () => {
    const { place, boxes } = await open();
    await boxes.insertInto("boxes").values(box).execute();
    await boxes.destroy();
    const again = boxesIn(await place.open({ migrations: [makeBoxes] }));
    expect(await again.selectFrom("boxes").selectAll().execute()).toEqual([box]);
  });

  test("brings the tables forward once when several processes open it at the same moment", async () => {
    const place = await freshPlace();
    const opened = await Promise.all([1, 2, 3].map(() => place.open({ migrations: [makeBoxes] })));
    await boxesIn(opened[0] as Store)
      .insertInto("boxes")
      .values(box)
      .execute();
    for (const store of opened) expect(await boxesIn(store).selectFrom("boxes").selectAll().execute()).toEqual([box]);
  });

  test("is opened by an earlier program, with what a later one has added left as it is", async () => {
    const later: Migration = {
      name: "boxes-2",
      up: async (store) => {
        await sql`ALTER TABLE boxes ADD COLUMN colour text`.execute(store);
      },
    };
    const { place, boxes } = await open([makeBoxes, later]);
    const earlier = boxesIn(await place.open({ migrations: [makeBoxes] }));
    await earlier.insertInto("boxes").values(box).execute();
    expect(await boxes.selectFrom("boxes").selectAll().execute()).toEqual([{ ...box, colour: null }]);
  });

  test("stays as it was when a migration fails", async () => {
    const place = await freshPlace();
    const bad: Migration = { name: "bad-1", up: () => Promise.reject(new Error("not today")) };
    await expect(place.open({ migrations: [makeBoxes, bad] })).rejects.toThrow("not today");
    const { boxes } = { boxes: boxesIn(await place.open({ migrations: [makeBoxes] })) };
    expect(await boxes.selectFrom("boxes").selectAll().execute()).toEqual([]);
  });

  test("undoes a transaction that fails, and says when a key is taken", async () => {
    const { boxes } = await open();
    const twice = boxes.transaction().execute(async (whole) => {
      await whole.insertInto("boxes").values(box).execute();
      await whole.insertInto("boxes").values(box).execute();
    });
    expect(await twice.catch(isTaken)).toBe(true);
    expect(isTaken(new Error("another"))).toBe(false);
    expect(await boxes.selectFrom("boxes").selectAll().execute()).toEqual([]);
  });

  test("does not mix the transactions of several", async () => {
    const { boxes } = await open();
    await boxes
      .insertInto("boxes")
      .values({ ...box, made_ms: 0 })
      .execute();
    const raise = () =>
      boxes.transaction().execute(async (whole) => {
        await whole
          .updateTable("boxes")
          .set(({ eb }) => ({ made_ms: eb("made_ms", "+", 1) }))
          .execute();
        await settle(2);
      });
    await Promise.all(Array.from({ length: 20 }, raise));
    expect(await boxes.selectFrom("boxes").select("made_ms").executeTakeFirst()).toEqual({ made_ms: 20 });
  });

  test("holds every area's tables", async () => {
    const store = await (await freshPlace()).open();
    const rows = await sql<{ name: string }>`SELECT name FROM fleet_migrations`.execute(store);
    expect(rows.rows.map(({ name }) => name).sort()).toEqual(MIGRATIONS.map(({ name }) => name).sort());
  });
});

test("no two migrations have one name", () => {
  const names = MIGRATIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
