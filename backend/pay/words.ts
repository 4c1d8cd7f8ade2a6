import type { Voiding } from "../../protocol/statements.ts";
import { type Instant, isReached } from "../../protocol/time.ts";
import type { At, OwedReason, State } from "../ledger/words.ts";
import { backLines, givenBack, progressLines } from "./refund-words.ts";
import { type Words, words } from "./tongue.ts";

/** `wait`: the customer should stay; `good` and `warn` as they say; `over`: nothing more will happen. */
export type Tone = "wait" | "good" | "warn" | "over";

/** What the page says of an order, and for whom it is not enough: `help` has the operator's address below it. */
export type Said = {
  readonly tone: Tone;
  readonly title: Words;
  readonly lines: readonly Words[];
  readonly help?: Help;
};
export type Help = { readonly title: Words; readonly lines: readonly Words[] };

/** What the page says: of every state of the ledger something, and only what the ledger knows. */
export function wordsOf(state: State, now: Instant): Said {
  switch (state.at) {
    case "forestalled":
      return { tone: "over", title: CANCELLED, lines: [NOTHING_TO_PAY] };
    case "charging":
      return {
        tone: "wait",
        title: PLEASE_WAIT,
        lines: [words("Kode QR sedang disiapkan.", "Your QR code is being made.")],
      };
    case "payable":
      return isReached(state.until, now) ? closing(TIME_IS_OVER) : PAYABLE;
    case "voiding":
      return closing(words("Pesanan sedang ditutup", "Your order is being closed"));
    case "voided":
      return { tone: "over", ...voidWords[state.as], help: IF_CHARGED };
    case "refused":
      return { tone: "over", title: NOT_POSSIBLE, lines: [NO_CODE, START_AGAIN], help: IF_CHARGED };
    case "paid":
      return paid(state);
    case "delivered":
      return { tone: "good", title: THANK_YOU, lines: [GOODS_ARE_OUT], help: IF_MISSING };
    case "owed":
      return owed(state);
    case "refunding":
      return {
        tone: "wait",
        title: words("Uang Anda sedang dikembalikan", "Your money is on its way back"),
        lines: [reasonWords[state.because], ...progressLines(state)],
        help: IF_NOT_THERE,
      };
    case "remedied":
      return remedied(state);
  }
}

const closing = (title: Words): Said => ({ tone: "wait", title, lines: [DO_NOT_PAY, JUST_PAID], help: IF_CHARGED });

function paid({ receipts }: At<"paid">): Said {
  const lines = [words("Mesin sedang mengeluarkan pesanan Anda.", "The machine is giving out what you bought.")];
  const twice = receipts.length > 1 ? [reasonWords["paid-twice"], TOLD] : [];
  return { tone: "good", title: PAID, lines: [...lines, ...twice], help: IF_MISSING };
}

function owed(state: At<"owed">): Said {
  const again = words("Mesin diminta mengeluarkannya sekali lagi.", "The machine was asked to give it out once more.");
  return {
    tone: "warn",
    title: state.delivered ? words("Uang Anda akan dikembalikan", "Money will be returned to you") : OWED,
    lines: [reasonWords[state.because], ...(state.isReleasing ? [again] : []), ...progressLines(state), TOLD],
    help: CALL,
  };
}

function remedied(state: At<"remedied">): Said {
  const back = givenBack(state.backs);
  if (state.how === "refunded") {
    const title = words("Uang sudah dikembalikan", "Your money has been returned");
    return { tone: "good", title, lines: backLines(back), help: IF_NOT_THERE };
  }
  const settled = words("Petugas sudah menyelesaikan pesanan ini.", "The staff has settled this order.");
  const lines = [settled, ...(back > 0 ? backLines(back) : [])];
  return { tone: "good", title: words("Selesai", "Settled"), lines, help: IF_WRONG };
}

const PLEASE_WAIT = words("Mohon tunggu", "Please wait");
const PAID = words("Pembayaran diterima", "Payment received");
const OWED = words("Uang Anda tercatat", "Your money is on record");
const CANCELLED = words("Dibatalkan", "Cancelled");
const TIME_IS_OVER = words("Waktu habis", "Time is over");
const NOT_POSSIBLE = words("Pembayaran tidak dapat dilakukan", "Payment was not possible");
const THANK_YOU = words("Selesai. Terima kasih", "Done. Thank you");
const GOODS_ARE_OUT = words("Mesin sudah mengeluarkan pesanan Anda.", "The machine has given out what you bought.");
const NOTHING_TO_PAY = words("Tidak ada yang perlu dibayar.", "There is nothing to pay.");
const NO_CODE = words("Layanan pembayaran tidak memberi kode QR.", "The payment service gave no QR code.");
const START_AGAIN = words("Silakan mulai lagi di mesin.", "Please start again at the machine.");
const DO_NOT_PAY = words("Jangan membayar kode QR yang tadi.", "Do not pay the QR code any more.");
const JUST_PAID = words(
  "Baru saja membayar? Tunggu di sini: halaman ini segera mengatakan apakah uangnya sudah masuk.",
  "Have you just paid? Stay here: this page will soon say whether the money has arrived.",
);
const TOLD = words("Operator sudah diberi tahu.", "The operator has been told.");

const PAYABLE: Said = {
  tone: "wait",
  title: words("Silakan bayar", "Please pay"),
  lines: [
    words("Halaman ini berubah sendiri setelah uang masuk.", "This page changes by itself when the money has arrived."),
  ],
};

const ENDED = [DO_NOT_PAY, START_AGAIN];
const voidWords: Record<Voiding, Pick<Said, "title" | "lines">> = {
  cancelled: { title: CANCELLED, lines: ENDED },
  expired: { title: TIME_IS_OVER, lines: ENDED },
  denied: {
    title: NOT_POSSIBLE,
    lines: [words("Layanan pembayaran menolak.", "The payment service declined."), START_AGAIN],
  },
  "never-charged": { title: NOT_POSSIBLE, lines: [NO_CODE, START_AGAIN] },
};

const reasonWords: Record<OwedReason, Words> = {
  "paid-late": words(
    "Pembayaran masuk setelah waktunya habis, jadi mesin tidak mengeluarkan apa-apa.",
    "Your payment came after the time was over, so the machine gave nothing out.",
  ),
  underpaid: words("Yang diterima kurang dari harganya.", "Less than the price has arrived."),
  "release-failed": words("Mesin tidak dapat mengeluarkan pesanan.", "The machine could not give out what you bought."),
  "release-unclear": words(
    "Mesin terhenti saat mengeluarkan pesanan, dan tidak tahu apakah sudah keluar.",
    "The machine was interrupted, and does not know whether it gave out what you bought.",
  ),
  "not-confirmed": words("Sensor tidak melihat pesanan keluar.", "The sensor did not see anything come out."),
  "unknown-here": words("Mesin kehilangan catatan pesanan ini.", "The machine has lost its record of this order."),
  "no-word": words("Mesin belum memberi kabar.", "The machine has not said yet what became of it."),
  "paid-twice": words("Pesanan ini dibayar lebih dari sekali.", "This order was paid more than once."),
  goodwill: words("Operator mengembalikan uang untuk pesanan ini.", "The operator gives money back for this order."),
};

const IF_CHARGED: Help = {
  title: words("Saldo Anda terpotong?", "Was your balance taken?"),
  lines: [
    words(
      "Pembayaran yang tidak sampai biasanya dikembalikan sendiri oleh GoPay atau bank Anda.",
      "A payment that does not get through is normally given back by GoPay or your bank, by itself.",
    ),
    words(
      "Kalau uangnya sampai juga, halaman ini mengatakannya, dan operator mengurusnya.",
      "If the money does arrive, this page says so, and the operator sees to it.",
    ),
    words("Belum kembali? Hubungi:", "It has not come back? Contact:"),
  ],
};
const IF_MISSING: Help = {
  title: words("Tidak menerima apa-apa?", "Nothing came out?"),
  lines: [words("Hubungi petugas dan sebutkan data di bawah:", "Tell the staff, with what stands below:")],
};
const CALL: Help = {
  title: words("Apa yang harus dilakukan", "What to do"),
  lines: [
    words(
      "Hubungi petugas dan sebutkan kode klaim, nomor pesanan dan waktunya. Simpan halaman ini.",
      "Tell the staff the claim code, the order and the time. Keep this page.",
    ),
  ],
};
const IF_NOT_THERE: Help = {
  title: words("Uang belum masuk?", "The money is not there yet?"),
  lines: [
    words(
      "Lihat dulu riwayat di aplikasi pembayaran Anda, lalu hubungi:",
      "Look into the history of your payment app first, then contact:",
    ),
  ],
};
const IF_WRONG: Help = {
  title: words("Belum selesai bagi Anda?", "Not settled for you?"),
  lines: [words("Hubungi:", "Contact:")],
};
