import { expect, test } from "vitest";
import {
  behind,
  concerns,
  desiredOf,
  heardUsing,
  historyOf,
  rollBack,
  saveSettings,
  usingOf,
  versionOf,
} from "../../../backend/settings/book.ts";
import type { StandId } from "../../../protocol/ids.ts";
import type { UsingBody } from "../../../protocol/statements.ts";
import { storeSuites } from "../../support/stores.ts";
import { menuOf } from "./menus.ts";

const LOBBY = "lobby-1" as StandId;
const GATE = "gate-1" as StandId;
const by = (atMs: number) => ({ by: "sari", why: "new prices", atMs });
const using = (version: number, more: Partial<UsingBody["settings"]> = {}): UsingBody => ({
  type: "using",
  software: "0.1.0",
  settings: { version, ...more },
  keys: { version: 2 },
});

storeSuites("the book of settings", (freshStore, freshPlace) => {
  test("versions rise for each stand by itself, and the newest is desired", async () => {
    const store = await freshStore();
    await saveSettings(store, [LOBBY], { settings: menuOf(1), ...by(1) });
    const saved = await saveSettings(store, [LOBBY, GATE, LOBBY], { settings: menuOf(2), ...by(2) });
    expect(saved).toEqual({ is: "saved", versions: new Map([[LOBBY, 2], [GATE, 1]]) }); // biome-ignore format: a table
    expect(await desiredOf(store, LOBBY)).toEqual({ version: 2, settings: menuOf(2), by: "sari", why: "new prices", atMs: 2 }); // biome-ignore format: one row
    expect((await historyOf(store, LOBBY)).map(({ version }) => version)).toEqual([2, 1]);
  });

  test("what is not good is saved for nobody", async () => {
    const store = await freshStore();
    const saved = await saveSettings(store, [LOBBY], { settings: { products: [] }, ...by(1) });
    expect(saved.is).toBe("bad");
    expect(await desiredOf(store, LOBBY)).toBeUndefined();
  });

  test("an earlier version comes back as the newest, and stays what it was", async () => {
    const store = await freshStore();
    for (const products of [1, 2]) await saveSettings(store, [LOBBY], { settings: menuOf(products), ...by(products) });
    expect(await rollBack(store, LOBBY, 1, by(3))).toEqual({ is: "saved", versions: new Map([[LOBBY, 3]]) });
    expect((await desiredOf(store, LOBBY))?.settings).toEqual(menuOf(1));
    expect((await versionOf(store, LOBBY, 1))?.atMs).toBe(1);
    expect(await rollBack(store, LOBBY, 9, by(4))).toBeUndefined();
  });

  test("backends that save at the same moment all save, each its own version", async () => {
    const place = await freshPlace();
    const stores = [await place.open(), await place.open()];
    const saving = Array.from({ length: 6 }, (_, nth) =>
      saveSettings(stores[nth % 2] ?? (stores[0] as never), [LOBBY], { settings: menuOf(nth + 1), ...by(nth) }),
    );
    const versions = (await Promise.all(saving)).map((saved) => saved.is === "saved" && saved.versions.get(LOBBY));
    expect(versions.sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("the last that a stand said of what it uses is kept, and a refusal goes with the next word", async () => {
    const store = await freshStore();
    const before = using(1, { refused: { version: 2, because: "no line slot-9" } });
    await heardUsing(store, [{ stand: LOBBY, body: { ...before, software: "0.0.9", keys: { version: 1 } }, atMs: 10 }]);
    expect(await usingOf(store, LOBBY)).toMatchObject({
      version: 1,
      keysVersion: 1,
      refused: { version: 2, because: "no line slot-9" },
    });
    await heardUsing(store, [{ stand: LOBBY, body: { ...using(3), certificateEndsInMs: 500 }, atMs: 20 }]);
    const now = { version: 3, software: "0.1.0", keysVersion: 2, certificateEndsMs: 520, atMs: 20 };
    expect(await usingOf(store, LOBBY)).toEqual(now);
    await heardUsing(store, []);
    expect(await usingOf(store, LOBBY)).toEqual(now);
  });

  test("what is saved after a restored backup is newer than what the stand has", async () => {
    const store = await freshStore();
    await heardUsing(store, [
      { stand: LOBBY, body: using(7, { refused: { version: 9, because: "no button b9" } }), atMs: 10 },
    ]);
    const saved = await saveSettings(store, [LOBBY], { settings: menuOf(), ...by(1) });
    expect(saved).toMatchObject({ versions: new Map([[LOBBY, 10]]) });
  });

  test("the database finds who is behind, and nobody else", async () => {
    const store = await freshStore();
    const stands = ["never-said", "older", "same", "refused", "refused-before", "ahead", "old-keys"] as StandId[];
    await heardUsing(store, [{ stand: "ahead" as StandId, body: using(9), atMs: 1 }]);
    for (const atMs of [1, 2]) await saveSettings(store, stands.slice(0, 5), { settings: menuOf(), ...by(atMs) });
    await store
      .insertInto("settings")
      .values({ stand: "ahead" as StandId, version: 3, json: "{}", saved_by: "", why: "", at_ms: 1 })
      .execute();
    const said = { older: using(1), same: using(2), "old-keys": { ...using(0), keys: { version: 1 } } };
    for (const [stand, body] of Object.entries(said))
      await heardUsing(store, [{ stand: stand as StandId, body: body, atMs: 1 }]);
    await heardUsing(store, [
      { stand: "refused" as StandId, body: using(1, { refused: { version: 2, because: "no line" } }), atMs: 1 },
    ]);
    await heardUsing(store, [
      { stand: "refused-before" as StandId, body: using(0, { refused: { version: 1, because: "no line" } }), atMs: 1 },
    ]);
    expect([...(await behind(store, 2))].sort()).toEqual(["never-said", "old-keys", "older", "refused-before"]);
    expect([...(await behind(store, 1))].sort()).toEqual(["never-said", "older", "refused-before"]);
  });

  test("what people may have to know is found: refusals, and certificates that end before a day", async () => {
    const store = await freshStore();
    await saveSettings(store, [LOBBY], { settings: menuOf(), ...by(1) });
    await heardUsing(store, [
      { stand: LOBBY, body: using(0, { refused: { version: 1, because: "no line slot-1" } }), atMs: 10 },
    ]);
    await heardUsing(store, [{ stand: GATE, body: { ...using(0), certificateEndsInMs: 500 }, atMs: 20 }]);
    await heardUsing(store, [
      { stand: "well-1" as StandId, body: { ...using(0), certificateEndsInMs: 900 }, atMs: 20 },
    ]);
    const found = await concerns(store, 600);
    expect([...found.keys()].sort()).toEqual([GATE, LOBBY]);
    expect(found.get(LOBBY)).toMatchObject({
      desired: 1,
      using: { refused: { version: 1, because: "no line slot-1" } },
    });
    expect(found.get(GATE)).toMatchObject({ desired: undefined, using: { certificateEndsMs: 520 } });
  });

  test("the oldest of very many versions are deleted, and none of another stand's", async () => {
    const store = await freshStore();
    await saveSettings(store, [GATE], { settings: menuOf(), ...by(1) });
    for (let nth = 0; nth < 205; nth += 1) await saveSettings(store, [LOBBY], { settings: menuOf(), ...by(nth) });
    const versions = (await historyOf(store, LOBBY, 1_000)).map(({ version }) => version);
    expect(versions).toHaveLength(200);
    expect(versions.at(-1)).toBe(6);
    expect((await desiredOf(store, GATE))?.version).toBe(1);
  });
});
