import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newMeasure } from "../../../device/drawing/canvas.ts";
import { drawSlip, laySlip, MAX_SLIP_DOTS } from "../../../device/drawing/draw-slip.ts";
import type { Slip, SlipBlock } from "../../../device/drawing/slip.ts";
import { LARGEST_QRIS, readPaper, SAMPLE_QRIS } from "../fixtures.ts";
import { anyText, outside, overlapping } from "./boxes.ts";

const PAPERS = [384, 576] as const;
const LETTER_SIZES = ["small", "normal", "large", "huge"] as const;

const receipt = (qr: string): Slip => ({
  blocks: [
    { is: "text", text: "Toko Test Bandung", align: "center", bold: true, size: "large" },
    { is: "rule" },
    { is: "pair", left: "Keripik Singkong Balado Pedas Manis", right: "Rp 10.000" },
    { is: "rule", dashed: true },
    { is: "pair", left: "Dibayar / paid", right: "Rp 10.000", bold: true },
    { is: "qr", text: qr },
    { is: "text", text: "Terima kasih!", align: "center" },
  ],
});

const anyLook = { bold: fc.boolean(), size: fc.constantFrom(...LETTER_SIZES) };
const anyBlock: fc.Arbitrary<SlipBlock> = fc.oneof(
  fc.record(
    { is: fc.constant("text" as const), text: anyText, align: fc.constantFrom("left", "center", "right"), ...anyLook },
    { requiredKeys: ["is", "text"] },
  ),
  fc.record(
    { is: fc.constant("pair" as const), left: anyText, right: anyText, ...anyLook },
    { requiredKeys: ["is", "left", "right"] },
  ),
  fc.record({ is: fc.constant("rule" as const), dashed: fc.boolean() }),
  fc.record({ is: fc.constant("gap" as const) }),
  fc.record({ is: fc.constant("qr" as const), text: fc.string({ maxLength: 300 }), small: fc.boolean() }),
);

function textsOf(slip: Slip, dots: number) {
  const laid = laySlip(slip, dots, newMeasure());
  if ("fits" in laid) throw new Error("refused");
  return laid.marks.filter((mark) => mark.is === "text");
}

test("any slip on any paper has every text on the paper, touching neither another nor a QR code, or is refused with numbers", () => {
  const check = (blocks: SlipBlock[], dots: number): void => {
    const laid = laySlip({ blocks }, dots, newMeasure());
    if ("fits" in laid) {
      expect(laid.needed > laid.available || laid.modules === 0).toBe(true);
      return;
    }
    expect(laid.next).toBeLessThanOrEqual(MAX_SLIP_DOTS);
    expect(outside(laid.marks, { width: dots, height: laid.next })).toEqual([]);
    expect(overlapping(laid.marks)).toEqual([]);
  };
  const anyDots = fc.oneof(fc.constantFrom(...PAPERS), fc.integer({ min: 64, max: 1024 }));
  fc.assert(fc.property(fc.array(anyBlock, { maxLength: 20 }), anyDots, check), { numRuns: 200 });
});

describe.each(PAPERS)("on paper of %i dots", (dots) => {
  test.each([SAMPLE_QRIS, LARGEST_QRIS])("zbar reads the QR code of a receipt (%#)", async (qr) => {
    const strip = drawSlip(receipt(qr), dots);
    if ("fits" in strip) throw new Error("refused");
    expect(await readPaper(strip)).toBe(qr);
  });

  test("a strip is as wide as the paper, of black and white only, with both on it", () => {
    const strip = drawSlip(receipt(SAMPLE_QRIS), dots);
    if ("fits" in strip) throw new Error("refused");
    expect(strip.width).toBe(dots);
    expect(strip.black.length).toBe(dots * strip.height);
    expect([...new Set(strip.black)].sort()).toEqual([0, 1]);
  });

  test("names and amounts are there in full, the amounts at the right edge", () => {
    const texts = textsOf(receipt(SAMPLE_QRIS), dots);
    const said = texts.map((mark) => mark.text).join(" ");
    for (const word of "Keripik Singkong Balado Pedas Manis".split(" ")) expect(said).toContain(word);
    const edges = texts.filter((mark) => mark.text === "Rp 10.000").map(({ box }) => box.x + box.width);
    expect(edges).toHaveLength(2);
    expect(new Set(edges).size).toBe(1);
    expect(dots - (edges[0] ?? 0)).toBeLessThan(dots / 20);
  });

  test("text stands left, in the middle or right, as asked", () => {
    const blocks = (["left", "center", "right"] as const).map(
      (align): SlipBlock => ({ is: "text", text: "Struk", align }),
    );
    const lefts = textsOf({ blocks }, dots).map(({ box }) => box.x);
    const rights = textsOf({ blocks }, dots).map(({ box }) => dots - box.x - box.width);
    expect(lefts[0]).toBe(rights[2]);
    expect(Math.abs((lefts[1] ?? 0) - (rights[1] ?? 0))).toBeLessThanOrEqual(1);
    expect(lefts[0]).toBeLessThan(lefts[1] ?? 0);
  });

  test("each size of letters is larger than the one before", () => {
    const blocks = LETTER_SIZES.map((size): SlipBlock => ({ is: "text", text: "7XQ", size }));
    const sizes = textsOf({ blocks }, dots).map((mark) => mark.size);
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
  });
});

test("a right side that needs the whole line goes below the left one", () => {
  const slip: Slip = {
    blocks: [{ is: "pair", left: "Pesanan / order", right: "01JCXYZ00000000000000000QR", size: "small" }],
  };
  const [left, right] = textsOf(slip, 384);
  expect([left?.text, right?.text]).toEqual(["Pesanan / order", "01JCXYZ00000000000000000QR"]);
  expect(right?.box.y).toBeGreaterThan(left?.box.y ?? 0);
});

test("a code that the paper is too narrow for is refused with the numbers: 512 letters need 89 modules", () => {
  const slip: Slip = { blocks: [{ is: "qr", text: "a".repeat(512) }] };
  expect(drawSlip(slip, 384)).toEqual({ fits: false, modules: 89, needed: 388, available: 384 });
  expect("fits" in drawSlip(slip, 576)).toBe(false);
});

describe("a small code", () => {
  const text = `https://pay.example.id/pay/${"0123456789ABCDEFGHJKMNPQRSTVWXYZ".repeat(2)}`;
  const slip: Slip = { blocks: [{ is: "qr", text, small: true }] };

  test.each(PAPERS)("is read from paper of %i dots, and takes no more of it than a phone needs", async (dots) => {
    const strip = drawSlip(slip, dots);
    if ("fits" in strip) throw new Error("refused");
    expect(strip.height).toBeLessThan(240);
    expect(await readPaper(strip)).toBe(text);
  });

  test("is left out where the paper is too narrow, and the rest is printed", () => {
    const narrow: Slip = { blocks: [...slip.blocks, { is: "text", text: "Kopi" }] };
    expect(textsOf(narrow, 120).map((mark) => mark.text)).toEqual(["Kopi"]);
  });
});

test("a slip without end ends with dots at 40 cm", () => {
  const blocks = Array.from({ length: 500 }, (): SlipBlock => ({ is: "text", text: "Kopi" }));
  const texts = textsOf({ blocks }, 384);
  expect(texts.at(-1)?.text).toBe("…");
  const strip = drawSlip({ blocks }, 384);
  expect(strip).toMatchObject({ width: 384 });
  expect("fits" in strip ? 0 : strip.height).toBeLessThanOrEqual(MAX_SLIP_DOTS);
});

test.each([0, 63, 1025, 384.5, Number.NaN])("paper of %s dots is no paper", (dots) => {
  expect(() => drawSlip(receipt("a"), dots)).toThrow(RangeError);
});
