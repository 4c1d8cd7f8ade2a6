import { beforeEach, expect, test } from "vitest";
import { Quiet } from "../../journal/postgres/quiet.ts";
import { at } from "./words.ts";

let steadyMs: number;
let quiet: Quiet;
beforeEach(() => {
  steadyMs = 0;
  quiet = new Quiet(() => steadyMs);
});

test("believes for a moment that nothing is due before its time", () => {
  expect(quiet.until(["ask"], at(0))).toBeUndefined();
  quiet.keep(["ask"], at(500), quiet.changes(["ask"]));
  quiet.keep(["void"], undefined, quiet.changes(["void"]));
  expect(quiet.until(["ask"], at(499))).toEqual({ next: at(500) });
  expect(quiet.until(["ask"], at(500))).toBeUndefined();
  expect(quiet.until(["ask"], at(0, "boot-2"))).toBeUndefined();
  expect(quiet.until(["void"], at(500))).toEqual({ next: undefined });
  steadyMs = 1_001;
  expect(quiet.until(["void"], at(500))).toBeUndefined();
});

test("ends when what somebody has in hand is free again", () => {
  quiet.keep(["ask"], undefined, quiet.changes(["ask"]), at(300));
  expect(quiet.until(["ask"], at(299))).toEqual({ next: undefined });
  expect(quiet.until(["ask"], at(300))).toBeUndefined();
});

test("is disturbed by what may be due of its kinds, also while the database is asked, and by nothing else", () => {
  const [both, asks] = [["ask", "void"], ["ask"]];
  quiet.keep(both, undefined, quiet.changes(both));
  quiet.disturb(["charge"]);
  expect(quiet.until(both, at(0))).toBeDefined();
  quiet.disturb(["void"]);
  expect(quiet.until(both, at(0))).toBeUndefined();
  const changes = quiet.changes(asks);
  quiet.disturb(["void"]);
  quiet.keep(asks, at(900), changes);
  expect(quiet.until(asks, at(0))).toEqual({ next: at(900) });
  for (const disturb of [() => quiet.disturb(["ask"]), () => quiet.disturb()]) {
    const before = quiet.changes(asks);
    disturb();
    quiet.keep(asks, undefined, before);
    expect(quiet.until(asks, at(0))).toBeUndefined();
  }
});

test("follows what becomes due earlier than the next one, also while the database is asked", () => {
  quiet.keep(["ask"], undefined, quiet.changes(["ask"]));
  quiet.waits("void", at(1));
  quiet.waits("ask", at(700));
  quiet.waits("ask", at(900));
  expect(quiet.until(["ask"], at(0))).toEqual({ next: at(700) });
  quiet.waits("ask", at(0));
  expect(quiet.until(["ask"], at(0))).toBeUndefined();
  const before = quiet.changes(["ask"]);
  quiet.waits("ask", at(300));
  quiet.keep(["ask"], at(500), before);
  expect(quiet.until(["ask"], at(0))).toBeUndefined();
});

test("ends when the next one is owed no more, and not by those behind it or in somebody's hands", () => {
  quiet.keep(["ask"], at(500), quiet.changes(["ask"]));
  const before = quiet.changes(["ask"]);
  quiet.drop([{ kind: "ask", due: null }]);
  expect(quiet.changes(["ask"])).toBe(before);
  quiet.drop([
    { kind: "ask", due: 501 },
    { kind: "void", due: 500 },
  ]);
  expect(quiet.until(["ask"], at(0))).toEqual({ next: at(500) });
  quiet.drop([{ kind: "ask", due: 500 }]);
  expect(quiet.until(["ask"], at(0))).toBeUndefined();
});
