import { describe, expect, test } from "vitest";
import { fitPieces, type Piece, place, tidy } from "../../../device/drawing/lettering.ts";
import type { Measure } from "../../../device/drawing/marks.ts";

/** Every letter is half as wide as high. */
const measure: Measure = (text) => [...text].length / 2;
const piece = (text: string, rank = 0, more: Partial<Piece> = {}): Piece => ({
  text,
  size: 20,
  least: 10,
  weight: "bold",
  color: "#000000",
  rank,
  ...more,
});
const linesOf = (pieces: readonly Piece[], width: number, height: number): string[] =>
  fitPieces(pieces, width, height, measure).pieces.flatMap((set) => set.lines.map((line) => line.text));

describe("tidying", () => {
  test.each([
    ["  Kopi \n\t Susu  ", "Kopi Susu"],
    ["a\u0000b\u200bc\u202ed", "abcd"],
    ["\ud800x", "x"],
    ["é\u0301\u0302\u0303", "é\u0301"],
    ["\u00a0\u2003", ""],
  ])("makes %j into %j", (text, tidied) => {
    expect(tidy(text)).toBe(tidied);
  });

  test("keeps 300 characters, the last of which is dots when there were more", () => {
    expect(tidy("a".repeat(300))).toBe("a".repeat(300));
    expect(tidy("a".repeat(301))).toBe(`${"a".repeat(299)}…`);
  });
});

describe("fitting words", () => {
  test("breaks lines between words, as late as possible", () => {
    expect(linesOf([piece("satu dua tiga")], 90, 100)).toEqual(["satu dua", "tiga"]);
  });

  test("leaves no short word alone on the last line, and takes no more lines for that", () => {
    expect(linesOf([piece("satu dua tiga empat li")], 200, 100)).toEqual(["satu dua tiga", "empat li"]);
    expect(linesOf([piece("satu dua tiga empat lima")], 200, 100)).toEqual(["satu dua tiga", "empat lima"]);
    expect(linesOf([piece("satu dua tiga empat")], 150, 100)).toEqual(["satu dua", "tiga empat"]);
  });

  test("keeps the stroke between two languages on the line before", () => {
    expect(linesOf([piece("barang keluar / delivered")], 140, 100)).toEqual(["barang", "keluar /", "delivered"]);
    expect(linesOf([piece("petugas / staff / orang")], 100, 100)).toEqual(["petugas /", "staff /", "orang"]);
  });

  test("sets smaller before it breaks a word", () => {
    const setting = fitPieces([piece("selamatdatang")], 100, 100, measure);
    expect(setting.pieces.map((set) => [set.size, set.lines.length])).toEqual([[15, 1]]);
  });

  test("breaks a word only when the least size is still too wide", () => {
    expect(linesOf([piece("selamatdatang")], 40, 100)).toEqual(["selamatd", "atang"]);
  });

  test("cuts with dots after three lines, or as many as are asked for", () => {
    expect(linesOf([piece("satu dua tiga empat lima enam")], 30, 500)).toEqual(["satu", "dua", "tiga…"]);
    expect(linesOf([piece("satu dua", 0, { most: 1 })], 30, 500)).toEqual(["satu…"]);
  });

  test("drops the highest rank first, and of equals the last", () => {
    const pieces = [piece("judul", 1), piece("angka", 0), piece("baris", 2), piece("akhir", 2)];
    expect(linesOf(pieces, 100, 36)).toEqual(["judul", "angka", "baris"]);
    expect(linesOf(pieces, 100, 24)).toEqual(["judul", "angka"]);
    expect(linesOf(pieces, 100, 12)).toEqual(["angka"]);
    expect(linesOf(pieces, 100, 11)).toEqual([]);
  });

  test("leaves out what is empty", () => {
    expect(linesOf([piece(" \n"), piece("ada")], 100, 100)).toEqual(["ada"]);
  });

  test("keeps a card's room free around its text", () => {
    const setting = fitPieces([piece("7XQ", 0, { pad: 8, align: "left" })], 200, 100, measure);
    const { text, pieces } = place(setting, { x: 10, y: 20, width: 200, height: 100 });
    expect(text[0]?.box).toEqual({ x: 18, y: 28, width: 30, height: 24 });
    expect(pieces[0]?.box).toEqual({ x: 10, y: 20, width: 46, height: 40 });
  });
});
