import { expect, test } from "vitest";
import { welcome } from "../../../backend/console/oidc/person.ts";
import { roleOf } from "../../../backend/console/oidc/roles.ts";
import { utcClock } from "../../../host/clock.ts";
import { freePort } from "../../support/free-port.ts";
import { CLIENT, consoleAt, startOpenIdProvider, type TestProvider } from "../../support/openid-provider.ts";
import { freshStore } from "../../support/stores.ts";
import type { Browser, Got } from "./browser.ts";
import { type ConsoleRig, openConsoleRig, PASSWORD } from "./rig.ts";

type World = { readonly rig: ConsoleRig; readonly provider: TestProvider };

async function openWorld(secret = CLIENT.secret, clock = utcClock({ keepsAlive: false })): Promise<World> {
  const provider = await startOpenIdProvider();
  const url = `http://127.0.0.1:${await freePort()}`;
  return { rig: await openConsoleRig({ ...consoleAt(provider, url, secret), clock }), provider };
}

/** Where the provider leads the browser back to, with what the browser would say there. */
async function led(browser: Browser): Promise<string> {
  const begun = await browser.get("/api/oidc/start");
  expect(begun.status).toBe(303);
  const there = await fetch(String(begun.headers.get("location")), { redirect: "manual" });
  const { pathname, search } = new URL(String(there.headers.get("location")));
  return pathname + search;
}

async function signInAt(browser: Browser): Promise<Got> {
  return browser.get(await led(browser));
}

async function expectRefused({ rig }: World, browser: Browser, got: Got, because: RegExp): Promise<void> {
  expect([got.status, got.headers.get("location")]).toEqual([303, "/?sign-in=refused"]);
  expect(got.headers.get("set-cookie")).toBeNull();
  expect((await browser.get("/api/me")).status).toBe(401);
  const refused = (await rig.entries()).filter(({ what, result }) => what === "session.login" && result === "refused");
  expect(refused.at(-1)?.because).toMatch(because);
  expect(await rig.accounts.list()).toEqual([]);
}

test("a person comes in from the company's own place, as what her groups make her", async () => {
  const { rig } = await openWorld();
  const ani = rig.stranger();
  expect(await ani.get("/api/me")).toMatchObject({ status: 401, body: { ways: { oidc: true } } });
  const got = await signInAt(ani);
  expect([got.status, got.headers.get("location")]).toEqual([303, "/"]);
  expect(await ani.get("/api/me")).toMatchObject({
    body: { name: "ani@example.id", role: "staff", isForeign: true, mustChangePassword: false },
  });
  expect((await rig.entries()).at(-1)).toMatchObject({ who: "ani@example.id", role: "staff", what: "session.login" });
});

test("her role is the one that she comes with the next time, and older sessions end with it", async () => {
  const { rig, provider } = await openWorld();
  const first = rig.stranger();
  await signInAt(first);
  provider.person = { ...provider.person, groups: ["vending"], email: "ani.w@example.id" };
  const second = rig.stranger();
  await signInAt(second);
  expect(await second.get("/api/me")).toMatchObject({ body: { name: "ani@example.id", role: "viewer" } });
  expect((await first.get("/api/me")).status).toBe(401);
  expect(await rig.accounts.list()).toHaveLength(1);
});

test("whoever has another's name or mail address there is somebody else here", async () => {
  const { rig, provider } = await openWorld();
  await rig.signedIn("ani@example.id", "admin");
  const other = rig.stranger();
  await signInAt(other);
  const { body } = await other.get("/api/me");
  expect(body).toMatchObject({ name: expect.stringMatching(/^ani@example\.id-[0-9a-f]{12}$/), role: "staff" });
  provider.person = { ...provider.person, sub: "8", email: "boss@example.id", email_verified: false };
  const third = rig.stranger();
  await signInAt(third);
  expect((await third.get("/api/me")).body["name"]).toMatch(/^person-[0-9a-f]{12}$/);
});

test("an account from there has no password here", async () => {
  const { rig } = await openWorld();
  const ani = rig.stranger();
  await signInAt(ani);
  await ani.get("/api/me");
  expect(await ani.post("/api/me/password", { old: "", new: PASSWORD })).toMatchObject({ status: 422 });
  expect(await ani.post("/api/me/password", { old: "x", new: PASSWORD })).toMatchObject({ status: 409 });
  expect(await rig.stranger().post("/api/login", { name: "ani@example.id", password: "x" })).toMatchObject({
    status: 401,
  });
});

test("who is switched off here does not come in from there", async () => {
  const { rig } = await openWorld();
  await signInAt(rig.stranger());
  await rig.accounts.change({ who: "terminal", source: "terminal" }, "ani@example.id", { isDisabled: true });
  const ani = rig.stranger();
  const got = await signInAt(ani);
  expect(got.headers.get("location")).toBe("/?sign-in=refused");
  expect((await ani.get("/api/me")).status).toBe(401);
  expect((await rig.entries()).at(-1)).toMatchObject({ result: "refused", about: "ani@example.id" });
});

const lies: readonly [string, RegExp, (claims: Record<string, unknown>) => Record<string, unknown>][] = [
  ["of another sign-in", /CLAIM_COMPARISON/, (claims) => ({ ...claims, nonce: "another" })],
  ["without the sign-in's word", /INVALID_RESPONSE/, ({ nonce: _, ...claims }) => claims],
  ["of another issuer", /CLAIM_COMPARISON/, (claims) => ({ ...claims, iss: "https://evil.example" })],
  ["for another client", /CLAIM_COMPARISON/, (claims) => ({ ...claims, aud: "another" })],
  ["that is over", /TIMESTAMP/, (claims) => ({ ...claims, iat: 1_700_000_000, exp: 1_700_000_300 })],
  ["of nobody", /INVALID_RESPONSE/, ({ sub: _, ...claims }) => claims],
];
test.each(lies)("an ID token %s lets nobody in", async (_what, because, lie) => {
  const world = await openWorld();
  world.provider.lie = lie;
  const browser = world.rig.stranger();
  await expectRefused(world, browser, await signInAt(browser), because);
});

test("an ID token by a key that is not the provider's lets nobody in", async () => {
  const world = await openWorld();
  world.provider.isForged = true;
  const browser = world.rig.stranger();
  await expectRefused(world, browser, await signInAt(browser), /INVALID_RESPONSE/);
});

test("a backend with another secret lets nobody in", async () => {
  const world = await openWorld("guessed");
  const browser = world.rig.stranger();
  await expectRefused(world, browser, await signInAt(browser), /RESPONSE_BODY/);
});

test("who is in none of the groups is not let in", async () => {
  const world = await openWorld();
  world.provider.person = { sub: "9", groups: ["accounting"] };
  const browser = world.rig.stranger();
  await expectRefused(world, browser, await signInAt(browser), /none of the groups/);
});

test("an answer for another browser, of another state, or that came before, lets nobody in", async () => {
  const world = await openWorld();
  const [ani, thief] = [world.rig.stranger(), world.rig.stranger()];
  const back = await led(ani);
  await led(thief);
  await expectRefused(world, thief, await thief.get(back), /no sign-in/);
  const other = back.replace(/state=[^&]+/, "state=other");
  await expectRefused(world, ani, await ani.get(other), /no sign-in/);
  const mixedUp = back.replace(/iss=[^&]+/, `iss=${encodeURIComponent("https://evil.example")}`);
  const before = world.provider.asked.tokens;
  await expectRefused(world, ani, await ani.get(mixedUp), /INVALID_RESPONSE/);
  expect(world.provider.asked.tokens).toBe(before);
  // What was taken once is taken.
  await expectRefused(world, ani, await ani.get(back), /no sign-in/);
});

test("an answer that comes after ten minutes lets nobody in, and is forgotten", async () => {
  let laterMs = 0;
  const real = utcClock({ keepsAlive: false });
  const world = await openWorld(CLIENT.secret, { ...real, wall: () => real.wall() + laterMs });
  const ani = world.rig.stranger();
  const back = await led(ani);
  laterMs = 10 * 60_000;
  await expectRefused(world, ani, await ani.get(back), /no sign-in/);
  await led(world.rig.stranger());
  expect(await world.rig.store.selectFrom("foreign_sign_ins").select("hash").execute()).toHaveLength(1);
});

test("signing in from there ends what the browser had before", async () => {
  const { rig } = await openWorld();
  const ani = rig.stranger();
  await signInAt(ani);
  const before = ani.copy();
  await signInAt(ani);
  expect((await before.get("/api/me")).status).toBe(401);
  expect((await ani.get("/api/me")).status).toBe(200);
});

test("what ties a sign-in to its browser comes back with the provider's redirection, and no script reads it", async () => {
  const { rig } = await openWorld();
  const given = (await rig.stranger().get("/api/oidc/start")).headers.get("set-cookie");
  expect(given).toMatch(/^sign-in=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
});

test("sign-ins that are begun by the dozen, or by the thousand at once, are told to come back", async () => {
  const { rig, provider } = await openWorld();
  const statuses: number[] = [];
  for (let nth = 0; nth < 62; nth += 1) statuses.push((await rig.stranger().get("/api/oidc/start")).status);
  expect([statuses[0], statuses.at(-1)]).toEqual([303, 429]);
  const other = await openConsoleRig(consoleAt(provider, `http://127.0.0.1:${await freePort()}`));
  const rows = Array.from({ length: 1_000 }, (_, nth) => ({
    hash: `h${nth}`,
    browser: "b",
    nonce: "n",
    verifier: "v",
    ends_ms: Number.MAX_SAFE_INTEGER,
  }));
  await other.store.insertInto("foreign_sign_ins").values(rows).execute();
  expect((await other.stranger().get("/api/oidc/start")).status).toBe(429);
});

test("the same person's number at another provider is somebody else", async () => {
  const store = await freshStore();
  const person = { subject: "7", claims: { preferred_username: "ani" } };
  const names = [];
  for (const issuer of ["https://one.example", "https://other.example", "https://one.example"]) {
    const said = await welcome(store, { ...person, issuer }, "staff", 1);
    names.push(said.is === "welcome" ? said.account.name : said.is);
  }
  expect(names).toEqual(["ani", expect.stringMatching(/^ani-[0-9a-f]{12}$/), "ani"]);
});

test("a person who changes her mind there is not signed in, and told so", async () => {
  const world = await openWorld();
  const ani = world.rig.stranger();
  const state = new URL(world.rig.url + (await led(ani))).searchParams.get("state");
  const iss = encodeURIComponent(world.provider.issuer);
  const got = await ani.get(`/api/oidc/back?error=access_denied&state=${state}&iss=${iss}`);
  await expectRefused(world, ani, got, /AUTHORIZATION_RESPONSE/);
});

test("while the other place is silent the console says so, and asks it again the next time", async () => {
  const { rig, provider } = await openWorld();
  provider.isDown = true;
  expect(await rig.stranger().get("/api/oidc/start")).toMatchObject({ status: 503, body: { error: "unavailable" } });
  provider.isDown = false;
  const ani = rig.stranger();
  await signInAt(ani);
  expect((await ani.get("/api/me")).status).toBe(200);
});

test("without such a place there is no such way", async () => {
  const rig = await openConsoleRig();
  expect(await rig.stranger().get("/api/oidc/start")).toMatchObject({ status: 404 });
  expect(await rig.stranger().get("/api/me")).toMatchObject({ body: { ways: { oidc: false } } });
});

const roles = { viewer: ["v"], staff: ["s"], admin: ["a"] };
test.each([
  [{ groups: ["v", "a"] }, "groups", "admin"],
  [{ groups: "s" }, "groups", "staff"],
  [{ groups: ["x"] }, "groups", undefined],
  [{ groups: [["a"], { a: 1 }, null] }, "groups", undefined],
  [{ realm_access: { roles: ["v"] } }, "realm_access.roles", "viewer"],
  [{ "https://example.id/roles": ["a"] }, "https://example.id/roles", "admin"],
  [{}, "constructor.name", undefined],
  [{ groups: null }, "groups.x", undefined],
])("the claims %j at %s make somebody %s", (claims, role_claim, role) => {
  expect(roleOf(claims, { role_claim, roles })).toBe(role);
});
