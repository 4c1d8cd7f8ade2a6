import { expect } from "vitest";
import type { Role } from "../../../backend/console/api/words.ts";
import type { Browser, Got } from "../../backend/console/browser.ts";
import { ORDER, type PaperDesks, paperDesks, STAND } from "../../backend/console/paper-desks.ts";
import { type ConsoleRig, openConsoleRig } from "../../backend/console/rig.ts";

/* A console with desks that move nothing, and everything that somebody could ask of it. */

export type Case = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly path: string;
  readonly body?: unknown;
  readonly least: Role;
};

const SETTINGS = { settings: { products: [] } };
/** Every route of the API, and the least role that may use it. */
export const cases: readonly Case[] = [
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
export const changes = cases.filter(({ method }) => method !== "GET");

export type World = { readonly rig: ConsoleRig; readonly desks: PaperDesks };

export async function openWorld(): Promise<World> {
  const desks = paperDesks();
  return { rig: await openConsoleRig({ desks }), desks };
}

/** Nothing was moved, and somebody wrote down who tried. */
export async function nothingMoved({ rig, desks }: World, what: RegExp, because: string | RegExp): Promise<void> {
  expect(desks.moved).toEqual([]);
  const entries = await rig.entries();
  const found = entries.filter((entry) => entry.result === "refused" && what.test(entry.what));
  expect(found.at(-1)?.because).toEqual(expect.stringMatching(because));
  expect(await rig.verdict()).toMatchObject({ is: "whole" });
}

export const ask = (browser: Browser, { method, path, body }: Case, headers = {}): Promise<Got> =>
  browser.ask(method, path, method === "GET" ? undefined : body, headers);
