import type { Strip } from "../../device/device.ts";
import { drawSlip } from "../../device/drawing/draw-slip.ts";
import type { Slip } from "../../device/drawing/slip.ts";
import { pictureOf, type TicketOptions, ticketOf } from "../../device/printers/ticket.ts";
import { typeset } from "../../device/printers/typesetting.ts";
import { qrSlip, receipt } from "../../gateway/paper/slips.ts";
import { order, PAGE, PRICE, qrFor, settlementOf } from "../support/sale.ts";
import type { Row } from "./table.ts";

const OPTIONS: TicketOptions = { cut: "partial", feedLines: 3, drawer: "none" };
/** Bands have a header each; white rows at the end are not sent. */
const TIMES_RASTER = 1.05;
const STAND = { standName: "Kopi Lobi", isTest: false };

const slips: Readonly<Record<string, Slip>> = {
  "QR slip": qrSlip({ ...STAND, order, qr: qrFor(PRICE), until: "01/01/2026 07:02 WIB" }),
  receipt: receipt({ ...STAND, order: { ...order, page: PAGE }, paid: settlementOf(PRICE), zone: "WIB" }),
};

/** What goes to a printer for a slip, drawn and in the printer's own words; the floor is the picture alone, a bit a dot. */
export async function slipRows(): Promise<readonly Row[]> {
  return Object.entries(slips).flatMap(([name, slip]) => [384, 576].flatMap((dots) => rowsFor(name, slip, dots)));
}

function rowsFor(name: string, slip: Slip, dots: number): readonly Row[] {
  const strip = drawnOn(slip, dots);
  const floor = (strip.width / 8) * strip.height;
  const own = typeset(slip, {
    dots,
    hasLetters: true,
    hasCodes: true,
    codePage: "ascii",
    draw: (part) => drawnOn(part, dots),
  });
  const what = `${name} on paper of ${dots} dots`;
  const note = "floor: the whole strip, a bit a dot";
  const rows: Row[] = [
    { what, unit: "bytes", value: bytesOf(pictureOf(strip)), floor, target: TIMES_RASTER * floor, note },
  ];
  if (own === undefined) return rows;
  const words = `${what}, in the printer's own words`;
  return [...rows, { what: words, unit: "bytes", value: bytesOf(own), floor, target: floor / 10, note }];
}

const bytesOf = (body: Parameters<typeof ticketOf>[0]): number =>
  ticketOf(body, OPTIONS).reduce((sum, piece) => sum + piece.length, 0);

function drawnOn(slip: Slip, dots: number): Strip {
  const strip = drawSlip(slip, dots);
  if ("fits" in strip) throw new Error(`the code needs ${strip.needed} dots, the paper has ${strip.available}`);
  return strip;
}
