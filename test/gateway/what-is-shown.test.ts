import { beforeAll, describe, expect, test } from "vitest";
import type { Frame } from "../../device/device.ts";
import { readPng } from "../../device/drawing/canvas.ts";
import { type Drawing, loadDrawing, nothingToDrawOn } from "../../gateway/drawing.ts";
import { pageNameOf } from "../../gateway/screen/pages.ts";
import { whatIsShown } from "../../gateway/screen/what-is-shown.ts";
import { SEEN_MAX } from "../../protocol/statements.ts";
import { zbarRead } from "../device/fixtures.ts";
import { drawScreen, type Screen, screens, sizeName } from "../golden/screens.ts";
import { needs } from "../support/needs.ts";
import { PAGE } from "../support/sale.ts";

needs("zbarimg");

let drawing: Drawing = nothingToDrawOn;
beforeAll(async () => {
  drawing = await loadDrawing();
});

const pictureOf = async ({ view, size }: Screen) => {
  const screen = { ...size, show: async () => undefined, close: async () => undefined };
  const { png = new Uint8Array() } = await whatIsShown({ view, screen, drawing });
  return png;
};

/** How far pixels are from what they should be, of 255, in the mean. */
const meanError = (one: Frame, other: Frame): number => {
  let sum = 0;
  for (let at = 0; at < one.rgba.length; at += 1) sum += Math.abs((one.rgba[at] ?? 0) - (other.rgba[at] ?? 0));
  return sum / one.rgba.length;
};

const named = (screen: Screen) => ({ ...screen, title: `${sizeName(screen.size)}/${screen.name}` });
/** Its characters, with nothing left but their kinds. */
const kindsOf = (text: string): string =>
  text.replaceAll(/[0-9]/g, "0").replaceAll(/[A-Z]/g, "X").replaceAll(/[a-z]/g, "x");
const hasCode = ({ qr, help }: Screen): boolean => qr !== undefined || help !== undefined;

/** All that can be wrong with a stand, in small print on the largest panel. Half as wide it is still read. */
const LARGEST = "800x480/service-in-trouble";

describe("whoever is not there sees the glass in its true size, in one statement", () => {
  test.each(screens.map(named))("$title", async (screen) => {
    const png = await pictureOf(screen);
    expect(Buffer.from(png).toString("base64url").length).toBeLessThanOrEqual(SEEN_MAX);
    const [seen, drawn] = [await readPng(png), drawScreen(screen)];
    const by = screen.title === LARGEST ? 2 : 1;
    expect([seen.width * by, seen.height * by]).toEqual([drawn.width, drawn.height]);
    expect(by === 1 && !hasCode(screen) ? meanError(seen, drawn) : 0).toBeLessThan(6);
  });
});

describe("but not a code that is for who stands before it", () => {
  const withCode = screens.filter(hasCode).filter(({ name }) => name === "qr" || name.endsWith("late-with-page"));

  test.each(withCode.map(named))("$title", async (screen) => {
    expect(await zbarRead(await pictureOf(screen))).toBe(kindsOf(screen.qr ?? PAGE));
  });
});

test("a stand without a glass, or with nothing to draw on, says which page it would be", async () => {
  const [{ view, size }] = screens as [Screen];
  const screen = { ...size, show: async () => undefined, close: async () => undefined };
  const page = pageNameOf(view);
  expect(await whatIsShown({ view, screen: undefined, drawing })).toEqual({ page });
  expect(await whatIsShown({ view, screen, drawing: nothingToDrawOn })).toEqual({ page });
});
