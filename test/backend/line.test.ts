import { expect, test } from "vitest";
import { z } from "zod";
import { byAndWhy, line } from "../../backend/line.ts";

const isLine = (text: string, most = 40): boolean => line(most).safeParse(text).success;

test.each([
  ["words", "Kopi Lobi", true],
  ["words of another script, and a sign beyond sixteen bits", "咖啡 ☕ 🙂", true],
  ["nothing", "", false],
  ["nothing but space", " \t ", false],
  ["two lines", "paid\nby hand", false],
  ["a line that Unicode ends", "paid\u2028by hand", false],
  ["what turns the text behind it", "\u202eipoK", false],
  ["what a terminal obeys", "\u001b[2J", false],
  ["half a character", "\ud83d", false],
  ["as much as there is room for", "x".repeat(40), true],
  ["more", "x".repeat(41), false],
])("%s: %j", (_, text, is) => {
  expect(isLine(text)).toBe(is);
});

test("what stands around it is taken off, and whoever decides says who he is and why", () => {
  expect(line(9).parse("  Kopi  ")).toBe("Kopi");
  expect(z.strictObject(byAndWhy).safeParse({ by: "ani", why: "stolen" }).success).toBe(true);
  expect(z.strictObject(byAndWhy).safeParse({ by: "ani" }).success).toBe(false);
});
