import { rupiah, showRupiah } from "../../protocol/rupiah.ts";
import type { Transaction } from "../midtrans/acquirer.ts";
import type { Asked } from "../midtrans/calls.ts";
import type { Delivery } from "../midtrans/notifier.ts";
import type { News } from "../midtrans/start.ts";
import type { Told } from "./timeline.ts";

/** What Midtrans' stand-in was asked, did and told. */
export function tellMidtrans(news: News): Told {
  switch (news.what) {
    case "asked":
      return { ...tellCall(news), ...(news.order === undefined ? {} : { order: news.order }) };
    case "moved":
      return { ...tellMove(news.transaction), order: news.transaction.orderId };
    case "notified":
      return { ...tellDelivery(news.delivery), order: news.delivery.order };
  }
}

const CALLS: Readonly<Record<string, string>> = {
  charge: "POST /v2/charge",
  status: "GET /v2/…/status",
  cancel: "POST /v2/…/cancel",
  expire: "POST /v2/…/expire",
  refund: "POST /v2/…/refund",
  qr: "GET the QR picture",
};

const SNAP_CALLS: Readonly<Record<string, string>> = {
  token: "POST /v1.0/access-token/b2b",
  charge: "POST /v1.0/qr/qr-mpm-generate",
  status: "POST /v1.0/qr/qr-mpm-query",
  cancel: "POST /v1.0/qr/qr-mpm-cancel",
  refund: "POST /v1.0/qr/qr-mpm-refund",
};

/** What the status codes of the body mean (docs.midtrans.com, "Status code"). */
const CODES: Readonly<Record<string, string>> = {
  "200": "200 done",
  "201": "201 pending",
  "202": "202 denied",
  "404": "404 unknown",
  "406": "406 order id in use",
  "407": "407 expired",
  "412": "412 too late for that",
  "414": "414 not that amount, or not enough balance",
  "418": "418 not at this time",
};

function tellCall({ api, operation, code }: Asked): Told {
  const isGood = api === "snap" ? code.startsWith("200") : /^(2\d\d|407)$/.test(code) && code !== "202";
  const calls = api === "snap" ? SNAP_CALLS : CALLS;
  return {
    chapter: "midtrans",
    from: "backend",
    to: "midtrans",
    words: calls[operation] ?? operation,
    detail: `answered ${CODES[code] ?? code}`,
    ...(isGood ? {} : { tone: "warn" }),
  };
}

function tellRefund(refunds: Transaction["refunds"]): Pick<Told, "words" | "detail" | "tone"> {
  const { amount, bank } = refunds.findLast(({ bank }) => bank.says !== "no") ?? {};
  const words = `Refund of ${showRupiah(amount ?? rupiah(0))}`;
  if (bank?.says === "yes") return { words: `${words} confirmed by the payer's bank`, tone: "good" };
  return { words, detail: "in Midtrans' books; the payer's bank has not confirmed it yet" };
}

function tellMove({ standing, amount, payment, denied, refunds, debit }: Transaction): Told {
  const base = { chapter: "midtrans", from: "midtrans" } as const;
  switch (standing) {
    case "pending":
      if (debit !== undefined) {
        const detail = `with ${debit.payment.issuer}; Midtrans has not heard of it yet`;
        return { ...base, from: "customer", words: `Paid ${showRupiah(debit.payment.amount)} in the wallet`, detail };
      }
      return { ...base, words: `Transaction of ${showRupiah(amount)} is pending`, minor: true };
    case "settlement":
      return {
        ...base,
        from: "customer",
        to: "midtrans",
        words: `Paid ${showRupiah(payment?.amount ?? amount)}`,
        detail: `with ${payment?.issuer ?? "a wallet"}, ${payment?.route ?? "on-us"}`,
        tone: "good",
      };
    case "deny":
      return { ...base, words: "The acquirer denied the charge", detail: `code ${denied ?? "unknown"}`, tone: "warn" };
    case "cancel":
      return { ...base, words: "Transaction cancelled", minor: true };
    case "expire":
      return { ...base, words: "Transaction expired", minor: true };
    case "partial_refund":
    case "refund":
      return { ...base, to: "customer", ...tellRefund(refunds) };
  }
}

function tellDelivery({ standing, tries, state }: Delivery): Told {
  const answered = tries.at(-1)?.answered ?? "nothing";
  const repeat = tries.length > 1 ? `, try ${tries.length}` : "";
  return {
    chapter: "midtrans",
    from: "midtrans",
    to: "backend",
    words: `Notification: ${standing}`,
    detail: `answered ${answered}${repeat}${state === "waiting" ? "; comes again later" : ""}`,
    ...(state === "delivered" ? {} : { tone: "warn" }),
    ...(standing === "pending" ? { minor: true } : {}),
  };
}
