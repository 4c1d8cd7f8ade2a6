import type { Slip, SlipBlock } from "../../device/drawing/slip.ts";
import { claimCodeOf } from "../../protocol/ids.ts";
import { readQris } from "../../protocol/qris.ts";
import { type Rupiah, rupiah, showRupiah } from "../../protocol/rupiah.ts";
import type { Item, Trouble } from "../../protocol/statements.ts";
import { wallText, type Zone } from "../../protocol/wall-text.ts";
import type { Order, Settlement } from "../order/words.ts";

export type QrSlip = {
  readonly order: Order;
  readonly qr: string;
  /** Until when the customer may pay, on the wall; absent while nobody knows the time. */
  readonly until?: string;
  readonly standName: string;
  readonly isTest: boolean;
};

/** The slip that the customer scans. */
export function qrSlip({ order, qr, until, standName, isTest }: QrSlip): Slip {
  const read = readQris(qr);
  const merchant = read.is === "good" ? read.payload.merchantName : undefined;
  return {
    blocks: [
      ...heading(standName, isTest),
      ...(merchant === undefined ? [] : [centred(merchant)]),
      { is: "rule", dashed: true },
      ...order.items.map(itemLine),
      { is: "qr", text: qr },
      centred(showRupiah(order.amount), "huge"),
      centred("Pindai dengan aplikasi QRIS apa pun"),
      centred("Scan with any QRIS app", "small"),
      ...(until === undefined ? [] : [centred(`Berlaku sampai / valid until ${until}`, "small")]),
      centred(`Pesanan / order ${order.id}`, "small"),
    ],
  };
}

export type Receipt = {
  readonly order: Order;
  readonly paid: Settlement;
  /** Paid, but not, or not surely, delivered: then it is the customer's proof. */
  readonly because?: Trouble;
  readonly standName: string;
  readonly zone: Zone;
  readonly isTest: boolean;
};

/** What the customer takes home. The time on it is the provider's. */
export function receipt(printed: Receipt): Slip {
  const { order, paid, standName, isTest, because } = printed;
  return {
    blocks: [
      ...heading(standName, isTest),
      ...(because === undefined ? [centred("TANDA TERIMA / RECEIPT", "large")] : troubleHead(order, because)),
      { is: "rule" },
      ...order.items.map(itemLine),
      { is: "pair", left: "Dibayar / paid", right: showRupiah(paid.amount), bold: true },
      ...beyond(order.amount, paid.amount),
      ...settlementLines(printed),
      { is: "rule" },
      centred(`Pesanan / order ${order.id}`, "small"),
      ...helpLines(order),
      centred(because === undefined ? "Terima kasih / Thank you" : "Simpan struk ini / Keep this slip"),
    ],
  };
}

const centred = (text: string, size: "small" | "normal" | "large" | "huge" = "normal"): SlipBlock => ({
  is: "text",
  text,
  align: "center",
  size,
  bold: size === "large" || size === "huge",
});

const heading = (standName: string, isTest: boolean): readonly SlipBlock[] => [
  ...(isTest ? [centred("MODE UJI / TEST MODE", "large")] : []),
  centred(standName, "large"),
];

const itemLine = ({ name, price, quantity }: Item): SlipBlock => ({
  is: "pair",
  left: quantity === 1 ? name : `${quantity} x ${name}`,
  right: showRupiah(rupiah(price * quantity)),
});

/** A fee that the provider put on top, or what is missing. */
function beyond(price: Rupiah, paid: Rupiah): readonly SlipBlock[] {
  if (paid === price) return [];
  const left = paid > price ? "Biaya layanan / fee" : "Kurang / missing";
  return [{ is: "pair", left, right: showRupiah(rupiah(Math.abs(paid - price))) }];
}

function settlementLines({ paid, zone }: Receipt): readonly SlipBlock[] {
  const at = wallText(Date.parse(paid.paidAt), zone) ?? paid.paidAt;
  return [
    { is: "pair", left: "Waktu / time", right: at, size: "small" },
    ...(paid.issuer === undefined
      ? []
      : [{ is: "pair", left: "Aplikasi / app", right: paid.issuer, size: "small" } as const]),
  ];
}

/** Where the customer sees what became of the money, long after the stand has forgotten; and which code to tell. */
function helpLines({ id, page }: Order): readonly SlipBlock[] {
  if (page === undefined) return [];
  return [
    centred(`Bantuan / help: ${claimCodeOf(id)}`),
    { is: "qr", text: page, small: true },
    centred(page, "small"),
    { is: "gap" },
  ];
}

const troubleHead = (order: Order, because: Trouble): readonly SlipBlock[] => [
  centred("HUBUNGI PETUGAS / CALL THE STAFF", "large"),
  centred(claimCodeOf(order.id), "huge"),
  centred(troubleWords[because]),
];

const troubleWords: Record<Trouble, string> = {
  "paid-late": "Pembayaran terlambat / paid too late",
  underpaid: "Pembayaran kurang / paid too little",
  "release-failed": "Barang tidak keluar / not delivered",
  "release-unclear": "Mohon diperiksa petugas / staff must check",
  "not-confirmed": "Barang tidak keluar / not delivered",
  "unknown-here": "Pesanan tidak dikenali / order unknown here",
};
