import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newMeasure } from "../../../device/drawing/canvas.ts";
import { drawPage, layPage } from "../../../device/drawing/draw-page.ts";
import { clockFace } from "../../../device/drawing/furniture.ts";
import type { Mark, TextMark } from "../../../device/drawing/marks.ts";
import type { Page, Size, Tone, Words } from "../../../device/drawing/page.ts";
import { PALETTES } from "../../../device/drawing/tones.ts";
import { LARGEST_QRIS, readBoth, SAMPLE_QRIS } from "../fixtures.ts";
import { anyText, outside, overlapping } from "./boxes.ts";

const PANELS: readonly Size[] = [
  { width: 240, height: 240 },
  { width: 240, height: 320 },
  { width: 320, height: 240 },
  { width: 480, height: 320 },
  { width: 800, height: 480 },
];
const TONES: readonly Tone[] = ["calm", "good", "warn", "busy"];
const LONG = "Keripik singkong balado pedas manis ".repeat(40);

const marksOf = (page: Page, size: Size): readonly Mark[] => {
  const marks = layPage(page, size, newMeasure());
  if ("fits" in marks) throw new Error(`refused: ${JSON.stringify(marks)}`);
  return marks;
};
const textsOf = (page: Page, size: Size): readonly TextMark[] =>
  marksOf(page, size).filter((mark) => mark.is === "text");
const saidBy = (page: Page, size: Size): string =>
  textsOf(page, size)
    .map((mark) => mark.text)
    .join(" ");

const both = (first: string, second: string): Words => ({ first, second });

const qrPage: Page = {
  tone: "calm",
  title: both("Pindai untuk membayar", "Scan to pay"),
  figure: "Rp 789.000",
  lines: [both("Kopi Susu Gula Aren", "Palm sugar latte")],
  qr: { text: SAMPLE_QRIS, caption: both("Toko Test, Bandung", "ID1020304050607") },
  countdown: { leftMs: 252_000, ofMs: 300_000 },
  footer: both("Tekan BATAL untuk membatalkan", "Press CANCEL to cancel"),
};

const menuOf = (rows: number): Page => ({
  tone: "calm",
  title: both("Silakan pilih", "Please choose"),
  menu: [
    { key: "1", label: "Kopi Susu Gula Aren", value: "Rp 18.000" },
    { key: "2", label: "Air Mineral 600 ml", value: "Rp 5.000" },
    { key: "3", label: "Teh Botol", value: "Rp 8.000" },
    { key: "4", label: "Roti Cokelat", value: "Rp 12.500" },
    { key: "5", label: "Mi Instan Cup", value: "Rp 15.000" },
    { key: "6", label: "Susu UHT 250 ml", value: "Rp 7.500" },
  ].slice(0, rows),
  footer: both("Bayar dengan QRIS", "Pay with QRIS"),
});

const latePage: Page = {
  tone: "warn",
  title: both("Pembayaran terlambat", "Payment came too late"),
  figure: "7XQ-4KD",
  lines: [both("Hubungi petugas dan sebutkan kode ini", "Call the staff and tell them this code")],
  footer: both("WhatsApp 0812-3456-7890", "WhatsApp 0812-3456-7890"),
  badge: "MODE UJI · TEST MODE",
};

const anyWords: fc.Arbitrary<Words> = fc.record({ first: anyText, second: anyText }, { requiredKeys: ["first"] });
const anyPage: fc.Arbitrary<Page> = fc.record(
  {
    tone: fc.constantFrom(...TONES),
    title: anyWords,
    figure: anyText,
    lines: fc.array(anyWords, { maxLength: 8 }),
    menu: fc.array(fc.record({ key: anyText, label: anyText, value: anyText }), { maxLength: 8 }),
    footer: anyWords,
    countdown: fc.record({ leftMs: fc.double(), ofMs: fc.double() }),
    badge: anyText,
    qr: fc.record({ text: fc.string({ maxLength: 512 }), caption: anyWords }, { requiredKeys: ["text"] }),
    aside: fc.record({ text: fc.string({ maxLength: 150 }), caption: anyWords }, { requiredKeys: ["text"] }),
  },
  { requiredKeys: ["tone", "title"] },
);
const anySize: fc.Arbitrary<Size> = fc.oneof(
  fc.constantFrom(...PANELS),
  fc.record({ width: fc.integer({ min: 1, max: 900 }), height: fc.integer({ min: 1, max: 900 }) }),
);

describe("any page on any screen", () => {
  test("is laid out with every text inside the screen, touching neither another nor the QR code, or refused with numbers", () => {
    const check = (page: Page, size: Size): void => {
      const marks = layPage(page, size, newMeasure());
      if ("fits" in marks) {
        expect(marks.needed > marks.available || marks.modules === 0).toBe(true);
        return;
      }
      const solid = marks.filter((mark) => mark.is !== "area");
      expect(outside(marks, size)).toEqual([]);
      expect(overlapping(solid)).toEqual([]);
    };
    const menu = [{ key: "", label: "ultrices", value: "fusce" }];
    const onOneRow: [Page, Size] = [
      { tone: "calm", title: { first: "" }, lines: [{ first: "sit" }], menu },
      { width: 28, height: 1 },
    ];
    fc.assert(fc.property(anyPage, anySize, check), { numRuns: 150, examples: [onOneRow] });
  });

  test("is drawn in exactly the screen's size, without a hole", () => {
    const check = (page: Page, size: Size): void => {
      const frame = drawPage(page, size);
      if ("fits" in frame) return;
      expect([frame.width, frame.height, frame.rgba.length]).toEqual([
        size.width,
        size.height,
        size.width * size.height * 4,
      ]);
      for (let at = 3; at < frame.rgba.length; at += 4) if (frame.rgba[at] !== 255) throw new Error(`a hole at ${at}`);
    };
    fc.assert(fc.property(anyPage, anySize, check), { numRuns: 60 });
  });

  test.each([
    [0, 240],
    [240, -1],
    [240.5, 240],
    [Number.NaN, 240],
    [5000, 240],
  ])("a screen of %s × %s pixels is no screen", (width, height) => {
    expect(() => drawPage(qrPage, { width, height })).toThrow(RangeError);
  });
});

describe.each(PANELS)("on $width × $height", (size) => {
  test.each(["calm", "warn"] as const)("zbar and jsqr read the QR code of a %s page", async (tone) => {
    const frame = drawPage({ ...qrPage, tone, badge: "MODE UJI" }, size);
    if ("fits" in frame) throw new Error("refused");
    expect(await readBoth(frame)).toEqual({ zbar: SAMPLE_QRIS, jsqr: SAMPLE_QRIS });
  });

  test("zbar and jsqr read the largest QRIS code there is, whatever stands beside it", async () => {
    const words = both(LONG, LONG);
    const frame = drawPage(
      { ...qrPage, title: words, footer: words, qr: { text: LARGEST_QRIS, caption: words } },
      size,
    );
    if ("fits" in frame) throw new Error("refused");
    expect(await readBoth(frame)).toEqual({ zbar: LARGEST_QRIS, jsqr: LARGEST_QRIS });
  });

  test("words never take room from a QR code", () => {
    const words = both(LONG, LONG);
    const wordy: Page = { ...qrPage, title: words, lines: [words, words], footer: words, figure: LONG, badge: LONG };
    const codeOf = (page: Page) => marksOf(page, size).find((mark) => mark.is === "qr");
    const bare: Page = { tone: "calm", title: { first: "" }, qr: { text: SAMPLE_QRIS } };
    expect(codeOf(wordy)?.box).toMatchObject({ width: codeOf(bare)?.box.width });
  });

  test("a QR page always says how much and how long", () => {
    const said = saidBy({ ...qrPage, qr: { text: LARGEST_QRIS }, title: both(LONG, LONG) }, size);
    expect(said).toContain("Rp 789.000");
    expect(said).toContain("4:12");
  });

  test.each([[[]], [qrPage.lines ?? []]])(
    "on a QR page nothing but the time is set larger than the amount (%#)",
    (lines) => {
      const page: Page = { ...qrPage, lines, figure: "Rp 1.250.000", qr: { text: LARGEST_QRIS } };
      const texts = textsOf(page, size);
      const amount = texts.find((mark) => mark.text === "Rp 1.250.000")?.size ?? 0;
      expect(texts.filter((mark) => mark.size > amount && mark.text !== "4:12")).toEqual([]);
    },
  );

  test("a QR page in test mode says so", () => {
    expect(saidBy({ ...qrPage, qr: { text: LARGEST_QRIS }, badge: "MODE UJI" }, size)).toContain("MODE UJI");
  });

  test.each([1, 2, 3, 4, 5, 6])("a short name stands whole and large above a menu of %i products", (rows) => {
    const lines = [both("Tekan tombol untuk membeli", "Press a button to buy")];
    const texts = textsOf({ ...menuOf(rows), title: { first: "Kopi Lobi" }, lines }, size);
    const title = texts.find((mark) => mark.text === "Kopi Lobi");
    const below = texts.filter((mark) => lines[0]?.first.includes(mark.text)).map((mark) => mark.size);
    expect(title?.size).toBeGreaterThan(1.2 * Math.max(10, ...below));
  });

  test.each([1, 2, 3, 4, 5, 6])("a menu of %i products shows every key, name and price whole", (rows) => {
    const page = menuOf(rows);
    const said = saidBy(page, size);
    for (const { key, label, value } of page.menu ?? [])
      for (const text of [key, label, value]) expect(said).toContain(text);
  });

  test("all names and prices of a menu have one size of type", () => {
    const page = menuOf(6);
    const words = (page.menu ?? []).flatMap((row) => [...row.label.split(" "), row.value]);
    const sizes = textsOf(page, size)
      .filter((mark) => mark.text.length > 1 && words.some((word) => mark.text.includes(word)))
      .map((mark) => mark.size);
    expect(new Set(sizes).size).toBe(1);
  });

  test("a message is said whole, in both languages, with its figure largest", () => {
    const said = saidBy(latePage, size);
    for (const { first, second } of [latePage.title, ...(latePage.lines ?? [])]) {
      expect(said).toContain(first);
      expect(said).toContain(second);
    }
    const figure = textsOf(latePage, size).find((mark) => mark.text === "7XQ-4KD");
    expect(figure?.size).toBe(Math.max(...textsOf(latePage, size).map((mark) => mark.size)));
  });

  test("when words are too many the figure stays", () => {
    const words = both(LONG, LONG);
    expect(saidBy({ ...latePage, title: words, lines: [words, words, words], footer: words }, size)).toContain(
      "7XQ-4KD",
    );
  });

  test("nothing is set smaller than people read", () => {
    const pages = [qrPage, latePage, menuOf(6), menuOf(2)];
    const sizes = pages.flatMap((page) => textsOf(page, size).map((mark) => mark.size));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(10);
  });
});

describe("a code beside a message", () => {
  const aside = { text: `https://pay.example.id/pay/${"0ZABCDEF".repeat(5)}`, caption: both("Pindai", "Scan") };
  const codesOn = (page: Page, size: Size) => marksOf(page, size).filter((mark) => mark.is === "qr");

  test.each(PANELS)("costs none of its words on $width × $height, and leaves the figure largest", (size) => {
    const page = { ...latePage, aside };
    const said = saidBy(page, size);
    for (const word of [latePage.title, ...(latePage.lines ?? [])]) expect(said).toContain(word.first);
    const figure = textsOf(page, size).find((mark) => mark.text === "7XQ-4KD");
    expect(figure?.size).toBe(Math.max(...textsOf(page, size).map((mark) => mark.size)));
  });

  test("stands where there is room for it: on 480 × 320 and 320 × 480, not on 240 × 240", () => {
    const { badge: _, ...page } = latePage;
    const codes = [480, 320].map((width) => codesOn({ ...page, aside }, { width, height: 800 - width }).length);
    expect(codes).toEqual([1, 1]);
    expect(codesOn({ ...latePage, aside }, { width: 240, height: 240 })).toEqual([]);
  });

  test("is left out when no phone could read it", () => {
    const size = { width: 480, height: 320 };
    expect(codesOn({ ...latePage, aside: { text: "a".repeat(500) } }, size)).toEqual([]);
    expect(codesOn({ ...latePage, aside: { text: "a".repeat(3_000) } }, size)).toEqual([]);
  });
});

describe("a code that does not fit", () => {
  test("is refused with the numbers: 512 letters need 89 modules", () => {
    const page: Page = { ...qrPage, qr: { text: "a".repeat(512) } };
    expect(drawPage(page, { width: 240, height: 320 })).toEqual({
      fits: false,
      modules: 89,
      needed: 291,
      available: 240,
    });
    expect("fits" in drawPage(page, { width: 480, height: 320 })).toBe(false);
  });

  test("is refused when no code can hold the text", () => {
    for (const text of ["", "a".repeat(2400)])
      expect(drawPage({ ...qrPage, qr: { text } }, { width: 800, height: 480 })).toMatchObject({
        fits: false,
        modules: 0,
      });
  });
});

test("a menu shows six products, and no seventh", () => {
  const row = { key: "7", label: "Ketujuh", value: "Rp 1" };
  const page: Page = { ...menuOf(6), menu: [...(menuOf(6).menu ?? []), row] };
  expect(saidBy(page, { width: 800, height: 480 })).not.toContain("Ketujuh");
});

test.each([
  [0, "0:00"],
  [1, "0:01"],
  [1000, "0:01"],
  [1001, "0:02"],
  [59_999, "1:00"],
  [249_000, "4:09"],
  [-5, "0:00"],
  [Number.NaN, "0:00"],
  [1e12, "99:59"],
])("%d milliseconds are shown as %s", (ms, face) => {
  expect(clockFace(ms)).toBe(face);
});

test.each([
  [300_000, 1],
  [150_000, 0.5],
  [0, 0],
  [-1, 0],
  [900_000, 1],
])("with %d of 300000 milliseconds left the bar is filled to %d", (leftMs, share) => {
  const areas = marksOf(
    { tone: "good", title: { first: "" }, countdown: { leftMs, ofMs: 300_000 } },
    { width: 400, height: 200 },
  );
  const bars = areas.filter((mark) => mark.is === "area" && mark.box.y > 180);
  expect(bars.at(-1)?.box.width).toBe(400 * share);
});

test("letters stand out from their ground on every tone", () => {
  for (const { base, deep, on, soft, badge } of Object.values(PALETTES)) {
    for (const ground of [base, deep]) expect(contrast(on, ground)).toBeGreaterThanOrEqual(7);
    expect(contrast(soft, base)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(badge.ink, badge.ground)).toBeGreaterThanOrEqual(7);
    expect(contrast(badge.ground, base)).toBeGreaterThanOrEqual(3);
  }
});

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one: string, other: string): number {
  const luminance = (color: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
