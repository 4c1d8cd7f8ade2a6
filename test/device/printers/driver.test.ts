import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { escposPrinter } from "../../../gateway/drivers/escpos.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { plainStrip } from "../fixtures.ts";
import { TcpPrinter } from "./tcp-printer.ts";

const bench = {
  clock: steadyClock("test"),
  log: silentLog,
  simulatedAddress: undefined,
  shared: <Thing>(_: string, open: () => Promise<Thing>) => open(),
};
const open = async (options: object) => {
  const printer = await escposPrinter.open(escposPrinter.options.parse({ driver: "escpos", ...options }), bench);
  if (printer === undefined) throw new Error("no printer");
  return printer;
};

let far: TcpPrinter;
beforeEach(async () => {
  far = await TcpPrinter.listening();
});
afterEach(() => far.end());

test("what the configuration says is what is printed", async () => {
  const port = `tcp:127.0.0.1:${far.port}`;
  const more = { cut: "full", feed_lines: 1, drawer: "pin-5", density_percent: 120, speed_mm: 500 };
  const printer = await open({ port, paper: "80mm", ...more });
  expect(await printer.print(plainStrip(576, 8))).toBe("printed");
  await printer.close();
  expect(far.roll.marks).toEqual([
    { did: "initialise" },
    { did: "density", step: 4 },
    { did: "align", how: 1 },
    { did: "picture", picture: plainStrip(576, 8) },
    { did: "feed" },
    { did: "cut", how: 65 },
    { did: "kick", pin: 5, onMs: 50, offMs: 500 },
  ]);
});

test.each([
  [{}, 384],
  [{ paper: "80mm" }, 576],
  [{ paper: "80mm", dots: 512 }, 512],
])("%j is %i dots across", async (options, dots) => {
  const printer = await open({ port: "lp:/nowhere/lp0", ...options });
  expect(printer.dots).toBe(dots);
  await printer.close();
});

test.each(["lp:/nowhere/lp0", "usb:ffff:ffff", "serial:/nowhere/ttyUSB0", "tcp:127.0.0.1:1"])(
  "a printer that is not there keeps nothing from starting: %s",
  async (port) => {
    const printer = await open({ port });
    expect(await printer.condition()).toBe("offline");
    await printer.close();
  },
);

describe("what is no place of a printer is refused", () => {
  test.each(["", "/dev/usb/lp0", "usb:", "usb:04b8", "usb:04B8:0E15", "lp:lp0", "serial:", "tcp:", "tcp:host:port"])(
    '"%s"',
    (port) => {
      const read = escposPrinter.options.safeParse({ driver: "escpos", port });
      expect(read.error?.issues.map(({ path, message }) => `${path}: ${message}`)).toEqual([
        expect.stringMatching(/^port: usb, usb:VENDOR:PRODUCT/),
      ]);
    },
  );
});
