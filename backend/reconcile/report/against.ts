import { type Rupiah, rupiah } from "../../../protocol/rupiah.ts";
import type { Receipt, State } from "../../ledger/words.ts";
import type { ReportRow } from "./rows.ts";

/** Where the provider's report and these books say different things of one order. */
export type ReportDifference = { readonly attempt: number } & (
  | { readonly is: "paid-in-report-only"; readonly line: number; readonly there?: Rupiah }
  | {
      readonly is: "unpaid-in-report";
      readonly line: number;
      readonly here: Rupiah;
      readonly status: ReportRow["status"];
    }
  | {
      readonly is: "amount-differs-in-report";
      readonly line: number;
      readonly here: Rupiah;
      readonly there: Rupiah;
    }
  | { readonly is: "missing-in-report"; readonly here: Rupiah; readonly transaction: string }
);

/** A row of the report about one attempt of this order. */
export type RowAbout = { readonly attempt: number; readonly row: ReportRow };

/**
 * All that differs. `isDue`: whether this payment must be in the report, which speaks of one day and perhaps not of every
 * merchant. A report may name amounts with or without an imposed fee.
 */
export function againstReport(
  state: State,
  rows: readonly RowAbout[],
  isDue: (receipt: Receipt) => boolean,
): readonly ReportDifference[] {
  const receipts = "receipts" in state ? state.receipts : [];
  const named = rows.flatMap(({ attempt, row }) => {
    const receipt = receipts.find((each) => each.attempt === attempt);
    return receipt === undefined ? unpaidHere(attempt, row) : paidHere(receipt, row);
  });
  const missing = receipts.filter(
    (receipt) => isDue(receipt) && !rows.some(({ attempt }) => attempt === receipt.attempt),
  );
  return [...named, ...missing.map(missingIn)];
}

/** A refund in the report may be of money that never was in these books; the provider's own books say so too, and are asked. */
function unpaidHere(attempt: number, { line, status, amount }: ReportRow): readonly ReportDifference[] {
  if (status !== "settled") return [];
  return [{ is: "paid-in-report-only", attempt, line, ...(amount === undefined ? {} : { there: amount }) }];
}

function paidHere(receipt: Receipt, { line, status, amount }: ReportRow): readonly ReportDifference[] {
  const { attempt, payment } = receipt;
  const here = grossOf(receipt);
  if (status === "refunded") return [];
  if (status !== "settled") return [{ is: "unpaid-in-report", attempt, line, here, status }];
  if (amount === undefined || amount === here || amount === payment.amount) return [];
  return [{ is: "amount-differs-in-report", attempt, line, here, there: amount }];
}

const missingIn = (receipt: Receipt): ReportDifference => ({
  is: "missing-in-report",
  attempt: receipt.attempt,
  here: grossOf(receipt),
  transaction: receipt.payment.transaction,
});

const grossOf = ({ payment }: Receipt): Rupiah => rupiah(payment.amount + payment.fee);
