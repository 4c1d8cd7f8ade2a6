import { expect, onTestFinished, test } from "vitest";
import { type SettingsDeed, settingsRoutes } from "../../../backend/settings/routes.ts";
import { RosterInMemory } from "../../../backend/stands/roster.ts";
import { steadyClock } from "../../../host/clock.ts";
import { serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { commonTerms } from "../../support/common-terms.ts";
import { freshStore } from "../../support/stores.ts";
import { recordOf } from "../stands/rig.ts";
import { menuOf } from "./menus.ts";

/* What staff types about a stand's settings, as it comes to the backend. */

const LOBBY = "lobby-1" as StandId;

async function openDesk() {
  const store = await freshStore();
  const deeds: SettingsDeed[] = [];
  const looked: StandId[] = [];
  const routes = settingsRoutes({
    store,
    roster: new RosterInMemory(commonTerms, [recordOf(LOBBY)]),
    pusher: { look: (stands) => void looked.push(...stands) },
    nowMs: () => 7,
    record: async (deed) => void deeds.push(deed),
  });
  const server = await serve({ routes, port: 0, clock: steadyClock("desk"), log: silentLog });
  onTestFinished(() => server.close());
  const asks = async (method: "GET" | "POST", path: string, body?: object) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(server.url + path, { method, ...sent });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { store, deeds, looked, asks };
}

test("what was saved, put back or refused is written down with who and why, and the stand is told only of what was saved", async () => {
  const { deeds, looked, asks } = await openDesk();
  const at = `/stands/${LOBBY}/settings`;
  const who = { by: "ani", why: "new prices" };
  expect(await asks("POST", at, { ...who, settings: menuOf(1) })).toMatchObject({ status: 202, body: { version: 1 } });
  expect(await asks("POST", at, { ...who, settings: menuOf(2) })).toMatchObject({ status: 202, body: { version: 2 } });
  expect(await asks("POST", at, { ...who, version: 1 })).toMatchObject({ status: 202, body: { version: 3 } });
  expect((await asks("POST", at, { ...who, version: 9 })).status).toBe(404);
  expect((await asks("POST", at, { ...who, settings: { products: [] } })).status).toBe(422);
  expect(deeds).toMatchObject([
    { by: "ani", stand: LOBBY, details: { why: "new prices", version: 1 } },
    { details: { version: 2 } },
    { details: { back: 1, version: 3 } },
    { details: { back: 9 }, because: "no such version" },
    { because: "not usable" },
  ]);
  expect(looked).toEqual([LOBBY, LOBBY, LOBBY]);
  expect(await asks("GET", `${at}/versions/2`)).toMatchObject({ body: { settings: menuOf(2), by: "ani", atMs: 7 } });
});

test("nothing is said of a stand that is not there, and by nobody, or for no reason, nothing is saved", async () => {
  const { store, deeds, asks } = await openDesk();
  const settings = menuOf(1);
  expect((await asks("POST", "/stands/nobody/settings", { by: "ani", why: "x", settings })).status).toBe(404);
  expect((await asks("POST", "/stands/NO/settings", { by: "ani", why: "x", settings })).status).toBe(400);
  for (const body of [
    { why: "x", settings },
    { by: "ani", settings },
    { by: "ani", why: " ", settings },
  ])
    expect((await asks("POST", `/stands/${LOBBY}/settings`, body)).status).toBe(400);
  expect([deeds, await store.selectFrom("settings").selectAll().execute()]).toEqual([[], []]);
});
