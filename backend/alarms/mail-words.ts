import { plain, readDetail } from "./detail.ts";
import { type Tongue, type Words, wordsOf } from "./detail-words.ts";
import type { AlarmKind } from "./kinds.ts";
import type { Group, Notice } from "./notice.ts";

/** What is the matter, in words; the place follows. */
export const kindWords: Readonly<Record<AlarmKind, Words>> = {
  "stand-silent": { id: "Mesin tidak terdengar", en: "Stand is silent" },
  printer: { id: "Printer bermasalah", en: "Printer does not work" },
  screen: { id: "Layar bermasalah", en: "Screen does not work" },
  release: { id: "Pengeluaran barang bermasalah", en: "Goods cannot be let out" },
  clock: { id: "Jam mesin salah", en: "Stand's clock is wrong" },
  disk: { id: "Ruang disk mesin hampir habis", en: "Stand's disk is nearly full" },
  hot: { id: "Mesin terlalu panas", en: "Stand is too hot" },
  throttled: { id: "Prosesor mesin diperlambat", en: "Stand's processor is slowed down" },
  "certificate-stand": { id: "Sertifikat mesin segera berakhir", en: "Stand's certificate ends soon" },
  "settings-refused": { id: "Mesin menolak pengaturan baru", en: "Stand cannot use its new settings" },
  "journal-lost": { id: "Jurnal mesin hilang", en: "Stand has lost its journal" },
  "broker-down": { id: "Broker tidak terjangkau", en: "Broker cannot be reached" },
  "certificate-broker": { id: "Sertifikat broker segera berakhir", en: "Broker's certificate ends soon" },
  "certificate-backend": { id: "Sertifikat backend segera berakhir", en: "Backend's certificate ends soon" },
  "disk-backend": { id: "Ruang disk backend hampir habis", en: "Backend's disk is nearly full" },
  "not-delivered": { id: "Sudah dibayar, barang belum keluar", en: "Paid, and not delivered" },
  "unknown-order": { id: "Pembayaran untuk pesanan tak dikenal", en: "Paid, and not in the books" },
  "bad-qr": { id: "Kode QR ditolak mesin", en: "Stand refused a QR code" },
  "paid-after-void": { id: "Dibayar setelah dibatalkan", en: "Paid after it was cancelled" },
  "paid-twice": { id: "Dibayar dua kali", en: "Paid twice" },
  "refunded-elsewhere": { id: "Dikembalikan di luar sistem ini", en: "Refunded elsewhere" },
  "refund-failed": { id: "Pengembalian dana gagal", en: "Refund came to nothing" },
  owed: { id: "Uang pelanggan harus diurus", en: "A customer is owed goods or money" },
  contradiction: { id: "Catatan saling bertentangan", en: "The books contradict each other" },
};

const WORDS = {
  begun: { id: "Baru", en: "New" },
  ended: { id: "Selesai", en: "Over" },
  andMore: { id: "dan lainnya", en: "and more" },
  stand: { id: "mesin", en: "stand" },
  order: { id: "pesanan", en: "order" },
  since: { id: "sejak", en: "since" },
  until: { id: "sampai", en: "until" },
  message: { id: "Pesan", en: "Message" },
} as const satisfies Record<string, Words>;

/** No word of it comes from outside but a stand's id. */
export function subjectOf({ opened, closed }: Notice, tongue: Tongue): string {
  const first = opened[0] ?? closed[0];
  if (first === undefined) return "";
  const about = `${kindWords[first.kind][tongue]}${placeOf(first)}`;
  const more = opened.length + closed.length > 1 ? `, ${WORDS.andMore[tongue]}` : "";
  return `[qris] ${opened.length > 0 ? "" : `${WORDS.ended[tongue]}: `}${about}${more}`;
}

function placeOf({ count, alarms }: Group): string {
  if (count > 1) return ` (${count})`;
  const [only] = alarms;
  return only?.stand === undefined ? "" : `: ${only.stand}`;
}

export function bodyOf(notice: Notice, tongue: Tongue): string {
  const { opened, closed, id } = notice;
  const parts = [
    ...(opened.length > 0 ? [part(WORDS.begun[tongue], opened, tongue)] : []),
    ...(closed.length > 0 ? [part(WORDS.ended[tongue], closed, tongue)] : []),
    `${WORDS.message[tongue]} ${id}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

const part = (title: string, groups: readonly Group[], tongue: Tongue): string =>
  [title, ...groups.flatMap((group) => linesOf(group, tongue))].join("\n");

function linesOf({ kind, count, alarms }: Group, tongue: Tongue): readonly string[] {
  const shown = alarms.map(({ stand, order, detail, facts, sinceMs, endedMs }) => {
    const about = [
      stand === undefined ? "" : `${WORDS.stand[tongue]} ${stand}`,
      order === undefined ? "" : `${WORDS.order[tongue]} ${order}`,
      plain(wordsOf(readDetail(facts, detail))[tongue]),
    ].filter((each) => each !== "");
    const end = endedMs === undefined ? "" : `, ${WORDS.until[tongue]} ${wallOf(endedMs)}`;
    return `  - ${about.join(", ")} (${WORDS.since[tongue]} ${wallOf(sinceMs)}${end})`;
  });
  const rest = count > alarms.length ? [`  … +${count - alarms.length}`] : [];
  return [`* ${kindWords[kind][tongue]}: ${count}`, ...shown, ...rest];
}

/** In western Indonesian time. */
const wallOf = (ms: number): string =>
  `${new Date(ms + 7 * 3_600_000).toISOString().slice(0, 16).replace("T", " ")} WIB`;
