import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ROOT } from "../../scripts/files.mjs";
import { written } from "../../scripts/wiring/files.mjs";
import { openBrowser } from "./browser.ts";

/** The wiring's drawings as a reader sees them: every word inside the picture, none over another. */

const drawings = Object.entries(written(ROOT)).filter(([file]) => file.endsWith(".svg"));

vi.setConfig({ testTimeout: 60_000 });

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.newPage();
}, 60_000);
afterAll(() => browser?.close());

type Word = {
  readonly words: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Every text's box, in the picture's own units, without the little that no letter reaches above and below. */
async function wordsOn(svg: string): Promise<readonly Word[]> {
  await page.setContent(svg);
  const boxes = await page.evaluate<readonly (readonly [string, Box])[]>(`
    [...document.querySelectorAll("text")].map((text) => {
      const { x, y, width, height } = text.getBBox();
      return [text.textContent, { x, y, width, height }];
    })`);
  return boxes.map(([words, { x, y, width, height }]) => ({
    words,
    left: x,
    top: y + height / 5,
    right: x + width,
    bottom: y + height * 0.8,
  }));
}

function sizeOf(svg: string): readonly [width: number, height: number] {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
}

const MARGIN = 8;

test.each(drawings)("%s holds all its words, and none lies on another", async (file, svg) => {
  const words = await wordsOn(svg);
  const [width, height] = sizeOf(svg);
  expect(words.length, file).toBeGreaterThan(10);
  const outside = words.filter(
    ({ left, top, right, bottom }) =>
      left < MARGIN || top < MARGIN || right > width - MARGIN || bottom > height - MARGIN,
  );
  expect(outside.map(({ words }) => words)).toEqual([]);
  const touching = words.flatMap((one, place) =>
    words
      .slice(place + 1)
      .filter((other) => overlap(one, other))
      .map((other) => `${one.words} / ${other.words}`),
  );
  expect(touching).toEqual([]);
});

const overlap = (one: Word, other: Word): boolean =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
