import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Frame, HardwareFault, type Screen } from "../../../device/device.ts";
import { type Kernel, KernelError } from "../../../device/pins/kernel.ts";
import { takeConsole } from "../../../device/screens/console.ts";
import { openFramebuffer } from "../../../device/screens/framebuffer.ts";
import type { Rotation } from "../../../device/screens/pixels.ts";
import { screenContract } from "../contract.ts";
import { jsqrRead, SAMPLE_QRIS } from "../fixtures.ts";
import { colourful, patched, qrPage, withBits } from "./pictures.ts";

/** A framebuffer that is a file, with what a kernel says of it. `gap`: bytes after each row. */
type Shape = {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly left?: number;
  readonly top?: number;
  readonly gap?: number;
};

/** Shift and bits of red, green, blue, as vc4 and fbtft say them. */
const CHANNELS: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  16: [
    [11, 5],
    [5, 6],
    [0, 5],
  ],
  24: [
    [16, 8],
    [8, 8],
    [0, 8],
  ],
  32: [
    [16, 8],
    [8, 8],
    [0, 8],
  ],
};
const UNTOUCHED = 0xa5;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "qris-fb-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const strideOf = ({ width, bits, left = 0, gap = 0 }: Shape): number => ((width + left) * bits) / 8 + gap;

/** `struct fb_var_screeninfo`, as far as anybody reads it. */
function recordOf({ width, height, bits, left = 0, top = 0 }: Shape): Buffer {
  const record = Buffer.alloc(160);
  for (const [place, word] of [width, height, width + left, height + top, left, top, bits].entries()) {
    record.writeUInt32LE(word, place * 4);
  }
  for (const [place, [shift, length]] of (CHANNELS[bits] ?? [[0, bits]]).entries()) {
    record.writeUInt32LE(shift, 32 + place * 12);
    record.writeUInt32LE(length, 36 + place * 12);
  }
  return record;
}

const kernelWith = (more: Partial<Kernel>): Kernel => ({
  open: () => 99,
  ioctl: () => undefined,
  ioctlNumber: () => undefined,
  read: () => 0,
  close: () => undefined,
  onReadable: () => () => undefined,
  ...more,
});

async function openOn(shape: Shape, rotation: Rotation = 0): Promise<Screen> {
  const path = join(folder, "fb0");
  mkdirSync(join(folder, "sys", "fb0"), { recursive: true });
  writeFileSync(join(folder, "sys", "fb0", "stride"), `${strideOf(shape)}\n`);
  writeFileSync(path, Buffer.alloc(strideOf(shape) * (shape.height + (shape.top ?? 0)), UNTOUCHED));
  const kernel = kernelWith({
    ioctl: (_, request, argument) => {
      expect(request).toBe(0x4600);
      recordOf(shape).copy(argument);
    },
  });
  return openFramebuffer({ path, rotation, kernel, folder: join(folder, "sys") });
}

/** The picture that the file holds, read bit by bit. */
function pictureIn(shape: Shape): Frame {
  const { width, height, bits, left = 0, top = 0 } = shape;
  const memory = readFileSync(join(folder, "fb0"));
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const word = memory.readUIntLE((top + y) * strideOf(shape) + ((left + x) * bits) / 8, bits / 8);
    for (const [colour, [shift, length]] of (CHANNELS[bits] ?? []).entries()) {
      rgba[pixel * 4 + colour] = (Math.floor(word / 2 ** shift) % 2 ** length) << (8 - length);
    }
  }
  return { width, height, rgba };
}

for (const bits of [16, 24, 32]) {
  const shape = { width: 40, height: 30, bits };
  const [red, green, blue] = bits === 16 ? ([5, 6, 5] as const) : ([8, 8, 8] as const);
  const asShown = (frame: Frame): Frame => withBits(frame, red, green, blue);

  screenContract(`a framebuffer of ${bits} bits`, async () => {
    const screen = await openOn(shape);
    return { screen, shown: () => pictureIn(shape), asShown, end: () => screen.close() };
  });

  test(`every pixel lies where ${bits} bits want it`, async () => {
    const screen = await openOn(shape);
    await screen.show(colourful(40, 30));
    await screen.close();
    expect(pictureIn(shape)).toEqual(asShown(colourful(40, 30)));
  });
}

test("the file's bytes are those of the kernel's record: rows from the stride, the first after what is scrolled away", async () => {
  const screen = await openOn({ width: 2, height: 2, bits: 16, left: 1, top: 1, gap: 2 });
  const rgba = new Uint8ClampedArray([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255]);
  await screen.show({ width: 2, height: 2, rgba });
  await screen.close();
  const rows = ["a5a5 a5a5 a5a5 a5a5", "a5a5 00f8 e007 a5a5", "a5a5 1f00 ffff a5a5"];
  expect(readFileSync(join(folder, "fb0")).toString("hex")).toBe(rows.join("").replaceAll(" ", ""));
});

test.each<[Rotation, number, number]>([
  [90, 30, 40],
  [180, 40, 30],
  [270, 30, 40],
])("turned by %s degrees, the picture is %s × %s and stands on its side", async (rotation, width, height) => {
  const shape = { width: 40, height: 30, bits: 32 };
  const screen = await openOn(shape, rotation);
  expect(screen).toMatchObject({ width, height });
  const frame = colourful(width, height);
  await screen.show(frame);
  await screen.show(patched(frame, 3, 5, 4, 2));
  await screen.close();
  const [shown, patch] = [pictureIn(shape), patched(frame, 3, 5, 4, 2)];
  const pixel = ({ rgba, width }: Frame, x: number, y: number) => [
    ...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
  ];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [across, down] = { 90: [39 - y, x], 180: [39 - x, 29 - y], 270: [y, 29 - x] }[rotation as 90] ?? [0, 0];
      expect(pixel(shown, across ?? 0, down ?? 0)).toEqual(pixel(patch, x, y));
    }
  }
});

test("only the rows that changed are written", async () => {
  const shape = { width: 20, height: 10, bits: 32 };
  const screen = await openOn(shape);
  const frame = colourful(20, 10);
  await screen.show(frame);
  writeFileSync(join(folder, "fb0"), Buffer.alloc(strideOf(shape) * 10, UNTOUCHED));
  await screen.show(patched(frame, 4, 3, 2, 2));
  await screen.close();
  const rows = Array.from({ length: 10 }, (_, y) => readFileSync(join(folder, "fb0")).subarray(y * 80, y * 80 + 80));
  const written = rows.flatMap((row, y) => (row.every((byte) => byte === UNTOUCHED) ? [] : [y]));
  expect(written).toEqual([3, 4]);
});

test("a QR page is read from the memory", async () => {
  const shape = { width: 480, height: 320, bits: 16, gap: 64 };
  const screen = await openOn(shape);
  await screen.show(qrPage(480, 320));
  await screen.close();
  expect(jsqrRead(pictureIn(shape))).toBe(SAMPLE_QRIS);
});

describe("what cannot be", () => {
  test("a framebuffer that is not there is named, with what to look for", async () => {
    const opened = openFramebuffer({ path: join(folder, "fb7"), rotation: 0, kernel: kernelWith({}) });
    await expect(opened).rejects.toThrow(/fb7: ENOENT\. Is the panel connected, and its overlay in config\.txt\?/);
    await expect(opened).rejects.toBeInstanceOf(HardwareFault);
  });

  test("a device that is no framebuffer", async () => {
    writeFileSync(join(folder, "fb0"), "");
    const kernel = kernelWith({
      ioctl: () => {
        throw new KernelError("ENOTTY", "ioctl");
      },
    });
    const opened = openFramebuffer({ path: join(folder, "fb0"), rotation: 0, kernel, folder });
    await expect(opened).rejects.toThrow(/asking .*fb0 for its size: ENOTTY/);
  });

  test("a palette of 8 bits is refused with the setting that changes it", async () => {
    await expect(openOn({ width: 40, height: 30, bits: 8 })).rejects.toThrow(/8 bits a pixel.*framebuffer_depth/);
  });
});

describe("the console under the pictures", () => {
  test("it is told to keep away, and given back once", () => {
    const told: string[] = [];
    const kernel = kernelWith({
      ioctlNumber: (fd, request, mode) => told.push(`${fd} ${request.toString(16)} ${mode}`),
      close: (fd) => told.push(`close ${fd}`),
    });
    const console = takeConsole(kernel, "/dev/tty0");
    expect(told).toEqual(["99 4b3a 1"]);
    console.close();
    console.close();
    expect(told).toEqual(["99 4b3a 1", "99 4b3a 0", "close 99"]);
  });

  test("who may not tell it reads what to do instead", () => {
    const closed: number[] = [];
    const kernel = kernelWith({
      ioctlNumber: () => {
        throw new KernelError("EPERM", "ioctl");
      },
      close: (fd) => closed.push(fd),
    });
    expect(() => takeConsole(kernel, "/dev/tty0")).toThrow(/\/dev\/tty0: EPERM\..*vt\.global_cursor_default=0/);
    expect(closed).toEqual([99]);
  });
});
