import { readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, join } from "node:path";
import { HardwareFault, type Screen } from "../device.ts";
import type { Kernel } from "../pins/kernel.ts";
import { faultOf } from "./faults.ts";
import { type Glass, screenOn } from "./glass.ts";
import { type Area, type Channel, type Format, packer, type Rotation, turned } from "./pixels.ts";

/** What the kernel says of a framebuffer: `struct fb_var_screeninfo` of linux/fb.h, and its line length. */
export type Layout = {
  /** Pixels that are seen. */
  readonly width: number;
  readonly height: number;
  /** Where the first of them lies in memory, in pixels. */
  readonly left: number;
  readonly top: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  readonly format: Format;
};

export type FramebufferOptions = {
  /** Such as `/dev/fb0`. */
  readonly path: string;
  readonly rotation: Rotation;
  readonly kernel: Kernel;
  /** Where the kernel tells of its framebuffers. */
  readonly folder?: string;
};

const FBIOGET_VSCREENINFO = 0x4600;
const VSCREENINFO_BYTES = 160;

const HINTS = {
  ENOENT: "Is the panel connected, and its overlay in config.txt? `ls /dev/fb*` shows what there is",
  EACCES: "Add the daemon's user to the group video",
};

/** A screen on the kernel's framebuffer: HDMI, DSI, and panels that a kernel driver looks after. Rejects with `HardwareFault`. */
export async function openFramebuffer(options: FramebufferOptions): Promise<Screen> {
  const { path } = options;
  const file = await open(path, "r+").catch((error: unknown) => {
    throw faultOf(error, `opening ${path}`, HINTS);
  });
  try {
    return screenOn(glassOn(file, layoutOf(file.fd, options), options));
  } catch (error) {
    await file.close();
    throw faultOf(error, `asking ${path} for its size`);
  }
}

/** The stride is read from sysfs: in the kernel's own record its place differs between 32 and 64 bits. */
function layoutOf(fd: number, { path, kernel, folder = "/sys/class/graphics" }: FramebufferOptions): Layout {
  const record = Buffer.alloc(VSCREENINFO_BYTES);
  kernel.ioctl(fd, FBIOGET_VSCREENINFO, record);
  const stride = Number(readFileSync(join(folder, basename(path), "stride"), "utf8"));
  return readLayout(record, stride, path);
}

/** Throws `HardwareFault` for what has palettes or deeper colours than the eye of a phone. */
function readLayout(record: Buffer, stride: number, path: string): Layout {
  const word = (at: number): number => record.readUInt32LE(at);
  const channel = (at: number): Channel => ({ shift: word(at), bits: word(at + 4) });
  const [bits, red, green, blue] = [word(24), channel(32), channel(44), channel(56)];
  const areOrdinary = [red, green, blue].every((one) => one.bits >= 1 && one.bits <= 8);
  if ((bits !== 16 && bits !== 24 && bits !== 32) || !areOrdinary) {
    throw new HardwareFault(`${path} has ${bits} bits a pixel: 16, 24 or 32 are needed, see framebuffer_depth`);
  }
  const bytes = bits === 16 ? 2 : bits === 24 ? 3 : 4;
  const format: Format = { bytes, order: "little-endian", red, green, blue };
  return { width: word(0), height: word(4), left: word(16), top: word(20), stride, format };
}

function glassOn(file: FileHandle, layout: Layout, { path, rotation }: FramebufferOptions): Glass {
  const pack = packer(layout.format);
  const isAcross = rotation === 90 || rotation === 270;
  return {
    name: path,
    width: isAcross ? layout.height : layout.width,
    height: isAcross ? layout.width : layout.height,
    paint: async (frame, area) => {
      const upright = turned(frame, rotation);
      const rows = rowsOf(area, layout, rotation);
      try {
        await writeRows(file, layout, pack(upright, rows), rows.y);
      } catch (error) {
        throw faultOf(error, `writing to ${path}`);
      }
    },
    close: () => file.close(),
  };
}

/** Whole rows of the panel that hold `area` of the picture. */
function rowsOf({ x, y, width, height }: Area, layout: Layout, rotation: Rotation): Area {
  const [top, rows] = {
    0: [y, height],
    90: [x, width],
    180: [layout.height - y - height, height],
    270: [layout.height - x - width, width],
  }[rotation] as [number, number];
  return { x: 0, y: top, width: layout.width, height: rows };
}

/** In one piece where rows lie end to end; else row by row, for what lies between them is not ours. */
async function writeRows(file: FileHandle, layout: Layout, pixels: Buffer, firstRow: number): Promise<void> {
  const { width, left, top, stride, format } = layout;
  const rowBytes = width * format.bytes;
  const piece = stride === rowBytes ? pixels.length : rowBytes;
  const start = (top + firstRow) * stride + left * format.bytes;
  for (let from = 0, to = start; from < pixels.length; from += piece, to += stride) {
    await writeAll(file, pixels.subarray(from, from + piece), to);
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new HardwareFault(`nothing can be written at byte ${position + done}`);
    done += bytesWritten;
  }
}
