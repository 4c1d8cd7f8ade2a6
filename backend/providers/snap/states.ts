import { rupiah } from "../../../protocol/rupiah.ts";
import type { WallMs } from "../../../protocol/time.ts";
import { isoOf } from "../midtrans/time.ts";
import type { Payment, RefundMade, Standing } from "../provider.ts";
import type { SnapFacts } from "./answers.ts";
import { readHistory, rupiahIn, sumOf } from "./refund-history.ts";
import { readIso } from "./time.ts";

type Known = Exclude<Standing, { is: "unknown" | "unclear" }>;

/**
 * `latestTransactionStatus` (docs.midtrans.com/reference/get-transaction-status-api, payment-notification-api). 01 and 02 are
 * of the national standard: begun, and being paid; nothing is settled by them. 04 is a refund in full or in part: its history
 * tells. 07, not found, is for queries only and is no state.
 */
export const STATES: ReadonlyMap<string, Known["is"]> = new Map([
  ["00", "settled"],
  ["01", "pending"],
  ["02", "pending"],
  ["03", "pending"],
  ["04", "refunded"],
  ["05", "cancelled"],
  ["06", "denied"],
  ["08", "expired"],
  ["09", "denied"],
]);

export const NOT_FOUND = "07";

export type StateRead =
  | { readonly is: "clear"; readonly standing: Known }
  | { readonly is: "doubtful"; readonly because: string };

/** `transaction`: the provider's id where the facts have none. `heardAt`: for a payment without a time. */
export function readState(facts: SnapFacts, transaction: string, heardAt: WallMs): StateRead {
  const { latestTransactionStatus: state = "none", originalReferenceNo = transaction } = facts;
  const is = STATES.get(state);
  if (is === undefined) return doubtful(`latestTransactionStatus "${state}"`);
  if (is === "settled" || is === "refunded") return readMoney(is, facts, originalReferenceNo, heardAt);
  return { is: "clear", standing: { is, transaction: originalReferenceNo } };
}

/** A payment of which something is going back is refunded, whatever its state says: it must release nothing by itself. */
function readMoney(is: "settled" | "refunded", facts: SnapFacts, transaction: string, heardAt: WallMs): StateRead {
  const history = readHistory(facts);
  if (history.is === "unreadable") return doubtful(`${is}, ${history.because}`);
  if (is === "refunded" || history.gone.length > 0) return refundedWith(facts, transaction, history.gone);
  return readPayment(facts, transaction, heardAt);
}

/** Full only if the sums say so: state 04 is for parts too. */
function refundedWith(facts: SnapFacts, transaction: string, refunds: readonly RefundMade[]): StateRead {
  const paid = rupiahIn(facts.amount);
  const isFull = paid !== undefined && paid > 0 && sumOf(refunds) >= paid;
  return { is: "clear", standing: { is: "refunded", transaction, isFull, refunds } };
}

function readPayment(facts: SnapFacts, transaction: string, heardAt: WallMs): StateRead {
  const { amount: money } = facts;
  if (money !== undefined && money.currency !== "IDR") return doubtful(`settled, but in "${money.currency}"`);
  const amount = rupiahIn(money);
  if (amount === undefined) return doubtful(`settled, but amount "${money?.value ?? ""}" is not in whole rupiah`);
  const paidAt = isoOf(paidTimeOf(facts) ?? heardAt);
  const payment: Payment = { amount, fee: rupiah(0), transaction, paidAt, ...payerOf(facts), ...tracesOf(facts) };
  return { is: "clear", standing: { is: "settled", payment } };
}

const paidTimeOf = ({ paidTime = "", finishedTime = "" }: SnapFacts): WallMs | undefined =>
  readIso(paidTime) ?? readIso(finishedTime);

const IS_ON_US: ReadonlyMap<string, boolean> = new Map([
  ["ON-US", true],
  ["OFF-US", false],
]);

/** Whose app paid at whose code. Only notifications tell. */
function payerOf({ additionalInfo }: SnapFacts): Pick<Payment, "issuer" | "acquirer" | "isOnUs"> {
  const { issuerName: issuer, acquirerName, transactionType = "" } = additionalInfo?.qris ?? {};
  const isOnUs = IS_ON_US.get(transactionType.toUpperCase());
  return {
    ...(issuer === undefined ? {} : { issuer }),
    ...(acquirerName === undefined ? {} : { acquirer: acquirerName.toLowerCase() }),
    ...(isOnUs === undefined ? {} : { isOnUs }),
  };
}

/** The documented names by which Midtrans' staff may find the payment; nothing of the payer is among them. */
function tracesOf({ terminalId, externalStoreID, additionalInfo }: SnapFacts): Pick<Payment, "traces"> {
  const { merchantCrossRefId } = additionalInfo ?? {};
  const named = Object.entries({ terminalId, externalStoreID, merchantCrossRefId });
  const traces = Object.fromEntries(named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  return Object.keys(traces).length === 0 ? {} : { traces };
}

const doubtful = (because: string): StateRead => ({ is: "doubtful", because });
