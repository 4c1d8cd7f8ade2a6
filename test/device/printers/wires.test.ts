import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HardwareFault } from "../../../device/device.ts";
import { openLpWire } from "../../../device/printers/lp-wire.ts";
import { openSerialWire } from "../../../device/printers/serial-wire.ts";
import { openTcpWire } from "../../../device/printers/tcp-wire.ts";
import { findUsbPrinter } from "../../../device/printers/usb.ts";
import { steadyClock } from "../../../host/clock.ts";
import { TcpPrinter } from "./tcp-printer.ts";

const clock = steadyClock("test");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qris-printer-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a character device", () => {
  /** A pipe is full after 64 KiB, as a printer is that reads no more. */
  const pipe = (): string => {
    const path = join(folder, "lp0");
    execFileSync("mkfifo", [path]);
    return path;
  };

  test("that takes no more is stalled at the deadline, while everything else goes on", async () => {
    const wire = openLpWire(pipe(), clock);
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 10);
    const from = clock.now().ms;
    expect(await wire.write(new Uint8Array(100_000), 300)).toBe("stalled");
    expect(clock.now().ms - from).toBeLessThan(1_000);
    expect(turns).toBeGreaterThan(5);
    clearInterval(ticking);
    await wire.close();
  });

  test("that is slow gets everything, in order", async () => {
    const path = pipe();
    const wire = openLpWire(path, clock);
    const far = openLpWire(path, clock);
    const sent = Uint8Array.from({ length: 150_000 }, (_, at) => at % 251);
    const writing = wire.write(sent, 10_000);
    const got: Uint8Array[] = [];
    for (let left = sent.length; left > 0; left -= got.at(-1)?.length ?? 0) got.push(await far.read(5_000));
    expect(await writing).toBe("sent");
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    await far.close();
    await wire.close();
  });

  test("after close nothing is sent and nothing comes, and who wants to know is told once", async () => {
    const wire = openLpWire(pipe(), clock);
    const heard: string[] = [];
    wire.onGone(() => heard.push("gone"));
    await wire.close();
    await wire.close();
    expect(heard).toEqual(["gone"]);
    expect(await wire.write(Uint8Array.of(1), 100)).toBe("gone");
    expect(await wire.read(100)).toHaveLength(0);
  });

  test("that is not there is refused with its path", () => {
    expect(() => openLpWire(join(folder, "lp9"), clock)).toThrow(/lp9 cannot be opened: ENOENT; is it plugged in/);
  });
});

describe("USB printers", () => {
  const plug = async (name: string, vendor: string, product: string): Promise<void> => {
    const device = join(folder, "devices", name);
    await mkdir(join(device, "1-1:1.0"), { recursive: true });
    await mkdir(join(folder, "class", "usbmisc", name), { recursive: true });
    await writeFile(join(device, "idVendor"), `${vendor}\n`);
    await writeFile(join(device, "idProduct"), `${product}\n`);
    await symlink(join(device, "1-1:1.0"), join(folder, "class", "usbmisc", name, "device"));
  };

  test("are found by their id, or the first of them in the kernel's order", async () => {
    await plug("lp10", "0416", "5011");
    await plug("lp2", "04b8", "0e15");
    expect(findUsbPrinter({ vendor: "0416", product: "5011" }, folder)).toBe("/dev/usb/lp10");
    expect(findUsbPrinter(undefined, folder)).toBe("/dev/usb/lp2");
  });

  test("that are not there are missed, with those that are", async () => {
    expect(() => findUsbPrinter(undefined, folder)).toThrow(/no USB printer: is it plugged in/);
    await plug("lp0", "04b8", "0e15");
    const wanted = { vendor: "0416", product: "5011" };
    expect(() => findUsbPrinter(wanted, folder)).toThrow(/no USB printer 0416:5011: .* There is 04b8:0e15\./);
  });
});

describe("the network", () => {
  test("brings what was sent and what is answered", async () => {
    const far = await TcpPrinter.listening();
    const wire = await openTcpWire("127.0.0.1", far.port, clock);
    expect(await wire.write(Uint8Array.of(0x10, 0x04, 0x04), 1_000)).toBe("sent");
    expect([...(await wire.read(1_000))]).toEqual([0x12]);
    expect(await wire.read(20)).toHaveLength(0);
    await wire.close();
    await far.end();
  });

  test("tells a printer that hung up, and one that reads no more", async () => {
    const far = await TcpPrinter.listening();
    far.stall();
    const stalled = await openTcpWire("127.0.0.1", far.port, clock);
    expect(await stalled.write(new Uint8Array(20_000_000), 300)).toBe("stalled");
    const heard = new Promise<void>((resolve) => stalled.onGone(resolve));
    far.hangUp();
    await heard;
    expect(await stalled.write(Uint8Array.of(1), 1_000)).toBe("gone");
    await stalled.close();
    await far.end();
  });

  test("without a printer is refused with its address", async () => {
    const far = await TcpPrinter.listening();
    const { port } = far;
    await far.end();
    await expect(openTcpWire("127.0.0.1", port, clock)).rejects.toThrow(HardwareFault);
  });
});

test("a serial line that is not there is refused with its path", async () => {
  const line = {
    path: join(folder, "ttyUSB9"),
    baud: 9_600,
    flowControl: "none",
    discard: () => undefined,
  } as const;
  await expect(openSerialWire(line, clock)).rejects.toThrow(/no printer at .*ttyUSB9: .*No such file/);
});
