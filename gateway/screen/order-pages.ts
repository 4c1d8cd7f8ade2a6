import type { Page, Words } from "../../device/drawing/page.ts";
import { claimCodeOf } from "../../protocol/ids.ts";
import { readQris } from "../../protocol/qris.ts";
import { showRupiah } from "../../protocol/rupiah.ts";
import type { RefusalReason, Trouble, VoidReason } from "../../protocol/statements.ts";
import { type Instant, later, leftMs, sinceMs } from "../../protocol/time.ts";
import type { State } from "../order/words.ts";
import { isMeaning, saidOf, words } from "./said.ts";
import type { View } from "./view.ts";

/** What a customer reads while an order is served, and for a while after it has ended. */

type Served = Pick<View, "front" | "now" | "obstacles" | "says" | "hasCancel">;

/** How long the last word on an order stays: after that the next customer sees the welcome page. */
const THANKS_MS = 8_000;
const CANCELLED_MS = 4_000;
const EXPIRED_MS = 6_000;
const REFUSED_MS = 6_000;
const TROUBLED_MS = 90_000;

type At<Name extends State["at"]> = Extract<State, { at: Name }>;
/** What is said at the end of an order, and for how long. */
type Farewell = { readonly page: Page; readonly forMs: number };

/** The page that belongs to the order in front; `undefined` when it has none any more. */
export function orderPage(view: Served): Page | undefined {
  const { front, now } = view;
  if (front === undefined) return undefined;
  switch (front.at) {
    case "charging":
      return { ...chargingPage(front), ...cancelOf(view) };
    case "awaiting":
      return { ...awaitingPage(front, now), ...cancelOf(view) };
    case "releasing":
      return releasingPage();
    default:
      return finalLeftMs(front, now) > 0 ? farewellPage(front, view) : undefined;
  }
}

/** Who did not cancel anything reads what did. */
function farewellPage(front: Parameters<typeof farewellOf>[0], view: Served): Page {
  const { page } = farewellOf(front);
  const because = view.obstacles.find(isMeaning);
  if (!isCancelled(front) || because === undefined) return page;
  return { ...page, lines: [saidOf(because, view.says), ...(page.lines ?? [])] };
}

const isCancelled = (state: State): boolean =>
  state.at === "closing"
    ? state.why === "cancelled"
    : state.at === "closed" && state.ending.is === "voided" && state.ending.why === "cancelled";

/** Milliseconds that the last word on this order still stays. One that was said in an earlier boot is over. */
export function finalLeftMs(state: State, now: Instant): number {
  if (state.at === "charging" || state.at === "awaiting" || state.at === "releasing") return 0;
  const age = sinceMs(state.since, now);
  return age === undefined ? 0 : Math.max(0, farewellOf(state).forMs - age);
}

function farewellOf(state: At<"closing" | "delivered" | "troubled" | "closed">): Farewell {
  switch (state.at) {
    case "delivered":
      return { page: thanksPage(), forMs: THANKS_MS };
    case "troubled":
      return { page: troubledPage(state), forMs: TROUBLED_MS };
    case "closing":
      return endedFarewell(state.why);
    case "closed": {
      const { ending } = state;
      if (ending.is === "refused") return { page: refusedPage(ending.because), forMs: REFUSED_MS };
      if (ending.is === "remedied") return { page: remediedPage(ending.how), forMs: REFUSED_MS };
      return endedFarewell(ending.why);
    }
  }
}

const chargingPage = ({ order }: At<"charging">): Page => ({
  tone: "busy",
  title: words("Mohon tunggu", "Please wait"),
  figure: showRupiah(order.amount),
  lines: [words("Kode QR sedang disiapkan", "Your QR code is on its way")],
});

function awaitingPage({ order, qr, shownAt, deadline }: At<"awaiting">, now: Instant): Page {
  const read = readQris(qr);
  const merchant = read.is === "good" ? read.payload.merchantName : undefined;
  return {
    tone: "calm",
    title: words("Pindai untuk membayar", "Scan to pay"),
    figure: showRupiah(order.amount),
    qr: { text: qr, ...(merchant === undefined ? {} : { caption: { first: merchant } }) },
    countdown: { leftMs: wholeSeconds(leftMs(deadline, now)), ofMs: deadline.ms - shownAt.ms },
  };
}

const releasingPage = (): Page => ({
  tone: "good",
  title: words("Pembayaran diterima", "Payment received"),
  lines: [words("Silakan ambil pesanan Anda", "Please take what you paid for")],
});

const thanksPage = (): Page => ({
  tone: "good",
  title: words("Terima kasih", "Thank you"),
  lines: [words("Sampai jumpa lagi", "See you again")],
});

/** The money is there and the goods are not: the customer needs a person, and something to tell that person. */
function troubledPage({ order, because }: At<"troubled">): Page {
  const { title, line } = troubleWords[because];
  return {
    tone: "warn",
    title,
    figure: claimCodeOf(order.id),
    lines: [line, words("Uang Anda tercatat", "Your money is on record")],
    ...(order.page === undefined ? {} : { aside: { text: order.page, caption: READ_ON } }),
    footer: words("Hubungi petugas, sebutkan kode ini", "Call the staff and tell them this code"),
  };
}

const READ_ON = words("Pindai untuk bantuan", "Scan for help");

const NOT_OUT = words("Barang tidak keluar", "Not delivered");

const troubleWords: Record<Trouble, { readonly title: Words; readonly line: Words }> = {
  "paid-late": {
    title: words("Pembayaran terlambat", "Paid too late"),
    line: words("Pembayaran masuk setelah waktunya habis", "Your payment came after the time was over"),
  },
  underpaid: {
    title: words("Pembayaran kurang", "Paid too little"),
    line: words("Jumlah yang diterima kurang dari harga", "Less than the price has arrived"),
  },
  "release-failed": { title: NOT_OUT, line: words("Mesin tidak dapat membuka", "The machine could not open") },
  "release-unclear": {
    title: words("Mohon diperiksa petugas", "Staff must check"),
    line: words("Mesin terhenti saat membuka", "The machine was interrupted while opening"),
  },
  "not-confirmed": { title: NOT_OUT, line: words("Sensor tidak melihat barang keluar", "No delivery was seen") },
  "unknown-here": {
    title: words("Pembayaran diterima", "Payment received"),
    line: words("Mesin ini tidak mengenali pesanannya", "This machine does not know the order"),
  },
};

const cancelledPage = (): Page => ({
  tone: "calm",
  title: words("Dibatalkan", "Cancelled"),
  lines: [words("Jangan membayar kode QR yang tadi", "Do not pay the QR code any more")],
});

const expiredPage = (): Page => ({
  tone: "warn",
  title: words("Waktu habis", "Time is over"),
  lines: [words("Jangan membayar kode QR yang tadi", "Do not pay the QR code any more"), TRY_AGAIN],
});

const notPossiblePage = (line: Words): Page => ({
  tone: "warn",
  title: words("Belum bisa dibayar", "Payment is not possible"),
  lines: [line, TRY_AGAIN],
});

const refusedPage = (because: RefusalReason): Page => notPossiblePage(refusalWords[because]);

const refusalWords: Record<RefusalReason, Words> = {
  busy: words("Layanan pembayaran sedang sibuk", "The payment service is busy"),
  denied: words("Layanan pembayaran menolak", "The payment service declined"),
  unavailable: words("Layanan pembayaran tidak menjawab", "The payment service does not answer"),
  misconfigured: words("Mesin ini belum siap menerima pembayaran", "This machine is not set up for payments"),
  "too-late": words("Jawaban datang terlambat", "The answer came too late"),
  "bad-amount": words("Harga ini tidak dapat dibayar dengan QRIS", "This price cannot be paid with QRIS"),
};

function remediedPage(how: "refunded" | "settled-by-staff"): Page {
  const line =
    how === "refunded"
      ? words("Uang Anda dikembalikan", "Your money is returned")
      : words("Petugas telah menyelesaikannya", "The staff has settled it");
  return { tone: "good", title: words("Selesai", "Done"), lines: [line] };
}

function endedFarewell(why: Extract<At<"closed">["ending"], { is: "voided" }>["why"]): Farewell {
  switch (why) {
    case "cancelled":
      return { page: cancelledPage(), forMs: CANCELLED_MS };
    case "expired":
      return { page: expiredPage(), forMs: EXPIRED_MS };
    default:
      return { page: notPossiblePage(voidWords[why]), forMs: EXPIRED_MS };
  }
}

const voidWords: Record<Exclude<VoidReason, "cancelled" | "expired"> | "denied" | "never-charged", Words> = {
  rebooted: words("Mesin baru saja menyala kembali", "The machine has just restarted"),
  "bad-qr": words("Kode QR tidak dapat dipakai", "The QR code was not usable"),
  "no-paper": words("Printer tidak dapat mencetak", "The printer cannot print"),
  "screen-failed": words("Layar tidak dapat menampilkan kode QR", "The screen cannot show the QR code"),
  denied: words("Layanan pembayaran menolak", "The payment service declined"),
  "never-charged": words("Layanan pembayaran tidak menjawab", "The payment service does not answer"),
};

const cancelOf = ({ hasCancel = true }: Served): Pick<Page, "footer"> => (hasCancel ? { footer: CANCEL } : {});

const CANCEL = words("Tekan BATAL untuk membatalkan", "Press CANCEL to stop");
const TRY_AGAIN = words("Silakan coba lagi", "Please try again");

/** Rounded up, so that the last second on show is 1. */
const wholeSeconds = (ms: number): number => Math.ceil(ms / 1000) * 1000;

/** When the countdown shows another number; `undefined` when it is over. */
export function nextSecond(deadline: Instant, now: Instant): Instant | undefined {
  const left = leftMs(deadline, now);
  return left === 0 ? undefined : later(now, left - (wholeSeconds(left) - 1000));
}
