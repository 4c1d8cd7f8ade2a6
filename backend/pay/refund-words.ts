import { type Rupiah, rupiah, showRupiah } from "../../protocol/rupiah.ts";
import type { At, Back } from "../ledger/words.ts";
import { type Words, words } from "./tongue.ts";

/** What the page says of money that goes back. */

type Stage = Back["stage"];

/** All that the bank has confirmed. */
export const givenBack = (backs: readonly Back[]): Rupiah => sumOf(backs, ["confirmed"]);

/** How each part of the refund stands, the surest first. */
export function progressLines(state: At<"owed" | "refunding">): readonly Words[] {
  const { backs, receipts } = state;
  const isOnUs = receipts.every(({ payment }) => payment.isOnUs === true);
  const lineOf = (stage: Stage, sum: Rupiah): readonly Words[] =>
    sum === 0 ? [] : stageWords[stage](showRupiah(sum), isOnUs);
  const byHand = state.at === "owed" ? refusedFor(state) : rupiah(0);
  const isRenewed = backs.some((back) => back.isRenewed && (back.stage === "asked" || back.stage === "taken"));
  return [
    ...(isRenewed ? [SENT_BACK] : []),
    ...(["confirmed", "taken", "asked", "stuck"] as const).flatMap((stage) => lineOf(stage, sumOf(backs, [stage]))),
    ...lineOf("refused", byHand),
  ];
}

/** What was refused and has not gone back by a later try. */
function refusedFor({ backs, receipts }: At<"owed">): Rupiah {
  const paid = receipts.reduce((sum, { payment }) => sum + payment.amount + payment.fee, 0);
  const left = paid - sumOf(backs, ["confirmed", "taken", "asked", "stuck"]);
  return rupiah(Math.max(0, Math.min(sumOf(backs, ["refused"]), left)));
}

/** Of money that is back; given by hand where the provider has confirmed nothing. */
export function backLines(back: Rupiah): readonly Words[] {
  if (back === 0) return [words("Operator sudah mengembalikannya.", "The operator has given it back.")];
  const much = showRupiah(back);
  return [words(`${much} dikembalikan ke akun yang membayar.`, `${much} went back to the account that paid.`)];
}

const sumOf = (backs: readonly Back[], stages: readonly Stage[]): Rupiah =>
  rupiah(backs.reduce((sum, { stage, amount }) => sum + (stages.includes(stage) ? amount : 0), 0));

const SOON = words("Biasanya masuk dalam beberapa menit.", "It usually arrives within minutes.");
const DAYS = words(
  "Ke GoPay biasanya beberapa menit; ke bank dan dompet lain bisa beberapa hari.",
  "To GoPay it usually takes minutes; to other banks and wallets it may take some days.",
);

const SENT_BACK = words(
  "Bank menolak pengembalian yang pertama, jadi diminta sekali lagi.",
  "The bank sent the first refund back, so it was asked for once more.",
);

type Line = (much: string, isOnUs: boolean) => readonly Words[];

const stageWords: Record<Stage, Line> = {
  confirmed: (much) => [words(`${much} sudah dikembalikan.`, `${much} has been returned.`)],
  taken: (much, isOnUs) => [
    words(
      `Layanan pembayaran sudah menerima pengembalian ${much}, dan menunggu bank Anda.`,
      `The payment service has taken the refund of ${much}, and waits for your bank.`,
    ),
    isOnUs ? SOON : DAYS,
  ],
  asked: (much) => [
    words(
      `Pengembalian ${much} sedang diminta dari layanan pembayaran.`,
      `The payment service is being asked to return ${much}.`,
    ),
  ],
  stuck: (much) => [
    words(
      `Belum jelas apakah pengembalian ${much} sudah sampai; operator memeriksanya.`,
      `It is not clear whether the refund of ${much} got through; the operator looks into it.`,
    ),
  ],
  refused: (much) => [
    words(
      `${much} tidak dapat dikembalikan lewat layanan pembayaran; operator mengembalikannya dengan cara lain.`,
      `The payment service could not return ${much}; the operator returns it in another way.`,
    ),
  ],
};
