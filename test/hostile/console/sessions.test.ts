import { request } from "node:http";
import { expect, test } from "vitest";
import { ABSENT, type Got } from "../../backend/console/browser.ts";
import { ORDER } from "../../backend/console/paper-desks.ts";
import { PASSWORD } from "../../backend/console/rig.ts";
import { ask, changes, nothingMoved, openWorld } from "./world.ts";

/* People who want into the console as somebody else: from another page, with a stolen cookie, by guessing. Nothing moves. */

test.each([
  ["without its token", { "x-csrf-token": ABSENT }],
  ["with an empty token", { "x-csrf-token": "" }],
  ["with another session's token", { "x-csrf-token": "A".repeat(43) }],
  ["from another page", { origin: "https://evil.example" }],
  ["from another port of this machine", { origin: "http://127.0.0.1:1" }],
  ["from a page that hides where it is", { origin: "null" }],
  ["from another site, as the browser says", { "sec-fetch-site": "cross-site" }],
  ["from another host of the same site", { "sec-fetch-site": "same-site" }],
  ["typed into the address", { "sec-fetch-site": "none", origin: ABSENT }],
  ["without a word where it comes from", { origin: ABSENT, "sec-fetch-site": ABSENT }],
])("a call %s changes nothing", async (_how, headers) => {
  const world = await openWorld();
  const admin = await world.rig.signedIn("root", "admin");
  for (const each of changes) {
    expect(await ask(admin, each, headers)).toMatchObject({ status: 403, body: { error: "csrf" } });
  }
  expect(await admin.post("/api/logout", {}, headers)).toMatchObject({ status: 403 });
  expect(await admin.get("/api/me")).toMatchObject({ status: 200 });
  await nothingMoved(world, /^order\.refund$/, /^csrf$/);
});

test("the token of one session is none in another, though both are one account's", async () => {
  const { rig } = await openWorld();
  const one = await rig.signedIn("root", "admin");
  const other = rig.stranger();
  await other.signIn("root", PASSWORD);
  const said = { name: "cici", role: "viewer" };
  expect(await other.post("/api/accounts", said, { "x-csrf-token": one.csrf })).toMatchObject({ status: 403 });
  const nearly = `${other.csrf.slice(0, -1)}${other.csrf.endsWith("A") ? "E" : "A"}`;
  expect(await other.post("/api/accounts", said, { "x-csrf-token": nearly })).toMatchObject({ status: 403 });
  expect(await other.post("/api/accounts", said)).toMatchObject({ status: 201 });
});

test("a name of somebody else's that leads to this machine is no page of the console", async () => {
  const world = await openWorld();
  const { port } = new URL(world.rig.url);
  const host = `evil.example:${port}`;
  const status = await new Promise<number>((resolve, reject) => {
    const headers = { host, origin: `http://${host}`, "content-type": "application/json" };
    const asked = request({ host: "127.0.0.1", port, method: "POST", path: "/api/login", headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end(JSON.stringify({ name: "root", password: PASSWORD }));
  });
  expect(status).toBe(403);
  await nothingMoved(world, /^session\.login$/, /^csrf$/);
});

test("a form of another page cannot sign anybody in, whatever it pretends to send", async () => {
  const world = await openWorld();
  await world.rig.signedIn("root", "admin");
  const body = JSON.stringify({ name: "root", password: PASSWORD });
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ABSENT]) {
    const got = await world.rig.stranger().ask("POST", "/api/login", body, { "content-type": type });
    expect(got).toMatchObject({ status: 400, body: { error: "malformed" } });
  }
  await nothingMoved(world, /^session\.login$/, /^malformed$/);
});

test("a session that was put into the browser before is not the one that is signed in", async () => {
  const { rig } = await openWorld();
  const password = await rig.invited("ani", "staff");
  const known = "A".repeat(43);
  const victim = rig.stranger();
  victim.cookies.set("session", known);
  await victim.signIn("ani", password);
  expect(victim.cookies.get("session")).not.toBe(known);
  const thief = rig.stranger();
  thief.cookies.set("session", known);
  expect(await thief.get("/api/me")).toMatchObject({ status: 401 });
});

test("signing in again, or a new password, ends what was there before", async () => {
  const { rig } = await openWorld();
  const ani = await rig.signedIn("ani", "staff");
  const before = ani.copy();
  await ani.signIn("ani", PASSWORD);
  expect(await before.get("/api/me")).toMatchObject({ status: 401 });
  const second = rig.stranger();
  await second.signIn("ani", PASSWORD);
  const old = second.copy();
  await second.post("/api/me/password", { old: PASSWORD, new: "teh manis di lobi timur" });
  expect(await ani.get("/api/me")).toMatchObject({ status: 401 });
  expect(await old.get("/api/me")).toMatchObject({ status: 401 });
  expect(await second.get("/api/me")).toMatchObject({ status: 200 });
});

test("a stolen cookie is good for nothing after its owner has signed out, who signs nobody else out", async () => {
  const world = await openWorld();
  const ani = await world.rig.signedIn("ani", "staff");
  const budi = await world.rig.signedIn("budi", "viewer");
  const thief = ani.copy();
  expect(await thief.get("/api/me")).toMatchObject({ status: 200 });
  expect(await ani.post("/api/logout")).toMatchObject({ status: 204 });
  expect(await thief.get("/api/me")).toMatchObject({ status: 401 });
  expect(await budi.get("/api/me")).toMatchObject({ status: 200 });
  expect(await thief.post(`/api/orders/${ORDER}/refund`, { why: "x" })).toMatchObject({ status: 401 });
  await nothingMoved(world, /^order\.refund$/, /^signed-out$/);
  expect((await world.rig.entries()).filter(({ what }) => what === "GET /api/me")).toHaveLength(1);
});

test("two cookies of one name are none: one of them was put there by somebody else", async () => {
  const { rig } = await openWorld();
  const ani = await rig.signedIn("ani", "staff");
  const other = `session=${"A".repeat(43)}`;
  for (const cookie of [`${other}; ${ani.cookie}`, `${ani.cookie}; ${other}`, `${ani.cookie}; ${ani.cookie}`]) {
    expect(await rig.stranger().get("/api/me", { cookie })).toMatchObject({ status: 401 });
  }
  expect(await rig.stranger().get("/api/me", { cookie: `a=b; ${ani.cookie}; c=d` })).toMatchObject({ status: 200 });
});

test("guessing passwords is slowed down, and names that are not there are answered as those that are", async () => {
  const { rig } = await openWorld();
  await rig.signedIn("ani", "admin");
  const [known, unknown]: [Got[], Got[]] = [[], []];
  for (let nth = 0; nth < 8; nth += 1) {
    known.push(await rig.stranger().post("/api/login", { name: "ani", password: `guess ${nth} of many` }));
    unknown.push(await rig.stranger().post("/api/login", { name: "nobody", password: `guess ${nth} of many` }));
  }
  const statuses = known.map(({ status }) => status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  expect(unknown.map(({ status }) => status)).toEqual(statuses);
  expect(unknown[0]?.text).toBe(known[0]?.text);
  expect(known.at(-1)?.headers.get("retry-after")).toMatch(/^[1-9]/);
  // Not even with the right password, until the pause is over.
  expect(await rig.stranger().post("/api/login", { name: "ani", password: PASSWORD })).toMatchObject({ status: 429 });
  const entries = (await rig.entries()).filter(({ what, result }) => what === "session.login" && result === "refused");
  expect(entries.filter(({ about }) => about === "ani").length).toBeGreaterThanOrEqual(5);
  expect(JSON.stringify(entries)).not.toContain("nobody");
  expect(JSON.stringify(entries)).not.toContain("guess");
});

test("one's own old password cannot be guessed from a stolen session either", async () => {
  const { rig } = await openWorld();
  const thief = (await rig.signedIn("ani", "admin")).copy();
  const statuses: number[] = [];
  for (let nth = 0; nth < 7; nth += 1) {
    const said = { old: `guess ${nth} of many`, new: "teh manis di lobi timur" };
    statuses.push((await thief.post("/api/me/password", said)).status);
  }
  expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429]);
});

test("an account that was switched off, or a one-time password that is too old, lets nobody in", async () => {
  const { rig } = await openWorld();
  await rig.signedIn("root", "admin");
  const ani = await rig.signedIn("ani", "staff");
  await rig.accounts.change({ who: "terminal", source: "terminal" }, "ani", { isDisabled: true });
  expect(await ani.get("/api/me")).toMatchObject({ status: 401 });
  expect(await rig.stranger().post("/api/login", { name: "ani", password: PASSWORD })).toMatchObject({ status: 401 });
  const password = await rig.invited("budi", "staff");
  await rig.store.updateTable("accounts").set({ password_ends_ms: 1 }).where("name", "=", "budi").execute();
  expect(await rig.stranger().post("/api/login", { name: "budi", password })).toMatchObject({ status: 401 });
});

test("the address in front of a proxy that nobody named is not believed", async () => {
  const { rig } = await openWorld();
  await rig.signedIn("ani", "admin");
  const statuses: number[] = [];
  for (let nth = 0; nth < 7; nth += 1) {
    const said = { name: "ani", password: `guess ${nth} of many` };
    const got = await rig.stranger().post("/api/login", said, { "x-forwarded-for": `198.51.100.${nth}` });
    statuses.push(got.status);
  }
  expect(statuses.at(-1)).toBe(429);
});
