import { shopeeOpensInMs } from "../midtrans/shopee-hours.ts";
import { type Refund, type Refunded, type RefundMade, type RefundRefusal, referenceOf } from "../provider.ts";
import { query } from "./ask.ts";
import { refundBody } from "./bodies.ts";
import { callSnap } from "./calls.ts";
import type { Desk } from "./desk.ts";
import { judgeRefund } from "./judge.ts";
import { failedKeysIn, sumOf } from "./refund-history.ts";

/** What the payment's books say: of this refund, or that there is room for it, or that there is none. */
type Looked =
  | { readonly is: "listed"; readonly refunded: Refunded }
  | { readonly is: "open" }
  | { readonly is: "barred"; readonly detail: string }
  | { readonly is: "unclear"; readonly detail: string };

/**
 * `qr-mpm-refund`, once for one key. Whether an external id keeps a second refund away, and for how long, the pages do not agree;
 * so the payment's books are asked before anything is sent, and again after every answer. A refund that they list is as they
 * list it, whatever the answer was. Every try goes out under the same `partnerRefundNo` and `X-EXTERNAL-ID`, the key.
 */
export async function refund(desk: Desk, asked: Refund, signal: AbortSignal): Promise<Refunded> {
  const wrong = wrongIn(asked, desk);
  if (wrong !== undefined) return refused("invalid", wrong);
  desk.numbers.learn(referenceOf(asked.attempt), asked.payment.transaction);
  const before = await look(desk, asked, signal);
  if (before.is !== "open") return withoutSending(before);
  const againMs = isShopees(asked, desk) ? shopeeOpensInMs(desk.clock.wall()) : 0;
  if (againMs > 0) return { ...refused("closed-hours", "Airpay Shopee refunds from 06:00 to 23:55 only"), againMs };
  const answer = await send(desk, asked, signal);
  const after = await look(desk, asked, signal);
  if (after.is === "listed") return after.refunded;
  return after.is === "unclear" && answer.is === "refused" ? after : answer;
}

function withoutSending(looked: Exclude<Looked, { is: "open" }>): Refunded {
  if (looked.is === "listed") return looked.refunded;
  return looked.is === "barred" ? refused("not-refundable", looked.detail) : looked;
}

/** What Midtrans would refuse anyhow. Letters: docs.midtrans.com/reference/refund-api, `partnerRefundNo`. */
function wrongIn(asked: Refund, desk: Desk): string | undefined {
  const { key, amount } = asked;
  if (!/^[A-Za-z0-9_-]{1,36}$/.test(key)) return `key "${key}": write 1 to 36 letters, digits, "-" and "_"`;
  if (amount < 1 || amount > paidFor(asked)) return `${amount} of ${paidFor(asked)} rupiah cannot go back`;
  if (amount < paidFor(asked) && isShopees(asked, desk)) return "Airpay Shopee gives back all of a payment or nothing";
  return undefined;
}

const paidFor = ({ payment }: Refund): number => payment.amount + payment.fee;

const isShopees = ({ payment }: Refund, desk: Desk): boolean => /shopee/i.test(payment.acquirer ?? desk.acquirer);

async function look(desk: Desk, asked: Refund, signal: AbortSignal): Promise<Looked> {
  const { standing, answer } = await query(desk, referenceOf(asked.attempt), signal);
  switch (standing.is) {
    case "unclear":
      return standing;
    case "unknown":
      // Of a payment that was paid: these are other books, or other names. Nothing can be said of it.
      return { is: "unclear", detail: "Midtrans does not know the payment" };
    case "settled":
      return find([], failedKeysIn(answer ?? {}), asked);
    case "refunded":
      return findAmong(standing.refunds, failedKeysIn(answer ?? {}), asked);
    default:
      return { is: "barred", detail: `Midtrans holds the payment for ${standing.is}` };
  }
}

/** An earlier try of this refund may be what went back. */
function findAmong(gone: readonly RefundMade[], failedKeys: readonly string[], asked: Refund): Looked {
  if (gone.length > 0 || failedKeys.length > 0) return find(gone, failedKeys, asked);
  return { is: "unclear", detail: "money went back, and Midtrans does not list by which refunds: ask again" };
}

function find(gone: readonly RefundMade[], failedKeys: readonly string[], asked: Refund): Looked {
  const own = gone.filter(({ key }) => key === asked.key);
  const other = own.find(({ amount }) => amount !== asked.amount);
  if (other !== undefined) return { is: "unclear", detail: `${other.amount} rupiah went back under this key` };
  if (own.length > 0) return listed({ is: own.some(({ isConfirmed }) => isConfirmed) ? "confirmed" : "taken" });
  if (failedKeys.includes(asked.key)) return listed(refused("by-bank", "Midtrans lists this refund as failed"));
  const sum = sumOf(gone);
  if (sum + asked.amount <= paidFor(asked)) return { is: "open" };
  return { is: "barred", detail: `${sum} of ${paidFor(asked)} rupiah have gone back already` };
}

const listed = (refunded: Refunded): Looked => ({ is: "listed", refunded });

async function send(desk: Desk, asked: Refund, signal: AbortSignal): Promise<Refunded> {
  const { tokens, numbers, merchantId } = desk;
  const reference = referenceOf(asked.attempt);
  const original = numbers.originalOf(reference);
  const body = refundBody(asked, original, merchantId);
  const call = { operation: "refund", reference, externalId: asked.key, body, signal } as const;
  const answered = await callSnap(desk, tokens, call);
  if (answered.is === "none") return { is: "unclear", detail: answered.detail };
  return judgeRefund(answered.answer, { reference, original, heardAt: desk.clock.wall() }, asked);
}

const refused = (because: RefundRefusal, detail: string) => ({ is: "refused", because, detail }) as const;
