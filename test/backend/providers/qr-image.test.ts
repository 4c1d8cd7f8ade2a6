import { crc32, deflateSync } from "node:zlib";
import { PNG } from "pngjs";
import qrcode from "qrcode";
import { describe, expect, test } from "vitest";
import { readQrImage } from "../../../backend/providers/qr-image.ts";

const QR =
  "00020101021226620014COM.GO-JEK.WWW011993600914349052630340210G4905263030303UKE51440014ID.CO.QRIS.WWW0215AID0607336128660303UKE5204341453033605802ID5904Test6007BANDUNG6105402845409789000.0062475036c032f87c-f773-4619-aefa-675e1f06f9210703A016304A623";

/** A QR code as it comes, and as it lies on a larger sheet with a title, a frame and much white, like the QRIS standard's. */
const bare = (options: object = {}): Promise<Buffer> => qrcode.toBuffer(QR, { type: "png", scale: 4, ...options });
async function framed(colorType: 0 | 2 | 6): Promise<Buffer> {
  const code = PNG.sync.read(await bare());
  const sheet = new PNG({ width: 800, height: 1_100 });
  sheet.data.fill(255);
  for (let x = 60; x < 740; x += 1)
    for (const y of [60, 61, 180, 1_040]) sheet.data.fill(0, (y * 800 + x) * 4, (y * 800 + x) * 4 + 3);
  PNG.bitblt(code, sheet, 0, 0, code.width, code.height, 250, 400);
  return PNG.sync.write(sheet, { colorType });
}

describe("the text is read from", () => {
  test("a bare code in black and white", async () => {
    expect(readQrImage(await bare())).toBe(QR);
  });

  test.each([0, 2, 6] as const)("a framed sheet of colour type %i", async (colorType) => {
    expect(readQrImage(await framed(colorType))).toBe(QR);
  });

  test("a code on a transparent background", async () => {
    expect(readQrImage(await bare({ color: { light: "#00000000", dark: "#000000ff" } }))).toBe(QR);
  });
});

describe("there is no text in", () => {
  test("nothing, and what is no PNG", () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from("<html>not here</html>".repeat(9)), Buffer.alloc(40)]) {
      expect(readQrImage(bytes)).toBeUndefined();
    }
  });

  test("a white sheet", () => {
    const sheet = new PNG({ width: 100, height: 100 });
    sheet.data.fill(255);
    expect(readQrImage(PNG.sync.write(sheet))).toBeUndefined();
  });

  test("a PNG that was cut anywhere", async () => {
    const whole = await bare();
    for (let length = 0; length < whole.length - 12; length += 97)
      expect(readQrImage(whole.subarray(0, length))).not.toBe("");
  });

  test("a picture with a side of more than 2048 pixels, though it shows one", async () => {
    const code = PNG.sync.read(await bare());
    const sheetOf = (width: number): Buffer => {
      const sheet = new PNG({ width, height: 300 });
      sheet.data.fill(255);
      PNG.bitblt(code, sheet, 0, 0, code.width, code.height, 10, 10);
      return PNG.sync.write(sheet);
    };
    expect(readQrImage(sheetOf(2_048))).toBe(QR);
    expect(readQrImage(sheetOf(2_049))).toBeUndefined();
  });

  test("an interlaced picture, though it shows one", async () => {
    const picture = interlaced(PNG.sync.read(await bare()));
    expect(PNG.sync.read(picture).width).toBeGreaterThan(200);
    expect(readQrImage(picture)).toBeUndefined();
  });
});

/** The seven passes of an interlaced PNG: first column, first row, step right, step down (PNG specification, 8.2). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The same picture in 8-bit grey, interlaced. */
function interlaced({ width, height, data }: PNG): Buffer {
  const bytes: number[] = [];
  for (const [left, top, right, down] of PASSES) {
    for (let y = top; y < height; y += down) {
      bytes.push(0);
      for (let x = left; x < width; x += right) bytes.push(data[(y * width + x) * 4] ?? 0);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 1], 8);
  const chunks = [
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(bytes))),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks]);
}

function chunk(name: string, content: Buffer): Buffer {
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  const body = Buffer.concat([Buffer.from(name), content]);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
