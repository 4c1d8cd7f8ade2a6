import { describe, expect, test } from "vitest";
import { afterHearing, isStale, type Known, Presences } from "../../../backend/health/presence.ts";
import { isThere, type Latest, stateOfStand } from "../../../backend/health/standing.ts";
import type { StandId } from "../../../protocol/ids.ts";

const NOW = 1_000_000_000;
const MINUTE = 60_000;
const online = (agoMs: number, more: Partial<Known> = {}): Known => ({
  online: true,
  boot: "b",
  connection: 1,
  heardMs: NOW - agoMs,
  before: [],
  ...more,
});
const offline = (agoMs: number): Known => online(agoMs, { online: false });
const health = (agoMs: number, more: Partial<Latest["health"]> = {}): Latest => ({
  heardMs: NOW - agoMs,
  health: { obstacles: [], page: "welcome", ...more },
});
const ACTIVE = { state: "active" } as const;

describe("how a stand stands", () => {
  test.each([
    ["is revoked, whatever it says", { state: "revoked" }, online(0), health(0), true, "revoked", []],
    ["was invited and has not come", { state: "invited" }, undefined, undefined, false, "new", []],
    ["was never heard of", ACTIVE, undefined, undefined, false, "offline", []],
    ["has just come, and said no health yet", ACTIVE, online(0), undefined, false, "selling", []],
    ["sells", ACTIVE, online(9 * MINUTE), health(MINUTE), false, "selling", []],
    ["has an open order", ACTIVE, online(9 * MINUTE), health(MINUTE), true, "serving", []],
    [
      "cannot sell",
      ACTIVE,
      online(0),
      health(0, { obstacles: ["door-open", "no-paper"] }),
      false,
      "trouble",
      ["door-open", "no-paper"],
    ],
    [
      "cannot sell any more, in the midst of an order",
      ACTIVE,
      online(0),
      health(0, { obstacles: ["no-paper"] }),
      true,
      "trouble",
      ["no-paper"],
    ],
    ["had no link when it looked", ACTIVE, online(0), health(0, { obstacles: ["link-down"] }), false, "selling", []],
    ["said goodbye", ACTIVE, offline(0), health(MINUTE), false, "offline", []],
    ["was heard after its will", ACTIVE, offline(2 * MINUTE), health(MINUTE), false, "selling", []],
    ["was heard after its will, and not since", ACTIVE, offline(9 * MINUTE), health(3 * MINUTE), false, "offline", []],
    ["is connected and says nothing", ACTIVE, online(9 * MINUTE), health(6 * MINUTE), false, "trouble", ["silent"]],
    ["is connected and never said anything", ACTIVE, online(6 * MINUTE), undefined, false, "trouble", ["silent"]],
    ["has come back after a long silence", ACTIVE, online(0), health(60 * MINUTE), false, "selling", []],
  ] as const)("a stand that %s", (_, record, presence, latest, hasOpenOrder, state, reasons) => {
    expect(stateOfStand(record, presence, latest, hasOpenOrder, NOW)).toEqual({ state, reasons });
  });

  test("health that is heard after a will says that the stand is there", () => {
    expect(isThere(offline(2 * MINUTE), health(MINUTE), NOW)).toBe(true);
    expect(isThere(offline(MINUTE), health(2 * MINUTE), NOW)).toBe(false);
  });
});

describe("presence", () => {
  const said = (isOnline: boolean, boot: string, connection: number) => ({ online: isOnline, boot, connection });

  test("a late will of an earlier connection marks nobody offline", () => {
    const known = afterHearing(said(true, "b", 2), undefined, 1);
    expect(isStale(said(false, "b", 1), known)).toBe(true);
    expect(afterHearing(said(false, "b", 1), known, 9)).toBe(known);
    expect(afterHearing(said(false, "b", 2), known, 9).online).toBe(false);
  });

  test("a late will of an earlier run marks nobody offline, and a new run begins to count anew", () => {
    const first = afterHearing(said(true, "a", 7), undefined, 1);
    const second = afterHearing(said(true, "b", 1), first, 2);
    expect(second).toMatchObject({ online: true, boot: "b", connection: 1 });
    expect(afterHearing(said(false, "a", 7), second, 3)).toBe(second);
    expect(afterHearing(said(false, "b", 1), second, 3).online).toBe(false);
  });

  test("runs without number take no room without bound", () => {
    let known = afterHearing(said(true, "run-0", 1), undefined, 1);
    for (let nth = 1; nth < 50; nth += 1) known = afterHearing(said(true, `run-${nth}`, 1), known, nth);
    expect(known.before).toEqual(["run-48", "run-47", "run-46"]);
  });

  test("whoever makes up stands fills nothing", () => {
    const presences = new Presences((stand) => stand === "lobby-1");
    expect(presences.hear("lobby-1" as StandId, said(true, "b", 1), 1)).toBe("changed");
    expect(presences.hear("lobby-1" as StandId, said(true, "b", 2), 2)).toBe("same");
    for (let nth = 0; nth < 1_000; nth += 1)
      expect(presences.hear(`made-up-${nth}` as StandId, said(true, "b", 1), 1)).toBe("stranger");
    expect(presences.size).toBe(1);
  });
});
