import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dashboardSchema } from "../../../sandbox/midtrans/dashboard.ts";
import { faultSchema, operations } from "../../../sandbox/midtrans/fault.ts";
import { magicOf } from "../../../sandbox/midtrans/magic.ts";

const README = readFileSync(new URL("../../../sandbox/README.md", import.meta.url), "utf8");

test.each(faultSchema.options.map(({ shape }) => [shape.fault.value, shape]))(
  "the README lists the fault %s, with its knobs",
  (name, shape) => {
    const row = README.split("\n").find((line) => line.startsWith(`| \`${name}\` `)) ?? "";
    const knobs = Object.keys(shape).filter((knob) => !["fault", "order", "merchant", "times"].includes(knob));
    expect(knobs.filter((knob) => !row.includes(`\`${knob}\``))).toEqual([]);
    expect(row).not.toBe("");
  },
);

test("the README lists every call that a fault can strike, and every field of the dashboard", () => {
  const names = [...operations, ...Object.keys(dashboardSchema.shape)];
  expect(names.filter((name) => !README.includes(`\`${name}\``))).toEqual([]);
});

test("the README has a row for every kind of magic amount, and no others", () => {
  const thousands = Array.from({ length: 100 }, (_, kind) => 9_400 + kind);
  const isMagic = (thousand: number): boolean =>
    Array.from({ length: 1_000 }, (_, how) => magicOf(thousand * 1_000 + how)).some((fault) => fault !== undefined);
  const section = README.slice(README.indexOf("### Magic amounts"), README.indexOf("## The phone"));
  const rows = section.split("\n").filter((line) => line.startsWith("| 9,4"));
  const told = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/9,(4\d\d)|(?<=, )(46\d)/g)]);
  const listed = told.map(([, first, more]) => 9_000 + Number(first ?? more));
  expect([...new Set(listed)].sort()).toEqual(thousands.filter(isMagic));
});
