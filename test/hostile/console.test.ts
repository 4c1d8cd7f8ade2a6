import { request } from "node:http";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Role } from "../../backend/console/api/words.ts";
import { sql } from "../../backend/store/query.ts";
import { ABSENT, type Browser, type Got } from "../backend/console/browser.ts";
import { ORDER, type PaperDesks, paperDesks, STAND } from "../backend/console/paper-desks.ts";
import { type ConsoleRig, openConsoleRig, PASSWORD } from "../backend/console/rig.ts";
import { blurt } from "./asking.ts";

/* People who want into the console, or to do there what is not theirs to do. Each is refused, written down, and nothing moves. */

type Case = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly path: string;
  readonly body?: unknown;
  readonly least: Role;
};

const SETTINGS = { settings: { products: [] } };
const cases: readonly Case[] = [
  { method: "GET", path: "/api/me", least: "viewer" },
  { method: "GET", path: "/api/overview", least: "viewer" },
  { method: "GET", path: "/api/stands", least: "viewer" },
  { method: "GET", path: `/api/stands/${STAND}`, least: "viewer" },
  { method: "GET", path: `/api/stands/${STAND}/health`, least: "viewer" },
  { method: "GET", path: `/api/stands/${STAND}/screen`, least: "viewer" },
  { method: "GET", path: "/api/versions", least: "viewer" },
  { method: "GET", path: "/api/owed", least: "viewer" },
  { method: "GET", path: "/api/orders", least: "viewer" },
  { method: "GET", path: `/api/orders/${ORDER}`, least: "viewer" },
  { method: "GET", path: "/api/sales", least: "viewer" },
  { method: "GET", path: "/api/report/2026-01-01", least: "viewer" },
  { method: "GET", path: "/api/report/2026-01-01.csv", least: "viewer" },
  { method: "GET", path: "/api/alarms", least: "viewer" },
  { method: "GET", path: "/api/orders.csv", least: "staff" },
  { method: "POST", path: `/api/orders/${ORDER}/refund`, body: { why: "x" }, least: "staff" },
  { method: "POST", path: `/api/orders/${ORDER}/release`, body: { why: "x" }, least: "staff" },
  { method: "POST", path: `/api/orders/${ORDER}/remedy`, body: { why: "x", how: "refunded" }, least: "staff" },
  { method: "POST", path: "/api/alarms/a1/acknowledge", body: {}, least: "staff" },
  { method: "POST", path: "/api/stands", body: { id: "lobby-2", name: "Lobi 2" }, least: "admin" },
  { method: "POST", path: `/api/stands/${STAND}/invite`, body: {}, least: "admin" },
  { method: "POST", path: `/api/stands/${STAND}/revoke`, body: { why: "x" }, least: "admin" },
  { method: "PATCH", path: `/api/stands/${STAND}`, body: { name: "Lobi" }, least: "admin" },
  { method: "PUT", path: `/api/stands/${STAND}/settings`, body: SETTINGS, least: "admin" },
  { method: "POST", path: "/api/settings", body: { stands: [STAND], ...SETTINGS }, least: "admin" },
  { method: "GET", path: "/api/accounts", least: "admin" },
  { method: "POST", path: "/api/accounts", body: { name: "cici", role: "viewer" }, least: "admin" },
  { method: "PATCH", path: "/api/accounts/budi", body: { role: "admin" }, least: "admin" },
  { method: "GET", path: "/api/audit", least: "admin" },
];
const changes = cases.filter(({ method }) => method !== "GET");

type World = { readonly rig: ConsoleRig; readonly desks: PaperDesks };

async function openWorld(): Promise<World> {
  const desks = paperDesks();
  return { rig: await openConsoleRig({ desks }), desks };
}

/** Nobody was moved, and somebody wrote down who tried. */
async function nothingMoved({ rig, desks }: World, what: RegExp, because: string | RegExp): Promise<void> {
  expect(desks.moved).toEqual([]);
  const entries = await rig.entries();
  const found = entries.filter((entry) => entry.result === "refused" && what.test(entry.what));
  expect(found.at(-1)?.because).toEqual(expect.stringMatching(because));
  expect(await rig.verdict()).toMatchObject({ is: "whole" });
}

const ask = (browser: Browser, { method, path, body }: Case, headers = {}): Promise<Got> =>
  browser.ask(method, path, method === "GET" ? undefined : body, headers);

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

test("a stolen cookie is good for nothing after its owner has signed out", async () => {
  const world = await openWorld();
  const ani = await world.rig.signedIn("ani", "staff");
  const thief = ani.copy();
  expect(await thief.get("/api/me")).toMatchObject({ status: 200 });
  expect(await ani.post("/api/logout")).toMatchObject({ status: 204 });
  expect(await thief.get("/api/me")).toMatchObject({ status: 401 });
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

test.each([
  ["no JSON", "{", 400],
  ["nothing that is text", Buffer.from([0xff, 0xfe, 0x22]).toString("latin1"), 400],
  ["a list", "[]", 422],
  ["null", "null", 422],
  ["too deep", `${'{"why":'.repeat(5_000)}1${"}".repeat(5_000)}`, 400],
  ["too long", JSON.stringify({ why: "x".repeat(300_000) }), 413],
  ["a reason that is too long", JSON.stringify({ why: "x".repeat(501) }), 422],
  ["no reason", JSON.stringify({}), 422],
  ["an empty reason", JSON.stringify({ why: "  " }), 422],
  ["a reason of several lines", JSON.stringify({ why: "a\r\nset-cookie: session=1" }), 422],
  ["a reason that turns the text round", JSON.stringify({ why: "a\u202eb" }), 422],
  ["who somebody else is", JSON.stringify({ why: "x", by: "root" }), 422],
  ["an amount below nothing", JSON.stringify({ why: "x", amount: -1 }), 422],
  ["an amount in pieces", JSON.stringify({ why: "x", amount: 0.5 }), 422],
  ["an amount beyond all", JSON.stringify({ why: "x", amount: 1e300 }), 422],
  ["a prototype", '{"why":"x","__proto__":{"role":"admin"}}', 422],
])("a refund with %s moves nothing", async (_what, body, status) => {
  const world = await openWorld();
  const staff = await world.rig.signedIn("ani", "staff");
  const got = await staff.ask("POST", `/api/orders/${ORDER}/refund`, body);
  expect(got.status).toBe(status);
  expect(got.headers.get("content-type")).toContain("json");
  expect(got.text).not.toMatch(/node_modules|\.ts:\d/);
  if (status === 422)
    expect(got.body["issues"]).toContainEqual({ path: expect.any(String), message: expect.any(String) });
  if (status !== 413) await nothingMoved(world, /^order\.refund$/, /^(malformed|bad-fields)$/);
  expect(world.desks.moved).toEqual([]);
});

test.each([
  "limit=501",
  "limit=-1",
  "limit=1e3",
  "from=yesterday",
  "stand=../..",
  "after=x'%20OR%201=1",
  "nonsense=1",
  `q=${"x".repeat(300)}`,
])("a search for %s says what is wrong with it", async (query) => {
  const { rig } = await openWorld();
  const ani = await rig.signedIn("ani", "viewer");
  expect(await ani.get(`/api/orders?${query}`)).toMatchObject({ status: 422, body: { error: "bad-fields" } });
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

const SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

test("a script that somebody stored comes as data that no browser runs", async () => {
  const { rig, desks } = await openWorld();
  const admin = await rig.signedIn("root", "admin");
  desks.lines.name = SCRIPT;
  desks.lines.item = SCRIPT;
  await admin.post(`/api/orders/${ORDER}/refund`, { why: SCRIPT });
  await admin.ask("PATCH", `/api/stands/${STAND}`, { name: SCRIPT.slice(0, 40), site: SCRIPT });
  const paths = cases.filter(
    ({ method, path }) => method === "GET" && !path.includes("csv") && !path.includes("screen"),
  );
  for (const { path } of paths) {
    const { headers } = await admin.get(path);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("cache-control")).toBe("no-store");
  }
  expect(await admin.get("/api/owed")).toMatchObject({ body: { orders: [{ items: [{ name: SCRIPT }] }] } });
  const { text, headers } = await admin.get("/api/orders.csv");
  expect(text).toContain("script");
  expect(headers.get("content-type")).toMatch(/^text\/csv/);
  expect(headers.get("content-disposition")).toMatch(/^attachment/);
  expect((await rig.entries()).find(({ what }) => what === "order.refund")?.details).toEqual({ why: SCRIPT });
});

test("account names that are more than a name are refused", async () => {
  const { rig } = await openWorld();
  const admin = await rig.signedIn("root", "admin");
  for (const name of [
    SCRIPT,
    "Ani",
    "a",
    "../root",
    "root\u0000",
    "a b",
    "a\r\nb",
    "=cmd()",
    "-",
    "x".repeat(65),
    "",
  ]) {
    expect((await admin.post("/api/accounts", { name, role: "admin" })).status).toBe(422);
  }
  expect(await rig.accounts.list()).toHaveLength(1);
});

test("pages are told to run nothing but their own, and to be shown in no frame", async () => {
  const { rig } = await openWorld();
  const { headers, text } = await rig.stranger().get("/");
  const policy = headers.get("content-security-policy") ?? "";
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]) {
    expect(policy).toContain(part);
  }
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
});

test("no path leads out of the pages' folder", async () => {
  const { rig } = await openWorld();
  const paths = [
    "/page/../config.ts",
    "/page/..%2fconfig.ts",
    "/page/%2e%2e/config.ts",
    "/page/....//config.ts",
    "/page//etc/passwd",
    "/page/%00",
    "/page/..\\config.ts",
    "/page/__proto__",
    "/vendor/../../package.json",
    "/../../../../etc/passwd",
    "//etc/passwd",
  ];
  for (const path of paths) {
    const heard = await blurt(rig.url, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(heard, path).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(heard).not.toMatch(/root:|import |"name"/);
  }
});

test("what is in a path or a query splits no answer", async () => {
  const { rig } = await openWorld();
  const admin = await rig.signedIn("root", "admin");
  const nasty = "%0d%0aset-cookie:%20session=evil%0d%0a%0d%0a<html>";
  for (const path of [`/api/report/${nasty}`, `/api/stands/${nasty}`, `/api/orders?q=${nasty}`, `/${nasty}`]) {
    const { headers } = await admin.get(path);
    expect(headers.get("set-cookie")).toBeNull();
    expect(headers.get("content-type")).toContain("json");
  }
});

test("nonsense instead of HTTP, or of cookies, takes nothing down", async () => {
  const { rig } = await openWorld();
  const ani = await rig.signedIn("ani", "viewer");
  await blurt(rig.url, "GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n");
  for (const cookie of ["session", "session=", "=;;;=", `session=${"x".repeat(8_000)}`, "session=%00%0d%0a"]) {
    expect((await rig.stranger().get("/api/me", { cookie })).status).toBe(401);
  }
  expect((await ani.get("/api/me")).status).toBe(200);
});

const nastyName = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, "?"))),
  fc.constantFrom("..", "..%2f..", "%00", "%", "%zz", "%ff", "__proto__", "constructor", "A".repeat(600), ORDER, STAND),
);
const nastyBody = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.record({ why: fc.anything(), amount: fc.anything(), role: fc.anything() }).map((value) => JSON.stringify(value)),
  fc.constantFrom("", "{", "[]", "7", '{"__proto__":{"role":"admin"}}', '{"constructor":{"prototype":{}}}'),
);

test("nonsense on any route is refused clearly, moves nothing, and leaves no trace of the inside", async () => {
  const { rig, desks } = await openWorld();
  const viewer = await rig.signedIn("ani", "viewer");
  const asking = fc.record({
    route: fc.constantFrom(...rig.console.api.filter((route) => !/live|logout|login|password/.test(route))),
    name: nastyName,
    body: nastyBody,
  });
  const property = fc.asyncProperty(asking, async ({ route, name, body }) => {
    const [method = "", path = ""] = route.split(" ");
    const said = method === "GET" ? undefined : body;
    const { status, text, headers } = await viewer.ask(
      method,
      path.replace(/:\w+/, () => name),
      said,
    );
    expect([200, 303, 400, 403, 404, 405, 414, 422, 429]).toContain(status);
    expect(text).not.toMatch(/node_modules|\.ts:\d|SQLITE|select /i);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
  await fc.assert(property, { numRuns: 250 });
  expect(desks.moved).toEqual([]);
  expect(await viewer.get("/api/me")).toMatchObject({ status: 200 });
  expect(await rig.verdict()).toMatchObject({ is: "whole" });
});
