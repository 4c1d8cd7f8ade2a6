import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { drawSlip } from "../../../device/drawing/draw-slip.ts";
import type { Slip, SlipBlock } from "../../../device/drawing/slip.ts";
import { type CodePage, codePages, encoded, numberOf } from "../../../device/printers/code-pages.ts";
import { RINSE, type TicketOptions, ticketOf } from "../../../device/printers/ticket.ts";
import { type Typesetting, typeset } from "../../../device/printers/typesetting.ts";
import { pairLines, wrapped } from "../../../device/printers/wrapping.ts";
import { blurred, faded } from "../../golden/picture.ts";
import { anyText } from "../drawing/boxes.ts";
import { LARGEST_QRIS, readBoth, SAMPLE_QRIS } from "../fixtures.ts";
import { paperPicture } from "./paper-picture.ts";
import { type Mark, type PaperRoll, unrolled } from "./paper-roll.ts";

const PLAIN: TicketOptions = { cut: "none", feedLines: 0, drawer: "none" };
const ALL = { dots: 384, hasLetters: true, hasCodes: true, codePage: "ascii" } as const;

type Given = Partial<Omit<Typesetting, "draw">>;

/** The ticket for `slip`, as the driver puts it together. */
function piecesOf(slip: Slip, given: Given = {}): readonly Uint8Array[] {
  const setting = { ...ALL, ...given };
  const draw: Typesetting["draw"] = (part) => {
    const strip = drawSlip(part, setting.dots);
    return "fits" in strip ? undefined : strip;
  };
  const body = typeset(slip, { ...setting, draw });
  if (body === undefined) throw new Error("it does not go on the paper");
  const letters = setting.hasLetters ? { letters: { page: numberOf(setting.codePage) } } : {};
  return ticketOf(body, { ...PLAIN, ...letters });
}
const hex = (blocks: readonly SlipBlock[], given?: Given): string =>
  Buffer.concat(piecesOf({ blocks }, given)).toString("hex");
const printed = (blocks: readonly SlipBlock[], given?: Given): PaperRoll =>
  unrolled(Buffer.concat(piecesOf({ blocks }, given)));
const linesOf = ({ marks }: PaperRoll): readonly string[] =>
  marks.flatMap((mark) => (mark.did === "line" ? [mark.text] : []));
const did = ({ marks }: PaperRoll): readonly Mark["did"][] => marks.map((mark) => mark.did);
const ascii = (text: string): string => Buffer.from(text, "latin1").toString("hex");

const SLIP: readonly SlipBlock[] = [
  { is: "text", text: "Kopi Lobi", size: "large", align: "center", bold: true },
  { is: "pair", left: "Kopi susu gula aren dingin", right: "Rp 15.000" },
  { is: "rule", dashed: true },
  { is: "qr", text: SAMPLE_QRIS },
  { is: "text", text: "Rp 15.000", size: "huge", align: "center", bold: true },
  { is: "text", text: "Bayar sebelum 14:05 WIB / pay before 14:05 WIB", size: "small" },
];

describe("by the command reference", () => {
  const HEAD = "1b401b5200";

  test("ESC R and ESC t come after ESC @, and the page only where there is one", () => {
    expect(hex([])).toBe(HEAD);
    expect(hex([], { codePage: "pc437" })).toBe(`${HEAD}1b7400`);
    expect(hex([], { codePage: "wpc1252" })).toBe(`${HEAD}1b7410`);
    expect(hex([], { hasLetters: false })).toBe("1b40");
  });

  test.each<[string, SlipBlock, string]>([
    ["ESC a 0, ESC M 0, ESC E 0, GS ! 0", { is: "text", text: "Hi" }, "1b61001b4d001b45001d2100"],
    ["ESC a 1 in the middle", { is: "text", text: "Hi", align: "center" }, "1b61011b4d001b45001d2100"],
    ["ESC a 2 right", { is: "text", text: "Hi", align: "right" }, "1b61021b4d001b45001d2100"],
    ["ESC M 1: font B where it is small", { is: "text", text: "Hi", size: "small" }, "1b61001b4d011b45001d2100"],
    [
      "ESC E 1 and GS ! 1: bold and high",
      { is: "text", text: "Hi", size: "large", bold: true },
      "1b61001b4d001b45011d2101",
    ],
    ["GS ! 17: wide and high", { is: "text", text: "Hi", size: "huge" }, "1b61001b4d001b45001d2111"],
  ])("%s", (_, block, bytes) => {
    expect(hex([block])).toBe(`${HEAD + bytes}48690a`);
  });

  test("GS ( k: model 2, module, level M, the text, the print, between blank lines for the quiet zone", () => {
    const [model, module, level] = ["1d286b0400314132", "1d286b03003143", "1d286b0300314531"];
    const store = "1d286b0500315030";
    // 21 modules and 2 × 4 are 29: 8 dots each is the most that all printers know.
    expect(hex([{ is: "qr", text: "Hi" }], { hasLetters: false })).toBe(
      `1b400a0a1b6101${model}00${module}08${level}${store}48691d286b03003151300a0a`,
    );
    // 247 bytes need 61 modules; 384 dots have room for 69 of 5.
    const stored = `1d286bfa00315030${ascii(SAMPLE_QRIS)}`;
    expect(hex([{ is: "qr", text: SAMPLE_QRIS }], { hasLetters: false })).toBe(
      `1b400a1b6101${model}00${module}05${level}${stored}1d286b03003151300a`,
    );
  });

  test("a blank line, and rules", () => {
    const look = "1b61001b4d001b45001d2100";
    const blocks: SlipBlock[] = [{ is: "gap" }, { is: "rule" }, { is: "rule", dashed: true }];
    expect(hex(blocks)).toBe(`${HEAD}0a${look}${"2d".repeat(32)}0a${look}${"2d20".repeat(16)}0a`);
  });
});

describe("letters", () => {
  test.each(codePages.filter((page) => page !== "ascii"))("of %s are those that others read there", (page) => {
    const name = { pc437: "cp437", wpc1252: "win1252" }[page];
    const every = Array.from({ length: 0x80 }, (_, at) => 0x80 + at);
    const known = every.filter((byte) => {
      const letter = iconv.decode(Buffer.of(byte), name);
      return !/[\u0080-\u009f\ufffd]/u.test(letter) && encoded(letter, page)?.[0] === byte;
    });
    expect(known.length).toBe(page === "pc437" ? 128 : 123);
  });

  test.each<[string, CodePage, string | undefined]>([
    ["Kopi Rp 15.000", "ascii", "4b6f70692052702031352e303030"],
    ["Café", "ascii", undefined],
    ["Café", "pc437", "43616682"],
    ["Café", "wpc1252", "436166e9"],
    ["5 €", "pc437", undefined],
    ["5 €", "wpc1252", "352080"],
    ["…", "wpc1252", "85"],
    ["コーヒー", "wpc1252", undefined],
    ["tab\there", "pc437", undefined],
  ])("%s in %s", (text, page, bytes) => {
    expect(encoded(text, page) && Buffer.from(encoded(text, page) ?? []).toString("hex")).toBe(bytes);
  });

  test("that the page lacks make their block a picture; the others stay letters", () => {
    const blocks: SlipBlock[] = [
      { is: "text", text: "Kopi" },
      { is: "text", text: "コーヒー" },
      { is: "pair", left: "Café", right: "Rp 15.000" },
      { is: "text", text: "Terima kasih" },
    ];
    const kinds = did(printed(blocks)).filter((one) => one === "picture" || one === "line");
    expect(kinds.filter((kind, at) => kind !== kinds[at - 1])).toEqual(["line", "picture", "line"]);
    const inPage = printed(blocks, { codePage: "pc437" });
    expect(linesOf(inPage)).toEqual(["Kopi", "Café                   Rp 15.000", "Terima kasih"]);
  });
});

describe("lines", () => {
  test("break between words, and in a word that is longer than a line", () => {
    expect(wrapped("the quick brown fox", 10)).toEqual(["the quick", "brown fox"]);
    expect(wrapped("https://pay.example.id/x", 10)).toEqual(["https://pa", "y.example.", "id/x"]);
    expect(wrapped("", 10)).toEqual([]);
  });

  test("of a pair have the right side at the edge, below where it is long", () => {
    expect(pairLines("Kopi susu dingin", "Rp 15", 12)).toEqual(["Kopi", "susu", "dingin Rp 15"]);
    expect(pairLines("Pesanan", "01JCXYZ000", 12)).toEqual(["Pesanan", "  01JCXYZ000"]);
    expect(pairLines("", "Rp 15", 12)).toEqual(["       Rp 15"]);
    expect(pairLines("mi", "!", 2)).toEqual(["mi", " !"]);
  });

  test.each([
    [384, 32, 42],
    [576, 48, 64],
  ])("on paper of %i dots have %i columns, small ones %i", (dots, columns, small) => {
    const text = "x".repeat(200);
    const lines = linesOf(
      printed(
        [
          { is: "text", text },
          { is: "text", text, size: "small" },
        ],
        { dots },
      ),
    );
    expect([lines[0]?.length, lines.at(-2)?.length]).toEqual([columns, small]);
  });
});

test("any slip on any paper goes on it, in whole commands, or is drawn", () => {
  const anyLook = { bold: fc.boolean(), size: fc.constantFrom("small", "normal", "large", "huge") };
  const anyBlock: fc.Arbitrary<SlipBlock> = fc.oneof(
    fc.record({ is: fc.constant("text" as const), text: anyText, ...anyLook }),
    fc.record({ is: fc.constant("pair" as const), left: anyText, right: anyText, ...anyLook }),
    fc.record({ is: fc.constant("rule" as const), dashed: fc.boolean() }),
    fc.record({ is: fc.constant("gap" as const) }),
    fc.record({ is: fc.constant("qr" as const), text: fc.string({ maxLength: 600 }), small: fc.boolean() }),
  ) as fc.Arbitrary<SlipBlock>;
  const check = (blocks: SlipBlock[], dots: number, hasLetters: boolean, hasCodes: boolean, codePage: CodePage) => {
    const draw = (): undefined => undefined;
    if (typeset({ blocks }, { dots, hasLetters, hasCodes, codePage, draw }) === undefined) return;
    for (const piece of piecesOf({ blocks }, { dots, hasLetters, hasCodes, codePage })) {
      expect(piece.length).toBeLessThanOrEqual(RINSE.length);
      paperPicture(unrolled(Uint8Array.of(0x1b, 0x74, numberOf(codePage) ?? 0, ...piece)), dots);
    }
  };
  const anyDots = fc.integer({ min: 8, max: 128 }).map((bytes) => bytes * 8);
  const page = fc.constantFrom(...codePages);
  const every = fc.property(fc.array(anyBlock, { maxLength: 8 }), anyDots, fc.boolean(), fc.boolean(), page, check);
  fc.assert(every, { numRuns: 100 });
});

describe("a code that the printer makes", () => {
  const codesOf = (blocks: readonly SlipBlock[], given?: Given) =>
    printed(blocks, given).marks.flatMap((mark) => (mark.did === "code" ? [mark] : []));

  test.each([
    [SAMPLE_QRIS, 384, 5],
    [SAMPLE_QRIS, 576, 8],
    [LARGEST_QRIS, 384, 5],
    ["Hi", 576, 8],
  ])("carries the same text, as large as there is room with its quiet zone (%#)", (text, dots, module) => {
    const codes = codesOf([{ is: "qr", text }], { dots });
    expect(codes).toEqual([{ did: "code", text, align: 1, model: 50, module, level: "M" }]);
  });

  test("small has four dots a module", () => {
    expect(codesOf([{ is: "qr", text: "https://pay.example.id/x", small: true }])[0]?.module).toBe(4);
  });

  test.each([
    ["letters beyond ASCII", "é".repeat(20), 384],
    ["more than any printer is sure to keep", "x".repeat(513), 576],
    ["a control character", "tab\t", 384],
    ["digits that byte by byte take more than the paper has", "1".repeat(512), 384],
  ])("is drawn where it has %s", (_, text, dots) => {
    expect(did(printed([{ is: "qr", text }], { dots })).slice(-1)).toEqual(["picture"]);
  });
});

test("a slip of which a part does not go on the paper is not set", () => {
  const draw = (): undefined => undefined;
  expect(typeset({ blocks: [{ is: "text", text: "Café" }] }, { ...ALL, draw })).toBeUndefined();
});

test("a slip without end ends with dots at 40 cm", () => {
  const endless = printed(Array.from({ length: 500 }, (): SlipBlock => ({ is: "text", text: "Kopi" })));
  expect(linesOf(endless)).toHaveLength(107);
  expect(linesOf(endless).at(-1)).toBe("...");
});

describe("on paper phones read the code, and people the rest", () => {
  test.each(
    [384, 576].flatMap((dots) =>
      [true, false].flatMap((letters) => [true, false].map((codes) => [dots, letters, codes] as const)),
    ),
  )(
    "%i dots, letters of its own %s, codes of its own %s: sharp, out of focus, faded to half, and both",
    async (dots, hasLetters, hasCodes) => {
      const paper = paperPicture(printed(SLIP, { dots, hasLetters, hasCodes }), dots);
      const seen = [paper, blurred(paper, 1), faded(paper), blurred(faded(paper), 1)];
      for (const frame of seen) expect(await readBoth(frame)).toEqual({ zbar: SAMPLE_QRIS, jsqr: SAMPLE_QRIS });
    },
  );

  test("letters make fewer bytes than a picture, and a code of its own fewer still", () => {
    const bytes = (given: Given): number => Buffer.concat(piecesOf({ blocks: SLIP }, given)).length;
    const [drawn, letters, both] = [
      bytes({ hasLetters: false, hasCodes: false }),
      bytes({ hasCodes: false }),
      bytes({}),
    ];
    expect(letters).toBeLessThan(drawn);
    expect(both).toBeLessThan(1_000);
  });
});
