import { rupiah, showRupiah } from "../../../protocol/rupiah.ts";
import { type Payment, type Refund, type Refunded, referenceOf, type Standing } from "../provider.ts";
import { callMidtrans } from "./calls.ts";
import { type Closed, judgeRefund, notActivated } from "./judge-refund.ts";
import { type Refusal, refundable } from "./refundable.ts";
import { listsRefunds } from "./refunds-made.ts";
import { askStatus, type StatusDesk } from "./status.ts";

/** A key must be one for ever: without any Midtrans makes one up, and every call is a new refund. */
const KEY = /^[A-Za-z0-9-]{1,36}$/;
const LONGEST_REASON = 255;
/** Directly first: Midtrans then hears the bank's word before it answers. */
const WAYS = ["direct-refund", "refund"] as const;

/**
 * Gives money back, once for one key: looks into Midtrans' books, judges by its rules, asks for the refund directly and, where
 * that way is closed, by the general one; looks into the books again wherever the answer does not settle it. Five calls at
 * most. What may have been made by an earlier try is refused only where the books were read and hold no refund of its key.
 * Trouble of the network, and of Midtrans, is `unclear` even if not a byte left this time: an earlier try may have arrived.
 */
export async function refundAt(desk: StatusDesk, refund: Refund, signal: AbortSignal): Promise<Refunded> {
  const bad = malformed(refund);
  if (bad !== undefined) return bad;
  const books = await openBooks(desk, refund, signal);
  if (books.is !== "open") return books;
  const no = refundable(books.payment, refund.amount, desk.clock.wall());
  if (no !== undefined) return no;
  return demandByAnyWay(desk, refund, signal);
}

async function demandByAnyWay(desk: StatusDesk, refund: Refund, signal: AbortSignal): Promise<Refunded> {
  const details: string[] = [];
  for (const way of WAYS) {
    const outcome = await demand(desk, way, refund, signal);
    if (outcome.is !== "closed") return outcome;
    details.push(outcome.detail);
  }
  return notActivated(details);
}

function malformed({ key, reason }: Refund): Refusal | undefined {
  if (!KEY.test(key)) return refusal("invalid", `"${key}" is no refund key: 1 to 36 letters, digits or "-"`);
  if (reason.length > LONGEST_REASON)
    return refusal("invalid", `a reason of ${reason.length} characters: ${LONGEST_REASON} at most`);
  return undefined;
}

async function demand(
  desk: StatusDesk,
  way: (typeof WAYS)[number],
  refund: Refund,
  signal: AbortSignal,
): Promise<Refunded | Closed> {
  const reference = referenceOf(refund.attempt);
  const { key, amount, reason } = refund;
  const body = { refund_key: key, amount, reason };
  const answered = await callMidtrans(desk, { operation: way, reference, once: key, body, signal });
  const verdict =
    answered.is === "answer"
      ? judgeRefund(answered.answer, refund)
      : ({ is: "ask", otherwise: { is: "unclear", detail: answered.detail } } as const);
  if (verdict.is !== "ask") return verdict;
  const books = await openBooks(desk, refund, signal);
  return books.is === "open" ? verdict.otherwise : books;
}

/** `open`: this refund is not in the books, and there is money that could go back. */
type Books = Refunded | { readonly is: "open"; readonly payment: Payment };

async function openBooks(desk: StatusDesk, refund: Refund, signal: AbortSignal): Promise<Books> {
  const { standing, answer } = await askStatus(desk, referenceOf(refund.attempt), signal);
  if (standing.is === "refunded" && (answer === undefined || !listsRefunds(answer))) {
    return { is: "unclear", detail: "money went back, and Midtrans does not list by which refunds: ask again" };
  }
  return readBooks(standing, refund);
}

function readBooks(standing: Standing, refund: Refund): Books {
  switch (standing.is) {
    case "settled":
      return { is: "open", payment: standing.payment };
    case "refunded":
      return readRefunds(standing, refund);
    case "unclear":
      return standing;
    case "unknown":
      // Of a payment that was paid: these are another account's books. An earlier try may be in the right ones.
      return { is: "unclear", detail: "Midtrans does not know the transaction: is it of another account?" };
    default:
      return refusal("not-refundable", `the transaction is ${standing.is}: it holds no money to give back`);
  }
}

function readRefunds({ refunds, isFull }: Extract<Standing, { is: "refunded" }>, refund: Refund): Books {
  const { key, amount, payment } = refund;
  const ours = refunds.find((made) => made.key === key);
  if (ours !== undefined) {
    if (ours.amount === amount) return { is: ours.isConfirmed ? "confirmed" : "taken" };
    return { is: "unclear", detail: `refund ${key} was made of ${showRupiah(ours.amount)}, not ${showRupiah(amount)}` };
  }
  const gone = refunds.reduce((sum, made) => sum + made.amount, 0);
  const left = rupiah(Math.max(0, payment.amount + payment.fee - gone));
  if (isFull) return refusal("not-refundable", "all of it went back by another refund: close the case by hand");
  if (amount > left) return refusal("invalid", `other refunds have left ${showRupiah(left)} of the payment: name less`);
  return { is: "open", payment };
}

const refusal = (because: Refusal["because"], detail: string): Refusal => ({ is: "refused", because, detail });
