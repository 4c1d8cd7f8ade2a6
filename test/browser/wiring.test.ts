import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../scripts/files.mjs";
import { written } from "../../scripts/wiring/files.mjs";
import { openBrowser } from "./browser.ts";

/** The wiring's drawings as a reader sees them: every word inside the picture, none over another. */

const drawings = Object.entries(written(ROOT)).filter(([file]) => file.endsWith(".svg"));

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

/** Every text's box, in the picture's own units, without the little that letters are drawn beside their lines. */
const wordsOn = (svg: string): Promise<{ readonly size: readonly [number, number]; readonly words: readonly Word[] }> =>
  page.setContent(svg).then(() =>
    page.evaluate(() => {
      const picture = document.querySelector("svg") as SVGSVGElement;
      const words = [...picture.querySelectorAll("text")].map((text) => {
        const { x, y, width, height } = text.getBBox();
        return {
          words: text.textContent ?? "",
          left: x,
          top: y + height / 5,
          right: x + width,
          bottom: y + height * 0.8,
        };
      });
      return { size: [picture.viewBox.baseVal.width, picture.viewBox.baseVal.height] as const, words };
    }),
  );

const MARGIN = 8;

test.each(drawings)("%s holds all its words, and none lies on another", async (file, svg) => {
  const { size, words } = await wordsOn(svg);
  const [width, height] = size;
  expect(words.length, join(ROOT, file)).toBeGreaterThan(10);
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
