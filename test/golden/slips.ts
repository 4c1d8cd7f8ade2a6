import type { Frame, Strip } from "../../device/device.ts";
import { drawSlip } from "../../device/drawing/draw-slip.ts";
import type { Slip } from "../../device/drawing/slip.ts";
import { ticketOf } from "../../device/printers/ticket.ts";
import { typeset } from "../../device/printers/typesetting.ts";
import { qrSlip, type Receipt, receipt } from "../../gateway/paper/slips.ts";
import { serviceSlip } from "../../gateway/service/report.ts";
import { orderFor } from "../../gateway/trade/menu.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { paperPicture } from "../device/printers/paper-picture.ts";
import { unrolled } from "../device/printers/paper-roll.ts";
import { coffee, ORDER_ID, PAGE, PRICE, qrFor, settlementOf } from "../support/sale.ts";
import { troubledFacts } from "../support/service.ts";

/** What a stand prints, on paper of 58 and of 80 mm. */

/** `qr`: the code that must be read from the paper; `help`: the page of the order, in a smaller one. */
export type Paper = {
  readonly name: string;
  readonly dots: number;
  readonly qr?: string;
  readonly help?: string;
  readonly slip: Slip;
};

const order = orderFor({ ...coffee, name: "Kopi Susu Gula Aren" }, ORDER_ID, Date.UTC(2026, 0, 1));
const bought: Receipt = { order, paid: settlementOf(PRICE), standName: "Kopi Lobi", zone: "WIB", isTest: false };
const toScan = { order, qr: qrFor(PRICE), until: "01/01/2026 07:02 WIB", standName: "Kopi Lobi", isTest: false };

const slips: Readonly<Record<string, Slip>> = {
  qr: qrSlip(toScan),
  "qr-test-mode": qrSlip({ ...toScan, isTest: true }),
  receipt: receipt(bought),
  "receipt-test-mode": receipt({ ...bought, isTest: true }),
  "receipt-with-fee": receipt({ ...bought, paid: settlementOf(rupiah(15_700)) }),
  "receipt-with-page": receipt({ ...bought, order: { ...order, page: PAGE } }),
  "trouble-with-page": receipt({ ...bought, order: { ...order, page: PAGE }, because: "not-confirmed" }),
  "trouble-release-failed": receipt({ ...bought, because: "release-failed" }),
  service: serviceSlip(troubledFacts),
  "trouble-underpaid": receipt({ ...bought, paid: settlementOf(rupiah(14_000)), because: "underpaid" }),
};

export const papers: readonly Paper[] = Object.entries(slips).flatMap(([name, slip]) =>
  [384, 576].map((dots) => ({
    name,
    dots,
    slip,
    ...(name.startsWith("qr") ? { qr: qrFor(PRICE) } : {}),
    ...(name.endsWith("with-page") ? { help: PAGE } : {}),
  })),
);

export function drawPaper({ slip, dots }: Pick<Paper, "slip" | "dots">): Strip {
  const strip = drawSlip(slip, dots);
  if ("fits" in strip) throw new Error(`refused: ${JSON.stringify(strip)}`);
  return strip;
}

const inOwnWords = ["qr", "receipt", "receipt-with-page", "trouble-with-page"];
/** The same in a printer's own letters and with its own codes, on 58 mm. */
export const papersInOwnWords: readonly Paper[] = papers.filter(
  ({ name, dots }) => dots === 384 && inOwnWords.includes(name),
);

/** The bytes for a printer as an independent reader of them sees the paper. */
export function printInOwnWords({ slip, dots }: Pick<Paper, "slip" | "dots">): Frame {
  const draw = (part: Slip): Strip => drawPaper({ slip: part, dots });
  const body = typeset(slip, { dots, hasLetters: true, hasCodes: true, codePage: "ascii", draw });
  if (body === undefined) throw new Error("it does not go on the paper");
  const ticket = ticketOf(body, { cut: "none", feedLines: 0, drawer: "none", letters: { page: undefined } });
  return paperPicture(unrolled(Buffer.concat(ticket)), dots);
}
