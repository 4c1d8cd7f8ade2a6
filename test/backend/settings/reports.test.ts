import { expect, onTestFinished, test } from "vitest";
import { usingOf } from "../../../backend/settings/book.ts";
import { Reports } from "../../../backend/settings/reports.ts";
import { silentLog } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import type { UsingBody } from "../../../protocol/statements.ts";
import { freshStore } from "../../support/stores.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";

const LOBBY = "lobby-1" as StandId;
const using = (version: number): UsingBody => ({
  type: "using",
  software: "0.1.0",
  settings: { version },
  keys: { version: 0 },
});

test("what very many stands say at once is written in few commits, and before the process ends", async () => {
  const [clock, store] = [new VirtualClock(), await freshStore()];
  const looked: StandId[] = [];
  const pusher = { look: (stands: Iterable<StandId>) => void looked.push(...stands) };
  const pictures = { heard: async () => undefined };
  const reports = new Reports({ store, clock, log: silentLog, pictures, pusher, nowMs: () => clock.wall() });
  for (let nth = 0; nth < 1_000; nth += 1) await reports.hear(`stand-${nth}` as StandId, using(nth));
  expect(await usingOf(store, "stand-999" as StandId)).toBeUndefined();
  await reports.stop();
  expect((await usingOf(store, "stand-999" as StandId))?.version).toBe(999);
  expect(looked).toHaveLength(1_000);
});

test("a store that fails holds up no link: what the stand uses is written when it can be, the last word", async () => {
  const [clock, store] = [new VirtualClock(), await freshStore()];
  const looked: StandId[] = [];
  const reports = new Reports({
    store,
    clock,
    log: silentLog,
    pictures: { heard: () => Promise.reject(new Error("no space")) },
    pusher: { look: (stands) => void looked.push(...stands) },
    nowMs: () => clock.wall(),
  });
  onTestFinished(() => reports.stop());
  await store.schema.alterTable("stands_using").renameTo("away").execute();
  await reports.hear(LOBBY, using(1));
  await clock.advance(500);
  await settle(20);
  await reports.hear(LOBBY, using(2));
  await reports.hear(LOBBY, { type: "seen", page: "welcome" });
  expect(looked).toEqual([]);
  await store.schema.alterTable("away").renameTo("stands_using").execute();
  await clock.advance(1_000);
  await settle(20);
  expect([(await usingOf(store, LOBBY))?.version, looked]).toEqual([2, [LOBBY]]);
});
