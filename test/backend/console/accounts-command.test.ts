import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../backend/main.ts";
import { openStore } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { newSite, startBackend } from "../../support/backend-program.ts";
import { type Typed, typed } from "../../support/typed.ts";
import { Browser } from "./browser.ts";

const type = (config: string, ...argv: string[]): Promise<Typed> =>
  typed(main, [...argv, "--config", config], { USER: "ani" });

test("accounts are made, changed and listed at a terminal, whether or not a backend runs", async () => {
  const { config } = newSite();
  expect(await type(config, "accounts", "list")).toMatchObject({ code: 0, out: "" });
  const added = await type(config, "accounts", "add", "ani", "--role", "admin");
  expect(added).toMatchObject({ code: 0, out: expect.stringMatching(/^[a-z2-9-]{29}\n$/) });
  expect(await type(config, "accounts", "add", "ani", "--role", "admin")).toMatchObject({ code: 1 });
  expect((await type(config, "accounts", "add", "budi", "--role", "viewer")).code).toBe(0);
  expect((await type(config, "accounts", "role", "budi", "--role", "staff")).code).toBe(0);
  expect((await type(config, "accounts", "disable", "budi")).code).toBe(0);
  const { out } = await type(config, "accounts", "list");
  expect(out).toMatch(/^ani {2}admin {2}.*one-time.*never signed in\nbudi {2}staff {2}disabled,/);
  expect((await type(config, "accounts", "enable", "budi")).code).toBe(0);
  expect((await type(config, "accounts", "password", "budi")).out).toMatch(/^[a-z2-9-]{29}\n$/);
  expect(await type(config, "audit", "verify")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^whole: 6 entries/),
  });
});

test.each([
  [["accounts", "add", "Ani", "--role", "admin"], 64, "no account's name"],
  [["accounts", "add", "ani"], 64, "say --role, one of viewer, staff, admin"],
  [["accounts", "add", "ani", "--role", "boss"], 64, "say --role"],
  [["accounts", "disable", "nobody"], 1, "no such account"],
  [["accounts", "add"], 64, "needs an account's name"],
  [["accounts"], 64, "needs one more word"],
  [["audit", "verify", "--number", "1"], 64, "--number and --hash go together"],
])("%j is answered with what is wrong", async (argv, code, words) => {
  const { config } = newSite();
  const said = await type(config, ...argv);
  expect([said.code, said.err]).toEqual([code, expect.stringContaining(words)]);
});

test("the last administrator stays, and a log that was changed is found out", async () => {
  const { config, at } = newSite();
  await type(config, "accounts", "add", "ani", "--role", "admin");
  expect(await type(config, "accounts", "disable", "ani")).toMatchObject({ code: 1 });
  const [, hash = ""] = /hash ([0-9a-f]{64})/.exec((await type(config, "audit", "verify")).out) ?? [];
  expect((await type(config, "audit", "verify", "--number", "1", "--hash", hash)).code).toBe(0);
  const store = await openStore({ place: { file: join(at, "fleet.sqlite") }, clock: steadyClock("test") });
  await store.updateTable("audit").set({ who: "budi" }).execute();
  await store.destroy();
  const said = await type(config, "audit", "verify");
  expect([said.code, said.err]).toEqual([1, expect.stringContaining("entry 1 is not what was written")]);
});

test("a folder that is not there is told, and nothing is begun", async () => {
  const { config } = newSite({ journal: "/nowhere/at/all/ledger.sqlite" });
  const said = await type(config, "accounts", "list");
  expect([said.code, said.err]).toEqual([78, expect.stringContaining("/nowhere/at/all")]);
});

test("a running backend lets in whom the terminal made, at once, and shows its stands", async () => {
  const site = newSite({ http: "[console]\nport = 0" });
  chmodSync(site.at, 0o700);
  const backend = startBackend(site);
  await backend.ready();
  const url = String(backend.find("ready")?.["console"]);
  const { out } = await type(site.config, "accounts", "add", "ani", "--role", "admin");
  const ani = new Browser(url);
  await ani.signIn("ani", out.trim());
  await ani.post("/api/me/password", { old: out.trim(), new: "kopi susu di lobi barat" });
  expect(await ani.get("/api/stands")).toMatchObject({ body: { stands: [{ id: "stand-1", state: "offline" }] } });
  expect(await ani.get("/api/overview")).toMatchObject({ body: { stands: { offline: 1 }, owed: 0 } });
  expect(await ani.get("/api/me")).toMatchObject({ body: { isTest: true } });
  expect(await ani.get("/")).toMatchObject({ status: 200, text: expect.stringContaining("<!doctype html>") });
  await type(site.config, "accounts", "add", "budi", "--role", "admin");
  await type(site.config, "accounts", "disable", "ani");
  expect(await ani.get("/api/stands")).toMatchObject({ status: 401 });
  backend.kill("SIGTERM");
  expect(await backend.ended).toEqual([0, null]);
  expect(backend.out).not.toContain(out.trim());
  expect(backend.lines.filter(({ what }) => what === "audit").map((line) => line["number"])).toEqual([2, 3, 6]);
});
