import { expect, test } from "vitest";
import type { Role } from "../../../backend/console/api/words.ts";
import { sql } from "../../../backend/store/query.ts";
import { ORDER, paperDesks, STAND } from "../../backend/console/paper-desks.ts";
import { openConsoleRig, PASSWORD } from "../../backend/console/rig.ts";
import { ask, cases, changes, nothingMoved, openWorld } from "./world.ts";

/* People who want to do at the console what is not theirs to do. Each is refused, written down, and nothing moves. */

test("every route of the API is in the table of roles", async () => {
  const { rig } = await openWorld();
  const others = ["POST /api/login", "POST /api/logout", "POST /api/me/password", "GET /api/live"];
  const known = cases.map(({ method, path }) => `${method} ${path}`);
  const patterns = [...known, ...others].map((each) => each.replaceAll(STAND, ":stand").replaceAll(ORDER, ":order"));
  const named = patterns.map((each) =>
    each
      .replace("/accounts/budi", "/accounts/:name")
      .replace("/a1/", "/:alarm/")
      .replace(/2026-01-01(\.csv)?/, ":day"),
  );
  expect([...new Set(named)].toSorted()).toEqual(rig.console.api.toSorted());
});

test("each role may what is its own on every route, and nothing more", async () => {
  const { rig, desks } = await openWorld();
  await rig.signedIn("root", "admin");
  await rig.invited("budi", "viewer");
  const roles: readonly Role[] = ["viewer", "staff", "admin"];
  for (const [rank, role] of roles.entries()) {
    const browser = await rig.signedIn(`as-${role}`, role);
    for (const each of cases) {
      const isAllowed = rank >= roles.indexOf(each.least);
      const before = desks.moved.length;
      const { status, body } = await ask(browser, each);
      const told = `${role}: ${each.method} ${each.path} ${status}`;
      if (isAllowed) expect([200, 201, 202, 409], told).toContain(status);
      else expect([status, body["error"]], told).toEqual([403, "role"]);
      if (!isAllowed) expect(desks.moved.length, told).toBe(before);
    }
  }
  const entries = await rig.entries();
  const refused = entries.filter(({ because }) => because === "role").map(({ who, what }) => `${who} ${what}`);
  expect(refused).toContain("as-viewer order.refund");
  expect(refused).toContain("as-staff account.change");
  expect(refused).toContain("as-viewer GET /api/accounts");
  expect(await rig.verdict()).toMatchObject({ is: "whole" });
});

test("what staff decides is done and written down under the account's name, with its reason", async () => {
  const { rig, desks } = await openWorld();
  const ani = await rig.signedIn("ani", "admin");
  const why = "the cup fell over";
  for (const what of ["refund", "release"]) await ani.post(`/api/orders/${ORDER}/${what}`, { why });
  await ani.post(`/api/orders/${ORDER}/remedy`, { why, how: "refunded" });
  await ani.post(`/api/stands/${STAND}/revoke`, { why });
  expect(desks.moved).toEqual([
    ...["refund", "release"].map((what) => `${what} ${ORDER} {"why":"${why}","by":"ani"}`),
    `remedy ${ORDER} {"why":"${why}","how":"refunded","by":"ani"}`,
    `revoke ${STAND} ani ${why}`,
  ]);
  const begun = (await rig.entries()).filter(({ result }) => result === "begun");
  expect(begun.map(({ what, who, details }) => [what, who, details["why"]])).toEqual(
    ["order.refund", "order.release", "order.remedy", "stand.revoke"].map((what) => [what, "ani", why]),
  );
});

test("whoever takes the table of orders home is written down, and settings for very many stands by how many", async () => {
  const { rig } = await openWorld();
  const ani = await rig.signedIn("ani", "admin");
  await ani.get("/api/orders.csv");
  await ani.post("/api/settings", { stands: Array.from({ length: 60 }, (_, nth) => `stand-${nth}`), settings: {} });
  const entries = (await rig.entries()).filter(({ result }) => result === "done");
  expect(entries.find(({ what }) => what === "orders.export")).toMatchObject({ who: "ani" });
  const { details } = entries.find(({ what }) => what === "stands.settings") ?? {};
  expect(details?.["stands"]).toMatchObject({ first: expect.any(Array), number: 60 });
});

test("a role that was lowered counts from the next call on, also in a session that goes on", async () => {
  const world = await openWorld();
  const admin = await world.rig.signedIn("root", "admin");
  const ani = await world.rig.signedIn("ani", "admin");
  await admin.ask("PATCH", "/api/accounts/ani", { role: "viewer" });
  for (const each of changes) expect((await ask(ani, each)).status).toBe(401);
  expect(world.desks.moved).toEqual([]);
  // As when another backend lowers it by hand in the store, and the session stays.
  const budi = await world.rig.signedIn("budi", "admin");
  await world.rig.store.updateTable("accounts").set({ role: "viewer" }).where("name", "=", "budi").execute();
  for (const each of changes) expect(await ask(budi, each)).toMatchObject({ status: 403, body: { error: "role" } });
  await nothingMoved(world, /^account\.change$/, /^role$/);
});

test("nobody who is not signed in is told or does anything", async () => {
  const world = await openWorld();
  const stranger = world.rig.stranger();
  for (const each of cases) {
    const { status, body, text } = await ask(stranger, each);
    expect([status, body["error"]]).toEqual([401, "signed-out"]);
    expect(text).not.toContain("Kopi");
  }
  expect((await stranger.get("/api/live")).status).toBe(401);
  await nothingMoved(world, /^order\.refund$/, /^signed-out$/);
});

test("GET changes nothing, whatever the path says", async () => {
  const world = await openWorld();
  const admin = await world.rig.signedIn("root", "admin");
  for (const { path } of changes) expect([404, 405, 200]).toContain((await admin.get(path)).status);
  for (const verb of ["HEAD", "OPTIONS", "DELETE"]) {
    for (const { path } of changes) expect([404, 405]).toContain((await admin.ask(verb, path)).status);
  }
  expect(world.desks.moved).toEqual([]);
  const accounts = await world.rig.accounts.list();
  expect(accounts.map(({ name }) => name)).toEqual(["root"]);
});

test("nothing is done that cannot be written down", async () => {
  const { rig, desks } = await openWorld();
  const admin = await rig.signedIn("root", "admin");
  await sql`DROP TABLE audit`.execute(rig.store);
  for (const each of changes) {
    const { status, text } = await ask(admin, each);
    expect(status).toBe(503);
    expect(text).not.toContain("audit");
  }
  expect(desks.moved).toEqual([]);
  expect((await rig.accounts.list()).map(({ name }) => name)).toEqual(["root"]);
});

test("what breaks on its way tells nothing of the inside, and is written down as what may have been done", async () => {
  const desks = paperDesks();
  const refund = (): Promise<never> => Promise.reject(new Error("the key is swordfish"));
  const rig = await openConsoleRig({ desks: { ...desks, cash: { ...desks.cash, refund } } });
  const ani = await rig.signedIn("ani", "staff");
  const got = await ani.post(`/api/orders/${ORDER}/refund`, { why: "x" });
  expect([got.status, got.text.includes("swordfish")]).toEqual([500, false]);
  expect((await rig.entries()).filter(({ what }) => what === "order.refund")).toMatchObject([
    { result: "begun" },
    { result: "unknown", who: "ani", about: ORDER, details: { why: "x" } },
  ]);
});

test("a store that does not answer is told as such, and nobody is let in meanwhile", async () => {
  const { rig, desks } = await openWorld();
  const admin = await rig.signedIn("root", "admin");
  await rig.store.destroy();
  for (const each of cases) expect((await ask(admin, each)).status).toBeGreaterThanOrEqual(500);
  expect((await rig.stranger().post("/api/login", { name: "root", password: PASSWORD })).status).toBeGreaterThanOrEqual(
    500,
  );
  expect(desks.moved).toEqual([]);
});
