import { expect, onTestFinished, test } from "vitest";
import { heardUsing, saveSettings } from "../../../backend/settings/book.ts";
import { Pusher, type PusherParts } from "../../../backend/settings/pusher.ts";
import { silentLog } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import type { CareBody, UsingBody } from "../../../protocol/statements.ts";
import { freshStore } from "../../support/stores.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { menuOf } from "./menus.ts";

const LOBBY = "lobby-1" as StandId;
const saving = { settings: menuOf(), by: "sari", why: "new prices", atMs: 1 };
const using = (version: number, more: Partial<UsingBody["settings"]> = {}): UsingBody => ({
  type: "using",
  software: "0.1.0",
  settings: { version, ...more },
  keys: { version: 0 },
});

async function pushing(parts: Partial<PusherParts> = {}) {
  const clock = new VirtualClock();
  const store = await freshStore();
  const said: { readonly stand: StandId; readonly body: CareBody; readonly ms: number }[] = [];
  const pusher = new Pusher({
    store,
    clock,
    log: silentLog,
    say: async (stand, body) => said.push({ stand, body, ms: clock.now().ms }) > 0,
    isKnown: () => true,
    isOnline: () => true,
    leads: () => true,
    ...parts,
  });
  onTestFinished(() => pusher.stop());
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await settle(40);
  };
  return { store, pusher, said, pass, clock };
}

test("what was saved reaches the stand, every minute anew until the stand says that it uses it", async () => {
  const { store, pusher, said, pass } = await pushing();
  await saveSettings(store, [LOBBY], saving);
  pusher.look([LOBBY]);
  await pass(1_000);
  expect(said.map(({ body }) => body)).toEqual([{ type: "settings", version: 1, settings: menuOf() }]);
  await pass(61_000);
  expect(said).toHaveLength(2);
  await heardUsing(store, [{ stand: LOBBY, body: using(1), atMs: 5 }]);
  await pass(180_000);
  expect(said).toHaveLength(2);
});

test("a version that the stand refused is not pushed again, and the next one is", async () => {
  const { store, pusher, said, pass } = await pushing();
  await saveSettings(store, [LOBBY], saving);
  await heardUsing(store, [
    { stand: LOBBY, body: using(0, { refused: { version: 1, because: "no line slot-1" } }), atMs: 5 },
  ]);
  pusher.look([LOBBY]);
  await pass(180_000);
  expect(said).toEqual([]);
  await saveSettings(store, [LOBBY], saving);
  pusher.look([LOBBY]);
  await pass(1_000);
  expect(said.map(({ body }) => "version" in body && body.version)).toEqual([2]);
});

test("a stand that works by its settings and trusts an older set of keys is found when the backend goes round", async () => {
  const keys = [newKeyPair().publicJwk];
  const { store, said, pass } = await pushing({ desiredKeys: () => ({ version: 2, keys }) });
  await saveSettings(store, [LOBBY], saving);
  await heardUsing(store, [{ stand: LOBBY, body: using(1), atMs: 5 }]);
  await pass(61_000);
  expect(said.map(({ body }) => body)).toEqual([{ type: "keys", version: 2, keys }]);
});

test("nothing is told any more once it was stopped", async () => {
  const { store, pusher, said, pass, clock } = await pushing();
  await saveSettings(store, [LOBBY], saving);
  pusher.look([LOBBY]);
  pusher.stop();
  await pass(61_000);
  expect([said, clock.pending]).toEqual([[], 0]);
});

test("ten thousand stands that differ are told at the pace that was set", async () => {
  const { store, pusher, said, pass } = await pushing({ aSecond: 50, leads: () => false });
  const stands = Array.from({ length: 300 }, (_, nth) => `stand-${nth}` as StandId);
  await saveSettings(store, stands, saving);
  pusher.look(stands);
  await pass(4_000);
  expect(said.length).toBeGreaterThan(150);
  for (let from = 0; from < 4_000; from += 1_000)
    expect(said.filter(({ ms }) => ms > from && ms <= from + 1_000).length).toBeLessThanOrEqual(50);
  await pass(4_000);
  expect(new Set(said.map(({ stand }) => stand)).size).toBe(300);
});

test("only one backend goes round, and only for stands that are there", async () => {
  const away = await pushing({ isOnline: () => false });
  const follower = await pushing({ leads: () => false });
  for (const { store, said, pass } of [away, follower]) {
    await saveSettings(store, [LOBBY], saving);
    await pass(180_000);
    expect(said).toEqual([]);
  }
});

test("who is not in the roster is not looked at", async () => {
  const { pusher } = await pushing({ isKnown: () => false });
  pusher.look([LOBBY]);
  expect(pusher.waiting).toBe(0);
});

test("a stand that trusts an older set of keys is told the newer one, before its settings", async () => {
  const keys = [newKeyPair().publicJwk];
  const { store, pusher, said, pass } = await pushing({ desiredKeys: () => ({ version: 2, keys }) });
  await saveSettings(store, [LOBBY], saving);
  await heardUsing(store, [{ stand: LOBBY, body: using(0), atMs: 5 }]);
  await pass(62_000);
  expect(said.map(({ body }) => body.type)).toEqual(["keys", "settings"]);
  await heardUsing(store, [{ stand: LOBBY, body: { ...using(1), keys: { version: 2 } }, atMs: 6 }]);
  pusher.look([LOBBY]);
  await pass(120_000);
  expect(said).toHaveLength(2);
});
