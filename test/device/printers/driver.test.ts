import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawSlip } from "../../../device/drawing/draw-slip.ts";
import type { Slip } from "../../../device/drawing/slip.ts";
import { escposPrinter } from "../../../gateway/drivers/escpos.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { plainStrip, SAMPLE_QRIS } from "../fixtures.ts";
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
  const more = {
    cut: "full",
    feed_lines: 1,
    drawer: "pin-5",
    density_percent: 120,
    speed_mm: 500,
    automatic_status: true,
  };
  const printer = await open({ port, paper: "80mm", ...more });
  expect(await printer.print(plainStrip(576, 8))).toBe("printed");
  await printer.close();
  expect(far.roll.marks).toEqual([
    { did: "tells-status", of: 0x0e },
    { did: "initialise" },
    { did: "tells-status", of: 0x0e },
    { did: "density", step: 4 },
    { did: "align", how: 1 },
    { did: "picture", picture: plainStrip(576, 8), align: 1 },
    { did: "feed" },
    { did: "cut", how: 65 },
    { did: "kick", pin: 5, onMs: 50, offMs: 500 },
  ]);
});

const SLIP: Slip = {
  blocks: [
    { is: "text", text: "Café" },
    { is: "qr", text: SAMPLE_QRIS },
    { is: "text", text: "コーヒー" },
  ],
};

test.each([
  [{}, ["picture"]],
  [{ text: "font", code_page: "pc437" }, ["line", "picture"]],
  [{ text: "font" }, ["picture"]],
  [{ qr: "native" }, ["picture", "code", "picture"]],
  [{ text: "font", code_page: "wpc1252", qr: "native" }, ["line", "code", "picture"]],
])("with %j a slip is printed as %j", async (words, kinds) => {
  const strip = drawSlip(SLIP, 384);
  if ("fits" in strip) throw new Error("the code does not fit");
  const printer = await open({ port: `tcp:127.0.0.1:${far.port}`, speed_mm: 500, ...words });
  expect(await printer.print(strip, SLIP)).toBe("printed");
  await printer.close();
  expect(far.roll.complaints).toEqual([]);
  const did = far.roll.marks.map((mark) => mark.did).filter((one) => ["line", "picture", "code"].includes(one));
  expect(did.filter((one, at) => one !== did[at - 1])).toEqual(kinds);
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
