import { expect, onTestFinished, test } from "vitest";
import { type Deed, standsRoutes } from "../../../backend/stands/desk.ts";
import { steadyClock } from "../../../host/clock.ts";
import { serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import { freshStore } from "../../support/stores.ts";
import { GATE, LOBBY, openOffice, recordOf } from "./rig.ts";

/* What staff types about stands, as it comes to the backend: who may what is the operator's door, in front of this. */

async function openDesk() {
  const office = openOffice(await freshStore(), [recordOf(GATE, { isConfigured: true })]);
  const deeds: Deed[] = [];
  const status = async () => ({ current: "k", version: 0, stands: 0, trusting: 0, missing: [] });
  const record = async (deed: Deed): Promise<void> => void deeds.push(deed);
  const { roster, registry } = office;
  const routes = standsRoutes({ roster, registry, signing: { status }, log: silentLog, record });
  const server = await serve({ routes, port: 0, clock: steadyClock("desk"), log: silentLog });
  onTestFinished(() => server.close());
  const asks = async (method: "GET" | "POST", path: string, body?: object) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(server.url + path, { method, headers: { "content-type": "application/json" }, ...sent });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { office, deeds, asks };
}

test("who said what of a stand is written down, what was refused too, and a code is in no such line", async () => {
  const { deeds, asks } = await openDesk();
  const added = await asks("POST", "/stands", { by: "ani", id: LOBBY, name: "Kopi Lobi" });
  expect(added).toMatchObject({ status: 200, body: { stand: LOBBY, code: expect.stringMatching(/^\w{4}-/) } });
  const invited = await asks("POST", `/stands/${LOBBY}/invite`, { by: "ani" });
  expect(invited).toMatchObject({ status: 200, body: { stand: LOBBY, code: expect.stringMatching(/^\w{4}-/) } });
  const changed = await asks("POST", `/stands/${LOBBY}/change`, { by: "budi", site: "Gedung A" });
  expect(changed).toEqual({ status: 200, body: { stand: LOBBY } });
  const revoked = await asks("POST", `/stands/${LOBBY}/revoke`, { by: "budi", why: "stolen" });
  expect(revoked).toEqual({ status: 200, body: { stand: LOBBY, state: "revoked" } });
  expect((await asks("POST", "/stands", { by: "ani", id: LOBBY })).status).toBe(409);
  expect((await asks("POST", `/stands/${GATE}/revoke`, { by: "ani", why: "stolen" })).status).toBe(409);
  expect((await asks("POST", "/stands/nobody/invite", { by: "ani" })).status).toBe(404);
  expect((await asks("POST", "/stands", { by: "ani", id: "toko-1", merchant: "toko" })).status).toBe(422);
  expect(deeds).toMatchObject([
    { what: "stand.add", by: "ani", stand: LOBBY, details: { name: "Kopi Lobi" } },
    { what: "stand.invite", by: "ani", stand: LOBBY },
    { what: "stand.change", by: "budi", stand: LOBBY, details: { site: "Gedung A" } },
    { what: "stand.revoke", by: "budi", stand: LOBBY, details: { why: "stolen" } },
    { what: "stand.add", stand: LOBBY, because: expect.stringContaining("is there already") },
    { what: "stand.revoke", stand: GATE, because: expect.stringContaining("configuration") },
    { what: "stand.invite", stand: "nobody", because: expect.stringContaining("there is no stand") },
    { what: "stand.add", stand: "toko-1", because: expect.stringContaining("no merchant") },
  ]);
  expect(deeds.slice(0, 4).filter(({ because }) => because !== undefined)).toEqual([]);
  for (const { body } of [added, invited]) expect(JSON.stringify(deeds)).not.toContain(String(body["code"]));
});

test.each<[string, string, object]>([
  ["a revocation without a reason", `/stands/${LOBBY}/revoke`, { by: "ani" }],
  ["a reason that is none", `/stands/${LOBBY}/revoke`, { by: "ani", why: "  " }],
  ["nobody who says it", `/stands/${LOBBY}/invite`, {}],
  ["a name that is no line", `/stands/${LOBBY}/change`, { by: "ani", name: "Kopi\nLobi" }],
  ["a name that turns what stands behind it", `/stands/${LOBBY}/change`, { by: "ani", name: "\u202eipoK" }],
  ["a name that is too long", `/stands/${LOBBY}/change`, { by: "ani", name: "x".repeat(41) }],
  ["more than it knows", `/stands/${LOBBY}/change`, { by: "ani", state: "active" }],
  ["a stand whose id is none", "/stands/LOBBY..1/invite", { by: "ani" }],
  ["a new stand whose id is none", "/stands", { by: "ani", id: "#" }],
])("%s is refused, moves nothing and is nobody's deed", async (_, path, body) => {
  const { office, deeds, asks } = await openDesk();
  await office.registry.add(LOBBY, {});
  const all = async () => ({
    stands: await office.store.selectFrom("stands").selectAll().execute(),
    codes: await office.store.selectFrom("stand_codes").selectAll().execute(),
  });
  const before = await all();
  expect((await asks("POST", path, body)).status).toBe(400);
  expect([await all(), deeds]).toEqual([before, []]);
});

test("stands are told in order, with what is known of each, and no key", async () => {
  const { office, asks } = await openDesk();
  for (const id of ["zoo-1", LOBBY]) await office.registry.add(id as typeof LOBBY, { site: "Gedung A" });
  const { body } = await asks("GET", "/stands");
  expect(body["stands"]).toMatchObject([
    { id: GATE, isConfigured: true, state: "active" },
    { id: LOBBY, isConfigured: false, state: "invited", site: "Gedung A", merchant: "kopi" },
    { id: "zoo-1" },
  ]);
  expect(await asks("GET", `/stands/${LOBBY}`)).toMatchObject({ status: 200, body: { id: LOBBY, keys: 0 } });
  expect((await asks("GET", "/stands/nobody")).status).toBe(404);
});
