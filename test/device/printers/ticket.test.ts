import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Strip } from "../../../device/device.ts";
import { drawSlip } from "../../../device/drawing/draw-slip.ts";
import type { Slip } from "../../../device/drawing/slip.ts";
import { withoutRealTimeCommands } from "../../../device/printers/commands.ts";
import { pictureOf, RINSE, type TicketOptions, ticketOf } from "../../../device/printers/ticket.ts";
import { blurred, faded, frameOf } from "../../golden/picture.ts";
import { plainStrip, readBoth, SAMPLE_QRIS } from "../fixtures.ts";
import { type PaperRoll, unrolled } from "./paper-roll.ts";

const PLAIN: TicketOptions = { cut: "none", feedLines: 0, drawer: "none" };
const bytesOf = (strip: Strip, options: TicketOptions = PLAIN): Uint8Array =>
  Buffer.concat(ticketOf(pictureOf(strip), options));
const printed = (strip: Strip, options?: TicketOptions): PaperRoll => unrolled(bytesOf(strip, options));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const SLIP: Slip = {
  blocks: [
    { is: "text", text: "Kopi Lobi", size: "large", align: "center", bold: true },
    { is: "pair", left: "Kopi susu", right: "Rp 15.000" },
    { is: "rule", dashed: true },
    { is: "qr", text: SAMPLE_QRIS },
    { is: "text", text: "Bayar sebelum 14:05 WIB / pay before 14:05 WIB", size: "small" },
  ],
};
const slipOn = (dots: number): Strip => {
  const drawn = drawSlip(SLIP, dots);
  if ("fits" in drawn) throw new Error(`the QR code needs ${drawn.needed} dots`);
  return drawn;
};

describe("what is printed is the strip, dot by dot", () => {
  test.each([384, 576])("a slip on paper of %i dots, but for white at its end", (dots) => {
    const strip = slipOn(dots);
    const [ticket] = printed(strip).tickets;
    if (ticket === undefined) throw new Error("nothing printed");
    expect(ticket.width).toBe(dots);
    expect(ticket.black).toEqual(strip.black.subarray(0, ticket.black.length));
    expect(strip.black.subarray(ticket.black.length).includes(1)).toBe(false);
    expect(ticket.black.subarray(-dots).includes(1)).toBe(true);
  });

  test("any strip of any width, but for a dot more where one begins a real-time command", () => {
    fc.assert(
      fc.property(strips, (strip) => {
        const roll = printed(strip);
        const [ticket] = roll.tickets;
        const dots = [...strip.black.keys()].filter((dot) => strip.black[dot] === 1);
        if (ticket === undefined) {
          expect(dots).toEqual([]);
          return;
        }
        const at = (dot: number): number => Math.floor(dot / strip.width) * ticket.width + (dot % strip.width);
        for (const dot of dots) expect(ticket.black[at(dot)]).toBe(1);
        const added = ticket.black.filter((black) => black === 1).length - dots.length;
        expect(added).toBeLessThanOrEqual(risksIn(ticket));
      }),
    );
  });

  test("a white strip is no picture at all", () => {
    const white = { width: 384, height: 50, black: new Uint8Array(384 * 50) };
    expect(printed(white).marks.map(({ did }) => did)).toEqual(["initialise"]);
  });
});

describe("phones read the code as it is on paper", () => {
  test.each([384, 576])("of %i dots: sharp, out of focus, faded to half, and both", async (dots) => {
    const [ticket] = printed(slipOn(dots)).tickets;
    if (ticket === undefined) throw new Error("nothing printed");
    const paper = frameOf(ticket);
    const seen = [paper, blurred(paper, 1), faded(paper), blurred(faded(paper), 1)];
    for (const frame of seen) expect(await readBoth(frame)).toEqual({ zbar: SAMPLE_QRIS, jsqr: SAMPLE_QRIS });
  });
});

describe("pieces", () => {
  test("are whole commands, none longer than what rinses it away", () => {
    for (const piece of ticketOf(pictureOf(slipOn(576)), PLAIN)) {
      expect(piece.length).toBeLessThanOrEqual(RINSE.length);
      expect(() => unrolled(piece)).not.toThrow();
    }
  });

  test("bring no question and no other real-time command that nobody asked", () => {
    const dangerous = Uint8Array.of(0x10, 0x04, 0x01, 0x10, 0x05, 0x02, 0x10, 0x14, 0x01);
    const black = Uint8Array.from({ length: 72 }, (_, dot) => ((dangerous[dot >> 3] ?? 0) >> (7 - (dot % 8))) & 1);
    expect(hex(bytesOf({ width: 72, height: 1, black }))).toMatch(/180401180502181401$/);
    expect(hex(withoutRealTimeCommands(Uint8Array.of(0x10, 0x10, 0x04, 0x10, 0x03)))).toBe("1018041003");
  });
});

describe("around the picture, by the command reference", () => {
  const dot = plainStrip(8, 1);
  const HEAD = "1b401b6101";
  const PICTURE = "1d763000010001 0055".replace(" ", "");

  test.each<[string, Partial<TicketOptions>, string]>([
    ["nothing", {}, HEAD + PICTURE],
    ["ESC @, GS v 0, LF, GS V 66: a partial cut", { cut: "partial", feedLines: 3 }, `${HEAD + PICTURE}0a0a0a1d564200`],
    ["GS V 65: a full cut", { cut: "full" }, `${HEAD + PICTURE}1d564100`],
    ["ESC p 0: the drawer on pin 2, last of all", { drawer: "pin-2", feedLines: 1 }, `${HEAD + PICTURE}0a1b700019fa`],
    ["ESC p 1: the drawer on pin 5", { drawer: "pin-5" }, `${HEAD + PICTURE}1b700119fa`],
    ["GS ( K 49: 30 % more density", { densityPercent: 130 }, `1b401d284b02003106${HEAD.slice(4)}${PICTURE}`],
    ["GS a: it tells its status by itself", { tellsStatus: true }, `1b401d610e${HEAD.slice(4)}${PICTURE}`],
    ["GS ( K 49: 30 % less", { densityPercent: 70 }, `1b401d284b020031fa${HEAD.slice(4)}${PICTURE}`],
  ])("%s", (_, options, bytes) => {
    expect(hex(bytesOf(dot, { ...PLAIN, ...options }))).toBe(bytes);
  });
});

/** Of such dots that a real-time command stands in every second one. */
const strips = fc
  .record({ columns: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 60 }), odd: fc.nat(7) })
  .chain(({ columns, height, odd }) =>
    fc
      .array(fc.constantFrom(0x00, 0x10, 0x04, 0x05, 0x14, 0x01, 0xff), {
        minLength: columns * height,
        maxLength: columns * height,
      })
      .map((bytes): Strip => cropped(bytes, columns * 8, height, columns * 8 - odd)),
  );

function cropped(bytes: readonly number[], wide: number, height: number, width: number): Strip {
  const black = Uint8Array.from({ length: width * height }, (_, dot) => {
    const at = Math.floor(dot / width) * wide + (dot % width);
    return ((bytes[at >> 3] ?? 0) >> (7 - (at % 8))) & 1;
  });
  return { width, height, black };
}

/** Bytes of a picture that would be DLE without the dot beside it. */
function risksIn({ black }: Strip): number {
  const bytes = Array.from({ length: black.length / 8 }, (_, nth) =>
    black.subarray(nth * 8, nth * 8 + 8).reduce((byte, dot) => byte * 2 + dot, 0),
  );
  return bytes.filter((byte, at) => byte === 0x18 && [0x04, 0x05, 0x14].includes(bytes[at + 1] ?? 0)).length;
}
