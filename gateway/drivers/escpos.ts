import { z } from "zod";
import type { Slip } from "../../device/drawing/slip.ts";
import { codePages, numberOf } from "../../device/printers/code-pages.ts";
import type { Typesetting } from "../../device/printers/typesetting.ts";
import type { OpenWire } from "../../device/printers/wire.ts";
import { type Bench, driver, type PrinterDriver } from "./driver.ts";

/** Thermal printers that speak ESC/POS. */

const PORT =
  /^(?:usb(?::(?<vendor>[0-9a-f]{4}):(?<product>[0-9a-f]{4}))?|lp:(?<lp>\/.+)|serial:(?<line>\/.+)|tcp:(?<host>[^:]+)(?::(?<number>\d{1,5}))?)$/;

const options = {
  port: z
    .string()
    .regex(
      PORT,
      "usb, usb:VENDOR:PRODUCT as lsusb tells them, lp:/dev/usb/lp0, serial:/dev/ttyUSB0, or tcp:ADDRESS[:PORT]",
    )
    .default("usb")
    .describe(
      "Where it is: usb (the first there is), usb:04b8:0e15, lp:/dev/usb/lp0, serial:/dev/ttyUSB0, tcp:10.0.0.9.",
    )
    .meta({ example: "usb:04b8:0e15" }),
  baud: z
    .literal([9_600, 19_200, 38_400, 57_600, 115_200])
    .default(9_600)
    .describe(
      "On a serial line, as the printer's self-test prints it. A QR slip takes 40 seconds at 9600 as a picture, on 80 mm 70; one second in the printer's own letters and code.",
    ),
  flow_control: z
    .enum(["none", "rts-cts", "xon-xoff"])
    .default("none")
    .describe("On a serial line. With none a printer that is slower than the line loses dots."),
  paper: z.enum(["58mm", "80mm"]).default("58mm").describe("384 or 576 dots across."),
  dots: z
    .int()
    .min(64)
    .max(1_024)
    .multipleOf(8)
    .optional()
    .describe("Dots across, where they are others.")
    .meta({ example: 512 }),
  qr: z
    .enum(["raster", "native"])
    .default("raster")
    .describe("The code as a picture, or made by the printer itself (GS ( k), where it can."),
  text: z
    .enum(["raster", "font"])
    .default("raster")
    .describe("Texts as a picture, or in the printer's own letters: fewer bytes for a slow line."),
  code_page: z
    .enum(codePages)
    .default("ascii")
    .describe("Letters that the printer has of its own; a text with others is drawn, in any script."),
  cut: z.enum(["full", "partial", "none"]).default("partial").describe("None where it has no knife."),
  feed_lines: z.int().min(0).max(20).default(3).describe("Blank lines below a slip, to tear it off."),
  drawer: z
    .enum(["none", "pin-2", "pin-5"])
    .default("none")
    .describe("A cash drawer that opens with every slip, also with one that nobody has paid yet."),
  density_percent: z
    .int()
    .min(70)
    .max(130)
    .multipleOf(5)
    .optional()
    .describe("How black, where the printer knows GS ( K; its own setting otherwise.")
    .meta({ example: 110 }),
  automatic_status: z
    .boolean()
    .default(false)
    .describe("Has it tell its status by itself too (GS a), where it can: trouble is known sooner."),
  speed_mm: z
    .int()
    .min(10)
    .max(500)
    .default(50)
    .describe("Millimetres of paper a second, or somewhat less: a slip is watched for as long as it takes."),
};

type Given = z.output<z.ZodObject<typeof options>>;

const DOTS = { "58mm": 384, "80mm": 576 };
const ROWS_PER_MM = 8;
const PRINTER_PORT = 9_100;
/** TCIOFLUSH. */
const BOTH_QUEUES = 2;

export const escposPrinter: PrinterDriver = driver("escpos", options, async (given, bench) => {
  const { EscposPrinter } = await import("../../device/printers/escpos-printer.ts");
  const { clock, log } = bench;
  const options = printing(given);
  const isDrawn = given.text === "raster" && given.qr === "raster";
  return new EscposPrinter(isDrawn ? options : { ...options, ...(await ownWords(given, options.dots)) }, {
    open: wireOf(given, bench),
    clock,
    tell: (why) =>
      why === undefined ? log.info("the printer is reached", {}) : log.warn("the printer is not reached", { why }),
  });
});

const printing = (given: Given) => ({
  dots: given.dots ?? DOTS[given.paper],
  rowsPerSecond: given.speed_mm * ROWS_PER_MM,
  cut: given.cut,
  feedLines: given.feed_lines,
  drawer: given.drawer,
  tellsStatus: given.automatic_status,
  ...(given.density_percent === undefined ? {} : { densityPercent: given.density_percent }),
});

/** Letters and codes of the printer's own, and the drawing of what it has none for. */
async function ownWords(given: Given, dots: number) {
  const [{ typeset }, { drawSlip }] = await Promise.all([
    import("../../device/printers/typesetting.ts"),
    import("../../device/drawing/draw-slip.ts"),
  ]);
  const hasLetters = given.text === "font";
  const draw: Typesetting["draw"] = (slip) => {
    const strip = drawSlip(slip, dots);
    return "fits" in strip ? undefined : strip;
  };
  const setting = { dots, hasLetters, hasCodes: given.qr === "native", codePage: given.code_page, draw };
  return {
    ...(hasLetters ? { letters: { page: numberOf(given.code_page) } } : {}),
    typeset: (slip: Slip) => typeset(slip, setting),
  };
}

/** A printer that is not there yet keeps no daemon from starting: it is looked for when it is needed. */
function wireOf(given: Given, { clock }: Bench): OpenWire {
  const { vendor, product, lp, line, host, number } = PORT.exec(given.port)?.groups ?? {};
  if (host !== undefined) return () => throughTcp(host, Number(number ?? PRINTER_PORT), clock);
  if (line !== undefined) return () => throughSerial(line, given, clock);
  const id = vendor === undefined || product === undefined ? undefined : { vendor, product };
  return async () => {
    const [{ openLpWire }, { findUsbPrinter }] = await Promise.all([
      import("../../device/printers/lp-wire.ts"),
      import("../../device/printers/usb.ts"),
    ]);
    return openLpWire(lp ?? findUsbPrinter(id), clock);
  };
}

async function throughTcp(host: string, port: number, clock: Bench["clock"]) {
  const { openTcpWire } = await import("../../device/printers/tcp-wire.ts");
  return openTcpWire(host, port, clock);
}

async function throughSerial(path: string, given: Given, clock: Bench["clock"]) {
  const [{ openSerialWire }, { loadLibc }] = await Promise.all([
    import("../../device/printers/serial-wire.ts"),
    import("../../host/libc.ts"),
  ]);
  const { tcflush } = loadLibc();
  const discard = (fd: number): void => {
    tcflush(fd, BOTH_QUEUES);
  };
  return openSerialWire({ path, baud: given.baud, flowControl: given.flow_control, discard }, clock);
}
