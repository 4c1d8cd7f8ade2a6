import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { framePng } from "../../device/drawing/canvas.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { zbarRead } from "../device/fixtures.ts";
import { needs } from "../support/needs.ts";
import { qrFor } from "../support/sale.ts";
import { blurred, compare, faded, frameOf, keep, PICTURES, readGolden } from "./picture.ts";
import { drawScreen, screens, sizeName } from "./screens.ts";
import { drawPaper, papers, papersInOwnWords, printInOwnWords } from "./slips.ts";

/** `WRITE_GOLDEN=1 npm test -- test/golden` keeps every picture as it is drawn now. Look at what changed before committing it. */
const WRITES = process.env["WRITE_GOLDEN"] === "1";
const MOST_BYTES = 2_000_000;

needs("zbarimg");

const drawings = [
  ...screens.map((screen) => ({
    name: `${sizeName(screen.size)}/${screen.name}`,
    qr: screen.qr,
    help: screen.help,
    draw: () => drawScreen(screen),
  })),
  ...papers.map((paper) => ({
    name: `paper-${paper.dots}/${paper.name}`,
    qr: paper.qr,
    help: paper.help,
    draw: () => frameOf(drawPaper(paper)),
  })),
  ...papersInOwnWords.map((paper) => ({
    name: `paper-${paper.dots}-in-own-words/${paper.name}`,
    qr: paper.qr,
    help: paper.help,
    draw: () => printInOwnWords(paper),
  })),
];
const payable = drawings.flatMap(({ qr, ...drawing }) => (qr === undefined ? [] : [{ ...drawing, qr }]));
const withHelp = drawings.flatMap(({ help, ...drawing }) => (help === undefined ? [] : [{ ...drawing, help }]));
const papersToScan = payable.filter(({ name }) => name.startsWith("paper-"));

describe("what a customer sees is what a person has looked at", () => {
  test.each(drawings)("$name", ({ name, draw }) => {
    if (WRITES) keep(name, draw());
    expect(compare(name, draw())).toEqual({ is: "same" });
  });

  test("and no picture is kept that nobody draws, nor more than 2 MB of them", () => {
    const files = readdirSync(PICTURES, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".png"));
    expect(files.sort()).toEqual(drawings.map(({ name }) => `${name}.png`).sort());
    const bytes = files.reduce((sum, file) => sum + statSync(join(PICTURES, file)).size, 0);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  });
});

describe("a picture with one other digit is another picture", () => {
  test.each(screens.filter(({ name }) => name === "wait"))("on $size.width × $size.height", ({ view, size }) => {
    const { front } = view;
    if (front?.at !== "charging") throw new Error("no order");
    const dearer = { ...front, order: { ...front.order, amount: rupiah(15_001) } };
    const likeness = compare(`${sizeName(size)}/wait`, drawScreen({ size, view: { ...view, front: dearer } }));
    expect(likeness).toMatchObject({ is: "different" });
  });

  test.each([384, 576])("on paper of %i dots", (dots) => {
    const paper = papers.find((one) => one.dots === dots && one.name === "receipt");
    if (paper === undefined) throw new Error("no receipt");
    const blocks = paper.slip.blocks.map((block) =>
      block.is === "pair" && block.left === "Dibayar / paid" ? { ...block, right: "Rp 15.001" } : block,
    );
    const likeness = compare(`paper-${dots}/receipt`, frameOf(drawPaper({ dots, slip: { blocks } })));
    expect(likeness).toMatchObject({ is: "different" });
  });

  test("and one of another size is no match at all", () => {
    const [screen] = screens;
    if (screen === undefined) throw new Error("no screen");
    const drawn = drawScreen({ ...screen, size: { width: 481, height: 320 } });
    expect(compare(`480x320/${screen.name}`, drawn)).toEqual({ is: "other-size", kept: "480x320", drawn: "481x320" });
    expect(compare("480x320/nowhere", drawn)).toEqual({ is: "missing" });
  });
});

describe("zbar reads the code", () => {
  test.each(payable)("from $name, as kept and as drawn now", async ({ name, qr, draw }) => {
    expect(await zbarRead(readGolden(name))).toBe(qr);
    expect(await zbarRead(framePng(draw()))).toBe(qr);
  });

  test.each(papersToScan)("from $name, faded, out of focus, and both", async ({ qr, draw }) => {
    const paper = draw();
    const seen = [faded(paper), blurred(paper, 1), blurred(faded(paper), 1)];
    for (const frame of seen) expect(await zbarRead(framePng(frame))).toBe(qr);
  });

  test.each(withHelp)("of the customer's page from $name, as kept and as drawn now", async ({ name, help, draw }) => {
    expect(await zbarRead(readGolden(name))).toBe(help);
    expect(await zbarRead(framePng(draw()))).toBe(help);
  });

  test("which is the payload of the order's own price", () => {
    expect(new Set(payable.map(({ qr }) => qr))).toEqual(new Set([qrFor(rupiah(15_000))]));
  });
});
