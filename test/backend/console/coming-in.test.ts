import { expect, test } from "vitest";
import { cookieOf } from "../../../backend/console/sessions/cookies.ts";
import { utcClock } from "../../../host/clock.ts";
import { freshStore } from "../../support/stores.ts";
import { Browser } from "./browser.ts";
import { openConsoleRig, PASSWORD } from "./rig.ts";

test("a new account comes in with its one-time password, and does nothing before it has one of its own", async () => {
  const rig = await openConsoleRig();
  const password = await rig.invited("ani", "staff");
  const ani = rig.stranger();
  const { body } = await ani.signIn("ani", password);
  expect(body).toMatchObject({ name: "ani", role: "staff", mustChangePassword: true });
  expect(await ani.get("/api/overview")).toMatchObject({ status: 403, body: { error: "password-change" } });
  const weak = await ani.post("/api/me/password", { old: password, new: "password1234" });
  expect(weak).toMatchObject({ status: 422, body: { issues: [{ path: "new" }] } });
  const changed = await ani.post("/api/me/password", { old: password, new: PASSWORD });
  expect(changed).toMatchObject({ status: 200, body: { mustChangePassword: false } });
  expect(await ani.get("/api/overview")).toMatchObject({ status: 200 });
  expect(await rig.stranger().post("/api/login", { name: "ani", password })).toMatchObject({ status: 401 });
});

test("an account comes, goes and comes again", async () => {
  const rig = await openConsoleRig();
  const ani = await rig.signedIn("ani", "viewer");
  expect(await ani.get("/api/me")).toMatchObject({ body: { name: "ani", role: "viewer", csrf: ani.csrf } });
  expect(await ani.post("/api/logout")).toMatchObject({ status: 204 });
  expect(ani.cookies.size).toBe(0);
  expect(await ani.get("/api/me")).toMatchObject({ status: 401, body: { error: "signed-out", ways: { oidc: false } } });
  await ani.signIn("ani", PASSWORD);
  expect((await rig.entries()).map(({ what, who }) => `${who} ${what}`)).toEqual([
    "terminal account.add",
    "ani session.login",
    "ani account.password",
    "ani session.logout",
    "ani session.login",
  ]);
});

test("over TLS the cookie is this host's alone, and goes nowhere without TLS", () => {
  const cookie = cookieOf("session", { isSecure: true });
  const value = "x".repeat(43);
  expect(cookie.given(value)).toBe(`__Host-session=${value}; Path=/; HttpOnly; SameSite=Strict; Secure`);
  expect(cookie.taken()).toContain("Max-Age=0");
  expect(cookie.read(`a=b; __Host-session=${value}`)).toBe(value);
  expect(cookie.read(`session=${value}`)).toBeUndefined();
});

test("behind a proxy with TLS the console knows its own pages, and whom its callers are behind it", async () => {
  const base_url = "https://console.example.id";
  const rig = await openConsoleRig({ config: { base_url, trusted_proxies: ["127.0.0.1"] } });
  const password = await rig.invited("ani", "admin");
  const said = { name: "ani", password };
  const ani = new Browser(rig.url);
  expect(await ani.post("/api/login", said)).toMatchObject({ status: 403, body: { error: "csrf" } });
  const longer = { origin: `${base_url}.evil.example`, "x-forwarded-for": "192.0.2.7" };
  expect(await ani.post("/api/login", said, longer)).toMatchObject({ status: 403, body: { error: "csrf" } });
  const through = { origin: base_url, "x-forwarded-for": "192.0.2.7" };
  const got = await ani.post("/api/login", said, through);
  expect(got.status).toBe(200);
  expect(got.headers.get("set-cookie")).toMatch(/^__Host-session=.*; Secure$/);
  expect(got.headers.get("strict-transport-security")).toContain("max-age");
  expect((await rig.entries()).at(-1)).toMatchObject({ what: "session.login", from: "192.0.2.7" });
});

test("a session ends after an hour without a call, and after twelve in any case", async () => {
  let laterMs = 0;
  const real = utcClock({ keepsAlive: false });
  const clock = { ...real, wall: () => real.wall() + laterMs };
  const rig = await openConsoleRig({ clock });
  const ani = await rig.signedIn("ani", "viewer");
  for (let hours = 0; hours < 11.5; hours += 0.75) {
    expect((await ani.get("/api/overview")).status).toBe(200);
    laterMs += 45 * 60_000;
  }
  expect((await ani.get("/api/overview")).status).toBe(401);
  const budi = await rig.signedIn("budi", "viewer");
  laterMs += 61 * 60_000;
  expect((await budi.get("/api/overview")).status).toBe(401);
});

test("a flood from one address is told to come back, and others are not", async () => {
  const rig = await openConsoleRig({ config: { requests_a_minute: 60, trusted_proxies: ["127.0.0.1"] } });
  const ask = (from: string) => rig.stranger().get("/api/me", { "x-forwarded-for": from });
  const statuses: number[] = [];
  for (let nth = 0; nth < 70; nth += 1) statuses.push((await ask("192.0.2.7")).status);
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(61);
  expect(statuses.at(-1)).toBe(429);
  expect((await ask("198.51.100.9")).status).toBe(401);
});

test("a flood of sign-ins from very many addresses, each under another name, leaves few lines, and the door works after it", async () => {
  // Dear enough that they come faster than they can be looked at, however slow the machine is.
  const cost = { logN: 15, r: 8, p: 1 };
  const rig = await openConsoleRig({ config: { trusted_proxies: ["127.0.0.1"] }, more: { cost } });
  const password = await rig.invited("ani", "viewer");
  const statuses = await Promise.all(
    Array.from({ length: 400 }, async (_, nth) => {
      const from = { "x-forwarded-for": `192.0.${nth % 250}.${Math.floor(nth / 250)}` };
      return (await rig.stranger().post("/api/login", { name: `guest ${nth}`, password: `guess ${nth}` }, from)).status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  const { lines } = await rig.store
    .selectFrom("sign_in_tries")
    .select(({ fn }) => fn.countAll<number>().as("lines"))
    .executeTakeFirstOrThrow();
  const lookedAt = statuses.filter((status) => status === 401).length;
  expect(Number(lines)).toBe(3 * lookedAt);
  expect(lookedAt).toBeLessThan(statuses.length);
  expect((await rig.stranger().signIn("ani", password)).status).toBe(200);
});

test("administrators see who there is and what was done, and make others", async () => {
  const rig = await openConsoleRig();
  const root = await rig.signedIn("root", "admin");
  const made = await root.post("/api/accounts", { name: "ani", role: "staff" });
  expect(made).toMatchObject({ status: 201, body: { account: { name: "ani", role: "staff" } } });
  await rig.stranger().signIn("ani", String(made.body["password"]));
  expect(await root.post("/api/accounts", { name: "ani", role: "viewer" })).toMatchObject({
    status: 409,
    body: { error: "conflict", why: "taken" },
  });
  expect(await root.ask("PATCH", "/api/accounts/root", { isDisabled: true })).toMatchObject({
    status: 409,
    body: { why: "last-admin" },
  });
  expect(await root.ask("PATCH", "/api/accounts/nobody", { isDisabled: true })).toMatchObject({ status: 404 });
  const again = await root.ask("PATCH", "/api/accounts/ani", { newPassword: true });
  expect(again.body["password"]).toMatch(/^[a-z2-9-]{29}$/);
  const { body } = await root.get("/api/audit?limit=2");
  expect(body).toMatchObject({ entries: [{ what: "account.change", about: "ani" }, { what: "account.change" }] });
  expect(await root.get(`/api/audit?after=${body["next"]}&limit=1`)).toMatchObject({ status: 200 });
  expect(JSON.stringify(body)).not.toContain(String(again.body["password"]));
});

test("who is signed in at one backend is so at the others, and guesses count on all of them together", async () => {
  const store = await freshStore();
  const [one, other] = [await openConsoleRig({ store }), await openConsoleRig({ store })];
  const ani = await one.signedIn("ani", "viewer");
  const there = new Browser(other.url);
  for (const [name, value] of ani.cookies) there.cookies.set(name, value);
  expect(await there.get("/api/me")).toMatchObject({ status: 200, body: { name: "ani", csrf: ani.csrf } });
  await there.post("/api/logout");
  expect((await ani.get("/api/me")).status).toBe(401);
  const statuses: number[] = [];
  for (let nth = 0; nth < 6; nth += 1) {
    const rig = nth % 2 === 0 ? one : other;
    statuses.push((await rig.stranger().post("/api/login", { name: "ani", password: `guess ${nth} of many` })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
});

test("what is over is deleted each hour", async () => {
  const real = utcClock({ keepsAlive: false });
  // The hour is a moment.
  const after: typeof real.after = (ms, run) => real.after(ms === 3_600_000 ? 20 : ms, run);
  const rig = await openConsoleRig({ clock: { ...real, after } });
  await rig.store
    .insertInto("sessions")
    .values({ hash: "x", account: "ani", begun_ms: 1, seen_ms: 1, source: "192.0.2.7" })
    .execute();
  await rig.store.insertInto("sign_in_tries").values({ key: "x", failures: 1, last_ms: 1, until_ms: 1 }).execute();
  const left = async () => [
    ...(await rig.store.selectFrom("sessions").select("hash").execute()),
    ...(await rig.store.selectFrom("sign_in_tries").select("key").execute()),
  ];
  await expect.poll(left).toEqual([]);
});

test("a password that was stored at less work is stored anew when its owner comes in", async () => {
  const rig = await openConsoleRig({ more: { cost: { logN: 6, r: 8, p: 1 } } });
  const password = await rig.invited("ani", "staff");
  const stored = async (): Promise<string> =>
    (await rig.store.selectFrom("accounts").select("password").executeTakeFirstOrThrow()).password ?? "";
  expect(await stored()).toMatch(/^scrypt\$4\$/);
  await rig.stranger().signIn("ani", password);
  expect(await stored()).toMatch(/^scrypt\$6\$/);
  await rig.stranger().signIn("ani", password);
});
