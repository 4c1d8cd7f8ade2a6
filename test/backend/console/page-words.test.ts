import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { conflicts } from "../../../backend/console/api/words.ts";
import { words } from "../../../backend/console/page/words.js";
import { refusals, troubles, voidings } from "../../../protocol/statements.ts";

/** What the console says, in both tongues. */

const PAGE = new URL("../../../backend/console/page/", import.meta.url);
const API = readFileSync(new URL("../api/words.ts", PAGE), "utf8");
const sources = readdirSync(PAGE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".js") && name !== "words.js")
  .map((name) => readFileSync(new URL(name, PAGE), "utf8"));
const code = sources.join("\n");
const entries = Object.entries(words) as (readonly [string, readonly [string, string]])[];
const holes = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? ""))].sort();

test("everything is said in both tongues, with the same holes", () => {
  const isBoth = ([id, en]: readonly [string, string]): boolean =>
    id.trim() !== "" && en.trim() !== "" && holes(id).join() === holes(en).join();
  expect(entries.filter(([, both]) => !isBoth(both))).toEqual([]);
});

test("there is a word for every reason that an order can have, and every code that a refusal can", () => {
  const reasons = [
    ...troubles,
    ...voidings,
    ...refusals,
    "paid-twice",
    "no-word",
    "goodwill",
    "refunded",
    "settled-by-staff",
  ];
  const codes = /export type RefusalCode =(.*?);\n\n/s.exec(API)?.[1]?.match(/"[a-z-]+"/g) ?? [];
  expect(codes.length).toBeGreaterThan(8);
  const keys = [
    ...conflicts.map((why) => `conflict.${why}`),
    ...reasons.map((reason) => `because.${reason}`),
    ...codes.map((code) => `refused.${code.slice(1, -1)}`),
  ];
  expect(keys.filter((key) => !Object.hasOwn(words, key))).toEqual([]);
});

describe("the page's scripts", () => {
  test("say nothing that is not among the words", () => {
    const said = [...code.matchAll(/\bsay\(\s*"([^"]+)"/g)].map(([, key]) => key ?? "");
    expect(said.length).toBeGreaterThan(200);
    expect(said.filter((key) => !Object.hasOwn(words, key))).toEqual([]);
  });

  test("say every one of them somewhere", () => {
    const families = [...code.matchAll(/(?:wordFor|knownWord)\(\s*"([^"]+)"/g)].map(([, family]) => `${family}.`);
    const templates = [...code.matchAll(/say\(\s*`([^`$]+)\$/g)].map(([, start]) => start ?? "");
    const isSaid = (key: string): boolean =>
      code.includes(`"${key}"`) || [...families, ...templates].some((start) => key.startsWith(start));
    expect(entries.map(([key]) => key).filter((key) => !isSaid(key))).toEqual([]);
  });

  test("put no word of a tongue into the page by themselves", () => {
    const bare = [...code.matchAll(/\bh\(\s*"[a-z0-9]+",\s*\{[^{}]*\},\s*"([^"]*[a-z]{3}[^"]*)"/g)].map(
      ([, text]) => text,
    );
    expect(bare).toEqual([]);
  });
});
