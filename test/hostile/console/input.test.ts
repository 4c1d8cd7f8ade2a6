import fc from "fast-check";
import { expect, test } from "vitest";
import { ORDER, STAND } from "../../backend/console/paper-desks.ts";
import { blurt } from "../asking.ts";
import { cases, nothingMoved, openWorld } from "./world.ts";

/* What people may send to the console, or put into its books, that is no honest input. It is refused clearly, and runs nowhere. */

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
  ["an amount of nothing", JSON.stringify({ why: "x", amount: 0 }), 422],
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

test("nothing is decided without a reason, or with one that cannot be read", async () => {
  const { rig, desks } = await openWorld();
  const root = await rig.signedIn("root", "admin");
  const order = `/api/orders/${ORDER}`;
  for (const path of [`${order}/refund`, `${order}/release`, `${order}/remedy`, `/api/stands/${STAND}/revoke`]) {
    for (const why of [undefined, "", " ", "a\nb", 7]) {
      const body = { why, ...(path.endsWith("remedy") && { how: "settled-by-staff" }) };
      expect((await root.post(path, body)).status, path).toBe(422);
    }
  }
  expect(desks.moved).toEqual([]);
});

test("a day that the calendar does not have is none", async () => {
  const { rig } = await openWorld();
  const ani = await rig.signedIn("ani", "viewer");
  for (const day of ["2026-02-29", "2026-11-31", "2026-13-01", "2026-1-1", "2026-01-01.txt"])
    expect((await ani.get(`/api/report/${day}`)).status, day).toBe(404);
});

test("every answer says how browsers shall treat it", async () => {
  const { rig } = await openWorld();
  for (const path of ["/", "/api/me", "/nothing/here", "/page/main.js"]) {
    const { headers } = await rig.stranger().get(path);
    expect(Object.fromEntries(headers), path).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": expect.stringContaining("camera=()"),
      "x-robots-tag": "noindex, nofollow",
    });
  }
});

test("a name in a path that is longer than any is written down cut", async () => {
  const { rig } = await openWorld();
  const viewer = await rig.signedIn("ani", "viewer");
  await viewer.post(`/api/orders/${"x".repeat(500)}/refund`, { why: "x" });
  expect((await rig.entries()).at(-1)).toMatchObject({ result: "refused", about: "x".repeat(64) });
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
