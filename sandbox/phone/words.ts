import type { Objection } from "./objections.ts";

/** What the wallet says to its owner. */
export type Words = { readonly id: string; readonly en: string };

export const OBJECTION_WORDS: Readonly<Record<Objection, Words>> = {
  unreadable: {
    id: "Kode QR tidak terbaca. Coba pindai lagi.",
    en: "This QR code cannot be read. Try scanning again.",
  },
  "bad-checksum": {
    id: "Kode QR rusak atau salah. Jangan dibayar.",
    en: "This QR code is damaged or wrong. Do not pay it.",
  },
  static: {
    id: "Kode QR ini tidak memuat jumlah bayar.",
    en: "This QR code does not say how much to pay.",
  },
  foreign: {
    id: "Kode QR ini bukan dari simulator ini.",
    en: "This QR code is not from this simulator.",
  },
  "unknown-bill": { id: "Tagihan ini tidak dikenal.", en: "This bill is not known." },
  "over-limit": {
    id: "Jumlah melebihi batas QRIS Rp10.000.000.",
    en: "The amount is above the QRIS limit of Rp10,000,000.",
  },
  expired: { id: "Kode QR sudah kedaluwarsa.", en: "This QR code has expired." },
  "already-paid": { id: "Kode QR ini sudah dibayar.", en: "This QR code has already been paid." },
  cancelled: { id: "Transaksi dibatalkan oleh merchant.", en: "The merchant has cancelled this transaction." },
  denied: { id: "Transaksi ditolak.", en: "This transaction was declined." },
};

/** The same where nothing was scanned: the payer came by a link. */
export const BILL_WORDS: Readonly<Record<Objection, Words>> = {
  ...OBJECTION_WORDS,
  expired: { id: "Tagihan ini sudah kedaluwarsa.", en: "This bill has expired." },
  "already-paid": { id: "Tagihan ini sudah dibayar.", en: "This bill has already been paid." },
};
