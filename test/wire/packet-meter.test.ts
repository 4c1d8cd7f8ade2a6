import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PACKET_MAX_BYTES, PacketMeter } from "../../wire/packet-meter.ts";

/** A PUBLISH whose remaining length is `length`, written in as few bytes as MQTT asks for. */
function packet(length: number): Buffer {
  const header = [0x30];
  for (let left = length; ; left = Math.floor(left / 128)) {
    header.push(left >= 128 ? (left % 128) | 0x80 : left);
    if (left < 128) return Buffer.concat([Buffer.from(header), Buffer.alloc(length)]);
  }
}

describe("a meter for packets", () => {
  test("lets packets of every allowed length pass, however they are cut into pieces", () => {
    const lengths = fc.array(fc.oneof(fc.nat(300), fc.constantFrom(0, 127, 128, 16_383, 16_384)), { maxLength: 12 });
    fc.assert(
      fc.property(lengths, fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1 }), (sizes, cuts) => {
        const meter = new PacketMeter();
        const stream = Buffer.concat(sizes.map(packet));
        for (let at = 0, nth = 0; at < stream.length; nth++) {
          const piece = stream.subarray(at, at + (cuts[nth % cuts.length] ?? 1));
          expect(meter.see(piece)).toBe(true);
          at += piece.length;
        }
      }),
    );
  });

  test("counts the fixed header: exactly the limit passes, one byte more does not", () => {
    expect(new PacketMeter(130).see(packet(128).subarray(0, 131))).toBe(false);
    expect(new PacketMeter(131).see(packet(128))).toBe(true);
    expect(new PacketMeter(129).see(packet(127))).toBe(true);
    expect(new PacketMeter(128).see(packet(127))).toBe(false);
  });

  test("reads a length of four bytes, the longest that there is", () => {
    const meter = new PacketMeter(300_000_000);
    expect(meter.see(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))).toBe(true);
    expect(new PacketMeter(268_435_459).see(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))).toBe(false);
  });

  test("refuses a packet of 256 MB from its first five bytes", () => {
    const meter = new PacketMeter();
    expect(meter.see(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))).toBe(false);
  });

  test("refuses it too when the bytes come one by one, after good packets, and goes on refusing", () => {
    const meter = new PacketMeter();
    expect(meter.see(packet(500))).toBe(true);
    const seen = [...packet(PACKET_MAX_BYTES + 1).subarray(0, 4)].map((byte) => meter.see(Buffer.from([byte])));
    expect(seen.at(-1)).toBe(false);
    expect(meter.see(Buffer.from([0xc0]))).toBe(false);
    expect(meter.see(Buffer.from([0x00]))).toBe(false);
  });

  test("measures each packet by itself, however many came before", () => {
    const meter = new PacketMeter(200);
    for (let nth = 0; nth < 10; nth += 1) expect(meter.see(packet(100))).toBe(true);
    expect(meter.see(packet(199))).toBe(false);
  });

  test("refuses a length that is written in five bytes, and goes on refusing", () => {
    const meter = new PacketMeter();
    expect(meter.see(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x00]))).toBe(false);
    expect(meter.see(Buffer.from([0x00]))).toBe(false);
  });

  test("answers for any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (pieces) => {
        const meter = new PacketMeter(64);
        const seen = pieces.map((piece) => meter.see(piece));
        const firstNo = seen.indexOf(false);
        const after =
          firstNo === -1
            ? []
            : seen.slice(firstNo + 1).filter((_, nth) => (pieces[firstNo + 1 + nth]?.length ?? 0) > 0);
        expect(after).not.toContain(true);
      }),
    );
  });
});
