import { type Rupiah, showRupiah } from "../../protocol/rupiah.ts";
import type { Found } from "./summary.ts";

/** A difference as a sentence for a person; its name and its order stand beside it. */
export function inWords(found: Found): string {
  switch (found.is) {
    case "paid-there-not-here":
      return `the provider has ${showRupiah(found.there)} in transaction ${found.transaction}; the ledger has been told`;
    case "paid-here-not-there":
      return `${showRupiah(found.here)} in the ledger, and the provider says ${found.standing}`;
    case "amount-differs":
      return `${showRupiah(found.here)} in the ledger, ${showRupiah(found.there)} at the provider`;
    case "refunded-there-not-here":
      return `the provider gave back ${money(found.there)}, the ledger knows of ${showRupiah(found.here)}`;
    case "refund-here-not-there":
      return `the ledger gave back ${showRupiah(found.here)}, the provider knows of ${showRupiah(found.there)}`;
    case "open-there-ended-here":
      return `transaction ${found.transaction} could still be paid; it is being ended`;
    case "ended-there-open-here":
      return `the provider says ${found.standing}; the ledger has been told`;
    case "unknown-there":
      return "the provider knows nothing of it any more";
    case "no-answer":
      return `the provider did not say: ${found.detail}`;
    case "fee-imposed":
      return `the provider put ${showRupiah(found.there)} on top`;
    case "paid-in-report-only":
      return `line ${found.line}: ${money(found.there)} paid, and neither ledger nor provider says so`;
    case "unpaid-in-report":
      return `line ${found.line}: ${found.status}, and ${showRupiah(found.here)} is in the ledger`;
    case "amount-differs-in-report":
      return `line ${found.line}: ${showRupiah(found.there)}, and ${showRupiah(found.here)} in the ledger`;
    case "missing-in-report":
      return `${showRupiah(found.here)} in transaction ${found.transaction} is not in the report`;
    case "in-report-not-here":
      return `line ${found.line}: ${money(found.there)} ${found.status} for ${found.reference}, no order of this backend`;
    case "report-not-read":
      return found.line === undefined ? found.because : `line ${found.line}: ${found.because}`;
  }
}

const money = (amount: Rupiah | undefined): string => (amount === undefined ? "money" : showRupiah(amount));
