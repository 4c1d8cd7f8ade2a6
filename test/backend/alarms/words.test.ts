import { describe, expect, test } from "vitest";
import type { AlarmLine } from "../../../backend/alarms/book.ts";
import { type Detail, detailSchema, readDetail } from "../../../backend/alarms/detail.ts";
import { wordsOf } from "../../../backend/alarms/detail-words.ts";
import { type AlarmKind, alarmKinds } from "../../../backend/alarms/kinds.ts";
import { bodyOf } from "../../../backend/alarms/mail-words.ts";
import { noticeOf } from "../../../backend/alarms/notice.ts";
import { alarmsDesk } from "../../../backend/console/desks/alarms.ts";
import type { OrderId, StandId } from "../../../protocol/ids.ts";

const STAND = "lobby-1" as StandId;
const ORDER = "01ARZ3NDEKTSV4RRFFQ69G5FAV" as OrderId;

/** What people read of each kind, as staff would say it. */
const SENTENCES: readonly (readonly [AlarmKind, Detail, id: string, en: string])[] = [
  [
    "stand-silent",
    { is: "not-heard", minutes: 5 },
    "tidak terdengar selama 5 menit",
    "nothing was heard for 5 minutes",
  ],
  ["printer", { is: "printer", condition: "no-paper" }, "kertas habis", "it is out of paper"],
  ["printer", { is: "printer", condition: "cover-open" }, "tutupnya terbuka", "its cover is open"],
  ["printer", { is: "printer", condition: "offline" }, "tidak menjawab", "it does not answer"],
  ["printer", { is: "printer", condition: "overheated" }, "terlalu panas", "it is too hot"],
  ["printer", { is: "printer", condition: "unknown" }, "keadaannya tidak diketahui", "nobody knows its condition"],
  ["printer", { is: "printer", condition: "on-fire" }, "on fire", "on fire"],
  ["screen", { is: "panel", failure: "EIO on spi0" }, "menurut mesin: EIO on spi0", "the stand says: EIO on spi0"],
  ["screen", { is: "obstacle", obstacle: "screen-failed" }, "layarnya rusak", "its screen has failed"],
  ["release", { is: "obstacle", obstacle: "release-not-ready" }, "relainya tidak siap", "its relay is not ready"],
  ["release", { is: "obstacle", obstacle: "sensor-stuck" }, "tempat keluarnya tersumbat", "its outlet is blocked"],
  ["clock", { is: "clock-off", seconds: -61 }, "61 detik terlalu lambat", "61 seconds behind"],
  ["clock", { is: "clock-off", seconds: 3_600 }, "3600 detik terlalu cepat", "3600 seconds ahead"],
  ["clock", { is: "clock-unset" }, "jaringan belum memberinya waktu", "the network has not told it the time"],
  ["disk", { is: "disk-free", megabytes: 12 }, "tersisa 12 MB", "12 MB are free"],
  ["disk", { is: "obstacle", obstacle: "disk-full" }, "penyimpanannya penuh", "its disk is full"],
  [
    "disk",
    { is: "obstacle", obstacle: "journal-failed" },
    "jurnalnya tidak bisa ditulis",
    "its journal cannot be written",
  ],
  ["hot", { is: "temperature", degrees: 84 }, "84 °C", "84 °C"],
  [
    "throttled",
    { is: "slowed-down" },
    "diperlambat karena panas atau kurang daya",
    "slowed down, for heat or for want of power",
  ],
  ["certificate-stand", { is: "certificate-ends", days: 13 }, "berakhir dalam 13 hari", "it ends in 13 days"],
  ["certificate-backend", { is: "certificate-ends", days: 1 }, "berakhir dalam 1 hari", "it ends in 1 day"],
  ["certificate-broker", { is: "certificate-ends", days: 0 }, "berakhir dalam sehari", "it ends within a day"],
  ["certificate-stand", { is: "certificate-ended" }, "sudah berakhir", "it has ended"],
  [
    "settings-refused",
    { is: "settings-refused", version: 7, because: "no line x" },
    "versi 7: no line x",
    "version 7: no line x",
  ],
  [
    "journal-lost",
    { is: "journal-begun" },
    "mesin memulai jurnal baru; yang belum disampaikannya hilang",
    "the stand has begun a new journal; what it still had to say is lost",
  ],
  [
    "broker-down",
    { is: "broker-away" },
    "tidak ada mesin yang terjangkau maupun terdengar",
    "no stand can be reached, and none is heard",
  ],
  ["disk-backend", { is: "disk-free", megabytes: 900 }, "tersisa 900 MB", "900 MB are free"],
  [
    "not-delivered",
    { is: "no-word-of-goods" },
    "sudah dibayar, dan mesin belum memberi kabar tentang barangnya",
    "paid, and the stand has said no word of the goods",
  ],
  [
    "unknown-order",
    { is: "not-in-books" },
    "dibayar di penyedia, tetapi tidak ada dalam pembukuan: kembalikan uangnya, atau cari catatan mesin",
    "paid at the provider, and not in these books: give the money back, or find the stand's word on it",
  ],
  ["bad-qr", { is: "qr-refused" }, "mesin menolak kode QR dari penyedia", "the stand refused the provider's QR code"],
  [
    "paid-after-void",
    { is: "paid-while", attempt: 2, at: "voided" },
    "percobaan 2 dibayar saat pesanan sudah dibatalkan",
    "attempt 2 was paid while the order was cancelled",
  ],
  [
    "paid-after-void",
    { is: "paid-uncharged", attempt: 1 },
    "percobaan 1 dibayar, padahal pembukuan tidak mengenal tagihannya",
    "attempt 1 was paid, and these books know of no charge",
  ],
  ["paid-twice", { is: "paid-as-well", attempt: 2 }, "percobaan 2 dibayar juga", "attempt 2 was paid as well"],
  [
    "refunded-elsewhere",
    { is: "given-back", transaction: "t-1" },
    "pembayaran t-1 dikembalikan di penyedia",
    "payment t-1 was given back at the provider",
  ],
  [
    "refund-failed",
    {
      is: "refunds-failed",
      refunds: [
        { key: "r-1", because: "by-bank", said: "" },
        { key: "r-2", because: "unanswered", said: "HTTP 503" },
      ],
    },
    "r-1: ditolak bank; r-2: penyedia tidak menjawab (HTTP 503)",
    "r-1: the bank refused it; r-2: the provider did not answer (HTTP 503)",
  ],
  [
    "owed",
    { is: "owed", because: "paid-late" },
    "uang datang setelah pesanan ditutup",
    "the money came when the order was over",
  ],
  ["owed", { is: "owed", because: "release-failed" }, "barang tidak keluar", "the goods did not come out"],
  [
    "owed",
    { is: "owed", because: "not-confirmed" },
    "sensor tidak melihat barang jatuh",
    "the sensor saw nothing fall",
  ],
  ["owed", { is: "owed", because: "no-word" }, "mesin tidak memberi kabar", "the stand never said what became of it"],
  ["owed", { is: "owed" }, "alasannya tidak tercatat", "the books do not say why"],
  [
    "contradiction",
    { is: "delivered-after-remedy" },
    "barang keluar setelah pesanan diselesaikan",
    "the goods came out after the order had been settled",
  ],
  [
    "contradiction",
    { is: "delivered-and-given-back" },
    "barang keluar, dan sebagian uangnya sudah, atau mungkin sudah, kembali",
    "the goods came out, and some of the money is back, or may be",
  ],
  [
    "contradiction",
    { is: "delivered-while-refunding" },
    "barang keluar saat uangnya sedang dikembalikan",
    "the goods came out while the money was on its way back",
  ],
  [
    "contradiction",
    { is: "refund-made-all-the-same", key: "r-1" },
    "pengembalian r-1 ditolak, tetapi tetap ada di pembukuan penyedia",
    "refund r-1 was refused, and is in the provider's books all the same",
  ],
  [
    "paid-twice",
    { is: "said", text: "attempt 2 was paid as well" },
    "attempt 2 was paid as well",
    "attempt 2 was paid as well",
  ],
];

const alarm = (kind: AlarmKind, detail: Detail): AlarmLine => ({
  id: "a1",
  kind,
  stand: STAND,
  order: ORDER,
  detail,
  sinceMs: Date.UTC(2026, 10, 21, 3),
});

describe("an alarm of each kind says what is the matter", () => {
  test.each(SENTENCES)("%s %j: %s", async (kind, detail, id, en) => {
    const notice = noticeOf("n1", Date.UTC(2026, 10, 21, 4), [alarm(kind, detail)], []);
    expect(bodyOf(notice, "id")).toContain(`- mesin lobby-1, pesanan ${ORDER}, ${id} (sejak 2026-11-21 10:00 WIB)`);
    expect(bodyOf(notice, "en")).toContain(`- stand lobby-1, order ${ORDER}, ${en} (since 2026-11-21 10:00 WIB)`);
    const desk = alarmsDesk({
      now: async () => [alarm(kind, detail)],
      acknowledge: async () => ({ is: "unknown" }),
      onChange: () => () => undefined,
    });
    expect(await desk.now()).toMatchObject([{ kind, detail: { id, en } }]);
    // What the webhook posts.
    expect(JSON.parse(JSON.stringify(notice))).toMatchObject({ opened: [{ alarms: [{ detail: en, facts: detail }] }] });
  });

  test("and none is left out, of kinds and of what there is to say", () => {
    expect(new Set(SENTENCES.map(([kind]) => kind))).toEqual(new Set(alarmKinds));
    const codes = detailSchema.options.flatMap(({ shape }) => [...shape.is.values]);
    expect(new Set(SENTENCES.map(([, { is }]) => is))).toEqual(new Set(codes));
  });
});

describe("what is read of an alarm", () => {
  test.each(SENTENCES)("%s %j is the same after it was stored", (_, detail) => {
    expect(readDetail(JSON.parse(JSON.stringify(detail)), "other words")).toEqual(detail);
  });

  test("is the words beside it, where this program does not know the facts", () => {
    const unknown: readonly unknown[] = [null, undefined, 7, {}, { is: "newer" }, { is: "not-heard", minutes: "5" }];
    for (const facts of unknown)
      expect(readDetail(facts, "as it was said")).toEqual({ is: "said", text: "as it was said" });
  });

  test("is one line of three hundred characters at the most, whatever a stand said", () => {
    const hostile = `a\u0000b\r\nBcc: c@example.id\u2028\u202Ed${"😀".repeat(1_000)}`;
    const read = readDetail({ is: "panel", failure: hostile }, "");
    const text = wordsOf(read).en;
    expect(text.startsWith("the stand says: a b Bcc: c@example.id d😀")).toBe(true);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(text.length).toBeLessThan(330);
  });
});
