import type { WallMs } from "../../../protocol/time.ts";
import { type Attempt, type Charge, referenceOf, type Standing } from "../provider.ts";
import type { MidtransAnswer } from "./answers.ts";
import { rowOf } from "./codes.ts";
import { explainGopayCode, isPassing } from "./gopay-codes.ts";
import { readAmounts } from "./payment.ts";
import { readState } from "./states.ts";
import { readWib } from "./time.ts";

/**
 * A charge, or one whose QR code has to be fetched as a picture first: addresses, the plainest first. A `deeplink` is as it
 * came, and not to be shown before it is looked at.
 */
export type ChargeVerdict =
  | Charge
  | {
      readonly is: "pictured";
      readonly pictures: readonly string[];
      readonly transaction: string;
      readonly expiresAt?: WallMs;
      readonly deeplink?: string;
    };

/** `ask`: it was not ended; its standing tells why. */
export type EndingVerdict = Standing | { readonly is: "ask"; readonly because: string };

const DENIED: readonly (string | undefined)[] = ["deny", "failure"];
/** `generate-qr-code` is the bare code, `-v2` the same in the frame of the QRIS standard. */
const PICTURES = ["generate-qr-code", "generate-qr-code-v2"];
const DEEPLINK = "deeplink-redirect";

/** What the answer to `POST /v2/charge` means. */
export function judgeCharge(answer: MidtransAnswer, attempt: Attempt): ChargeVerdict {
  const detail = tell(answer);
  const row = rowOf(answer.status_code);
  switch (row.charge) {
    case "by-state":
      return judgeMade(answer, attempt, detail);
    case "unclear":
      return { is: "unclear", detail };
    case "unavailable":
      return { is: "refused", retriable: true, because: "unavailable", detail };
    case "invalid":
      return {
        is: "refused",
        retriable: false,
        because: blamesAmount(answer) ? "bad-amount" : "misconfigured",
        detail,
      };
    case "denied":
    case "misconfigured":
      return { is: "refused", retriable: false, because: row.charge, detail };
  }
}

const blamesAmount = (answer: MidtransAnswer): boolean =>
  (answer.validation_messages ?? []).some((message) => message.includes("gross_amount"));

function judgeMade(answer: MidtransAnswer, attempt: Attempt, detail: string): ChargeVerdict {
  const reference = referenceOf(attempt);
  // An idempotency key is answered with the first request's answer, whatever the second one asked.
  if (answer.order_id !== undefined && answer.order_id !== reference) {
    return { is: "unclear", detail: `the answer speaks of order ${answer.order_id}, not ${reference}` };
  }
  if (DENIED.includes(answer.transaction_status)) {
    const retriable = isPassing(answer.channel_response_code);
    return { is: "refused", retriable, because: "denied", detail };
  }
  return judgeIssued(answer, attempt, detail);
}

function judgeIssued(answer: MidtransAnswer, attempt: Attempt, detail: string): ChargeVerdict {
  const { order_id, transaction_id: transaction, transaction_status: state, qr_string: qr } = answer;
  if (state !== "pending" || answer.status_code === "202" || order_id === undefined || transaction === undefined) {
    return { is: "unclear", detail };
  }
  const amount = readAmounts(answer)?.amount;
  if (amount !== attempt.amount) {
    return { is: "unclear", detail: `charged ${answer.gross_amount ?? "no amount"} instead of ${attempt.amount}` };
  }
  const expiresAt = readWib(answer.expiry_time ?? answer.expire_time ?? "");
  const deeplink = answer.actions.find(({ name }) => name === DEEPLINK)?.url;
  const made = {
    transaction,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(deeplink === undefined ? {} : { deeplink }),
  };
  return qr === undefined ? { is: "pictured", pictures: picturesOf(answer), ...made } : { is: "issued", qr, ...made };
}

const picturesOf = (answer: MidtransAnswer): readonly string[] =>
  PICTURES.flatMap((name) => answer.actions.filter((action) => action.name === name)).map((action) => action.url);

/** What the answer to `GET /v2/{reference}/status` means. */
export function judgeStatus(answer: MidtransAnswer, reference: string, heardAt: WallMs): Standing {
  const row = rowOf(answer.status_code);
  if (row.status === "unknown") return { is: "unknown" };
  if (row.status === "unclear") return { is: "unclear", detail: tell(answer) };
  return judgeState(answer, reference, heardAt);
}

/** What the answer to `POST /v2/{reference}/cancel` or `…/expire` means. */
export function judgeEnding(
  how: "cancel" | "expire",
  answer: MidtransAnswer,
  reference: string,
  heardAt: WallMs,
): EndingVerdict {
  const row = rowOf(answer.status_code)[how];
  if (row === "unknown") return { is: "unknown" };
  if (row === "unclear") return { is: "unclear", detail: tell(answer) };
  if (row === "ask") return { is: "ask", because: tell(answer) };
  const standing = judgeState(answer, reference, heardAt);
  const isEnded = standing.is === "cancelled" || standing.is === "expired";
  return isEnded ? standing : { is: "ask", because: tell(answer) };
}

function judgeState(answer: MidtransAnswer, reference: string, heardAt: WallMs): Standing {
  if (answer.order_id !== reference) {
    return { is: "unclear", detail: `the answer speaks of order ${answer.order_id ?? "none"}, not ${reference}` };
  }
  const read = readState(answer, "answers", heardAt);
  return read.is === "clear"
    ? read.standing
    : { is: "unclear", detail: `${read.because}; if it stays so, ask Midtrans' support what it means` };
}

/** One line for the operator: the code, what it means and what can be done, Midtrans' own words. */
export function tell(answer: MidtransAnswer): string {
  const { status_code: code, transaction_status: state, channel_response_code: channel } = answer;
  const { means, advice } = rowOf(code);
  const facts = [state, channel === undefined ? undefined : explainGopayCode(channel), answer.status_message];
  const words = [...facts, ...(answer.validation_messages ?? [])].filter((each) => each !== undefined);
  const meaning = advice === undefined ? means : `${means}: ${advice}`;
  return [`${code} (${meaning})`, ...words].join(", ").slice(0, 500);
}
