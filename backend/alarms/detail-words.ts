import type { OwedReason, RefundFailed, Unpaid } from "../ledger/words.ts";
import type { Detail } from "./detail.ts";

export const tongues = ["id", "en"] as const;
export type Tongue = (typeof tongues)[number];
export type Words = Readonly<Record<Tongue, string>>;

type Of<Is extends Detail["is"]> = Extract<Detail, { readonly is: Is }>;
type Told = { readonly [Is in Detail["is"]]: Words | ((detail: Of<Is>) => Words) };

const both = (id: string, en: string): Words => ({ id, en });
const same = (text: string): Words => ({ id: text, en: text });
const known = (list: Readonly<Record<string, Words>>, name: string): Words =>
  (Object.hasOwn(list, name) ? list[name] : undefined) ?? same(name.replaceAll("-", " "));
const some = (count: number, one: string, many: string): string => `${count} ${Math.abs(count) === 1 ? one : many}`;

const CONDITIONS: Readonly<Record<string, Words>> = {
  "no-paper": both("kertas habis", "it is out of paper"),
  "cover-open": both("tutupnya terbuka", "its cover is open"),
  offline: both("tidak menjawab", "it does not answer"),
  overheated: both("terlalu panas", "it is too hot"),
  unknown: both("keadaannya tidak diketahui", "nobody knows its condition"),
};

const OBSTACLES: Readonly<Record<string, Words>> = {
  "screen-failed": both("layarnya rusak", "its screen has failed"),
  "release-not-ready": both("relainya tidak siap", "its relay is not ready"),
  "sensor-stuck": both("tempat keluarnya tersumbat", "its outlet is blocked"),
  "disk-full": both("penyimpanannya penuh", "its disk is full"),
  "journal-failed": both("jurnalnya tidak bisa ditulis", "its journal cannot be written"),
};

const OWED: Readonly<Record<OwedReason, Words>> = {
  "paid-late": both("uang datang setelah pesanan ditutup", "the money came when the order was over"),
  underpaid: both("uangnya kurang", "too little was paid"),
  "release-failed": both("barang tidak keluar", "the goods did not come out"),
  "release-unclear": both("listrik padam saat barang keluar", "the power failed while it was released"),
  "not-confirmed": both("sensor tidak melihat barang jatuh", "the sensor saw nothing fall"),
  "unknown-here": both("mesin tidak mengenal pesanan ini", "the stand does not know this order"),
  "paid-twice": both("dibayar dua kali", "it was paid twice"),
  "no-word": both("mesin tidak memberi kabar", "the stand never said what became of it"),
  goodwill: both("uang dijanjikan kembali", "money was promised back"),
};

const STATES: Readonly<Record<Unpaid["at"], Words>> = {
  charging: both("sedang dibuatkan tagihan", "being charged"),
  payable: both("menunggu pembayaran", "waiting for its money"),
  voiding: both("sedang dibatalkan", "being cancelled"),
  voided: both("sudah dibatalkan", "cancelled"),
  refused: both("sudah ditolak", "refused"),
};

const REFUNDS: Readonly<Record<RefundFailed["because"], Words>> = {
  unanswered: both("penyedia tidak menjawab", "the provider did not answer"),
  unconfirmed: both("bank tidak mengonfirmasi", "the bank did not confirm it"),
  "no-balance": both("saldo di penyedia tidak cukup", "the balance at the provider is too small"),
  "closed-hours": both("penyedia sedang tidak menerima pengembalian", "the provider takes no refunds at this hour"),
  "by-bank": both("ditolak bank", "the bank refused it"),
  "window-over": both("batas waktu pengembalian sudah lewat", "the time for refunds is over"),
  "not-activated": both("pengembalian belum diaktifkan di penyedia", "refunds are not activated at the provider"),
  "not-refundable": both("pembayaran ini tidak bisa dikembalikan", "this payment cannot be given back"),
  invalid: both("penyedia menolak permintaannya", "the provider refused the request"),
};

const TOLD: Told = {
  said: ({ text }) => same(text),
  "not-heard": ({ minutes }) =>
    both(`tidak terdengar selama ${minutes} menit`, `nothing was heard for ${some(minutes, "minute", "minutes")}`),
  printer: ({ condition }) => known(CONDITIONS, condition),
  panel: ({ failure }) => both(`menurut mesin: ${failure}`, `the stand says: ${failure}`),
  obstacle: ({ obstacle }) => known(OBSTACLES, obstacle),
  "clock-off": ({ seconds }) =>
    both(
      `${Math.abs(seconds)} detik terlalu ${seconds < 0 ? "lambat" : "cepat"}`,
      `${some(Math.abs(seconds), "second", "seconds")} ${seconds < 0 ? "behind" : "ahead"}`,
    ),
  "clock-unset": both("jaringan belum memberinya waktu", "the network has not told it the time"),
  "disk-free": ({ megabytes }) => both(`tersisa ${megabytes} MB`, `${megabytes} MB are free`),
  temperature: ({ degrees }) => same(`${degrees} °C`),
  "slowed-down": both("diperlambat karena panas atau kurang daya", "slowed down, for heat or for want of power"),
  "certificate-ends": ({ days }) =>
    days < 1
      ? both("berakhir dalam sehari", "it ends within a day")
      : both(`berakhir dalam ${days} hari`, `it ends in ${some(days, "day", "days")}`),
  "certificate-ended": both("sudah berakhir", "it has ended"),
  "settings-refused": ({ version, because }) => both(`versi ${version}: ${because}`, `version ${version}: ${because}`),
  "journal-begun": both(
    "mesin memulai jurnal baru; yang belum disampaikannya hilang",
    "the stand has begun a new journal; what it still had to say is lost",
  ),
  "broker-away": both("tidak ada mesin yang terjangkau maupun terdengar", "no stand can be reached, and none is heard"),
  "no-word-of-goods": both(
    "sudah dibayar, dan mesin belum memberi kabar tentang barangnya",
    "paid, and the stand has said no word of the goods",
  ),
  owed: ({ because }) =>
    because === undefined ? both("alasannya tidak tercatat", "the books do not say why") : known(OWED, because),
  "not-in-books": both(
    "dibayar di penyedia, tetapi tidak ada dalam pembukuan: kembalikan uangnya, atau cari catatan mesin",
    "paid at the provider, and not in these books: give the money back, or find the stand's word on it",
  ),
  "qr-refused": both("mesin menolak kode QR dari penyedia", "the stand refused the provider's QR code"),
  "paid-as-well": ({ attempt }) => both(`percobaan ${attempt} dibayar juga`, `attempt ${attempt} was paid as well`),
  "paid-while": ({ attempt, at }) =>
    both(
      `percobaan ${attempt} dibayar saat pesanan ${known(STATES, at).id}`,
      `attempt ${attempt} was paid while the order was ${known(STATES, at).en}`,
    ),
  "paid-uncharged": ({ attempt }) =>
    both(
      `percobaan ${attempt} dibayar, padahal pembukuan tidak mengenal tagihannya`,
      `attempt ${attempt} was paid, and these books know of no charge`,
    ),
  "given-back": ({ transaction }) =>
    both(`pembayaran ${transaction} dikembalikan di penyedia`, `payment ${transaction} was given back at the provider`),
  "delivered-after-remedy": both(
    "barang keluar setelah pesanan diselesaikan",
    "the goods came out after the order had been settled",
  ),
  "delivered-and-given-back": both(
    "barang keluar, dan sebagian uangnya sudah, atau mungkin sudah, kembali",
    "the goods came out, and some of the money is back, or may be",
  ),
  "delivered-while-refunding": both(
    "barang keluar saat uangnya sedang dikembalikan",
    "the goods came out while the money was on its way back",
  ),
  "refund-made-all-the-same": ({ key }) =>
    both(
      `pengembalian ${key} ditolak, tetapi tetap ada di pembukuan penyedia`,
      `refund ${key} was refused, and is in the provider's books all the same`,
    ),
  "refunds-failed": ({ refunds }) => ({
    id: refunds.map((refund) => failure(refund, "id")).join("; "),
    en: refunds.map((refund) => failure(refund, "en")).join("; "),
  }),
};

function failure({ key, because, said }: Of<"refunds-failed">["refunds"][number], tongue: Tongue): string {
  const words = known(REFUNDS, because)[tongue];
  return said === "" ? `${key}: ${words}` : `${key}: ${words} (${said})`;
}

/** In both tongues; without anything of a payer. */
export function wordsOf<Is extends Detail["is"]>(detail: Of<Is> & { readonly is: Is }): Words {
  const told = TOLD[detail.is];
  return typeof told === "function" ? (told as (detail: Of<Is>) => Words)(detail) : told;
}
