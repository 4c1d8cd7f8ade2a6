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
  quiet.keep(["ask"], at(500), quiet.changes);
  quiet.keep(["void"], undefined, quiet.changes);
  expect(quiet.until(["ask"], at(499))).toEqual({ next: at(500) });
  expect(quiet.until(["ask"], at(500))).toBeUndefined();
  expect(quiet.until(["ask"], at(0, "boot-2"))).toBeUndefined();
  expect(quiet.until(["void"], at(500))).toEqual({ next: undefined });
  steadyMs = 1_001;
  expect(quiet.until(["void"], at(500))).toBeUndefined();
});

test("ends when what somebody has in hand is free again", () => {
  quiet.keep(["ask"], undefined, quiet.changes, at(300));
  expect(quiet.until(["ask"], at(299))).toEqual({ next: undefined });
  expect(quiet.until(["ask"], at(300))).toBeUndefined();
});

test("is disturbed by what is owed anew of its kinds, also while the database is asked", () => {
  quiet.keep(["ask", "void"], undefined, quiet.changes);
  quiet.disturb(["charge"]);
  expect(quiet.until(["ask", "void"], at(0))).toBeDefined();
  quiet.disturb(["void"]);
  expect(quiet.until(["ask", "void"], at(0))).toBeUndefined();
  const { changes } = quiet;
  quiet.disturb(["ask"]);
  quiet.keep(["ask"], undefined, changes);
  expect(quiet.until(["ask"], at(0))).toBeUndefined();
});
