import { readQris } from "../../protocol/qris.ts";
import { QRIS_MAX, type Rupiah } from "../../protocol/rupiah.ts";
import type { Accounts, Held } from "../midtrans/accounts.ts";
import { FINAL, type Route, type Transaction } from "../midtrans/acquirer.ts";
import type { Lateness } from "../midtrans/fault.ts";
import type { PaymentOption } from "../midtrans/gopay.ts";
import { type Entry, historyOf } from "./history.ts";
import type { Objection } from "./objections.ts";

/** What the customer sees after scanning. */
export type Scanned =
  | {
      readonly is: "payable";
      readonly amount: Rupiah;
      readonly merchant: string;
      readonly city: string;
      /** Whose own wallet pays on-us. */
      readonly ownWallet: string;
    }
  | { readonly is: "refused"; readonly because: Objection };

export type Paid =
  | { readonly is: "paid"; readonly amount: Rupiah; readonly merchant: string }
  | { readonly is: "refused"; readonly because: Objection };

/** Whose wallet it is. `route` is worked out from the issuer when absent: on-us where it is the acquirer's own. */
export type Payer = { readonly issuer: string; readonly route?: Route; readonly late?: Lateness };

/** The customer's wallet: knows what every wallet reads out of a code, and asks the payment company the rest. */
export class Wallet {
  readonly #accounts: Accounts;
  readonly #now: () => number;

  /** `now` is the steady clock that the transactions' due times are on. */
  constructor(accounts: Accounts, now: () => number) {
    this.#accounts = accounts;
    this.#now = now;
  }

  /** By transaction id, of any merchant. */
  find(id: string): Held | undefined {
    return this.#accounts.find(id);
  }

  scan(text: string | undefined): Scanned {
    const found = this.#find(text);
    if ("because" in found) return found;
    const { held, amount, merchant, city } = found;
    const because = this.objectionTo(held.transaction);
    if (because !== undefined) return { is: "refused", because };
    return { is: "payable", amount, merchant, city, ownWallet: OWN_WALLET[held.transaction.acquirer] };
  }

  /** Why this transaction cannot be paid now; `undefined` when it can. */
  objectionTo({ standing, dueMs, debit }: Transaction): Objection | undefined {
    if (debit !== undefined && debit.returnedAt === undefined) return "already-paid";
    return standing === "pending" && dueMs <= this.#now() ? "expired" : FINAL[standing];
  }

  /** Pays inside GoPay's app; answers why it was not paid, if so. */
  payInApp(
    { account, transaction: { id, amount } }: Held,
    option: PaymentOption,
    late?: Lateness,
  ): Objection | undefined {
    const moved = account.midtrans.pay(id, { issuer: "gopay", route: "on-us", amount, option }, late);
    if (moved === "unknown") return "unknown-bill";
    if (!("unmoved" in moved)) return undefined;
    return moved.unmoved === "not-due" ? "expired" : moved.unmoved;
  }

  /** Pays what the code says, which need not be what was charged. */
  pay(text: string | undefined, { issuer, route, late }: Payer): Paid {
    const found = this.#find(text);
    if ("because" in found) return found;
    const { held, amount, merchant } = found;
    const { account, transaction } = held;
    const own = issuer.toLowerCase() === OWN_WALLET[transaction.acquirer] ? "on-us" : "off-us";
    const moved = account.midtrans.pay(transaction.id, { issuer, route: route ?? own, amount }, late);
    if (moved === "unknown") return refused("foreign");
    if (!("unmoved" in moved)) return { is: "paid", amount, merchant };
    return refused(moved.unmoved === "not-due" ? "expired" : moved.unmoved);
  }

  /** What has passed through wallets, the newest first. */
  history(): readonly Entry[] {
    return historyOf(this.#accounts.transactions());
  }

  /** Transactions that wait for a customer, newest first, at most 20. */
  open(): readonly Transaction[] {
    const now = this.#now();
    const waiting = this.#accounts
      .transactions()
      .map(({ transaction }) => transaction)
      .filter(({ standing, dueMs, debit }) => standing === "pending" && debit === undefined && dueMs > now);
    return waiting.slice(-20).reverse();
  }

  #find(text: string | undefined): Found | Refused {
    if (text === undefined) return refused("unreadable");
    const read = readQris(text);
    if (read.is === "bad") return refused(/^the CRC/.test(read.because) ? "bad-checksum" : "unreadable");
    const { amount, isDynamic, merchantName = "", city = "" } = read.payload;
    if (amount === undefined || !isDynamic) return refused("static");
    if (amount > QRIS_MAX) return refused("over-limit");
    const held = this.#accounts.byQr(text);
    if (held === undefined) return refused("foreign");
    return { held, amount, merchant: merchantName, city };
  }
}

type Refused = { readonly is: "refused"; readonly because: Objection };
type Found = {
  readonly held: Held;
  readonly amount: Rupiah;
  readonly merchant: string;
  readonly city: string;
};

const refused = (because: Objection): Refused => ({ is: "refused", because });

const OWN_WALLET = { gopay: "gopay", "airpay shopee": "shopeepay" } as const;
