import type { HttpRequest } from "../../host/http.ts";
import type { Account } from "./account.ts";
import type { Transaction } from "./acquirer.ts";
import { keyIn } from "./core-dialect.ts";

/** A transaction, and in whose books it stands. */
export type Held = { readonly account: Account; readonly transaction: Transaction };

/** The merchants of one stand-in. Whoever calls with keys of none of them is heard, and refused, by the first. */
export class Accounts {
  readonly first: Account;
  readonly all: readonly Account[];

  constructor(first: Account, more: readonly Account[] = []) {
    this.first = first;
    this.all = [first, ...more];
  }

  /** `undefined` where there is none of this name; the first when no name is given. */
  named(merchantId: string | undefined): Account | undefined {
    return merchantId === undefined ? this.first : this.all.find((each) => each.merchantId === merchantId);
  }

  /** By the server key of a call of the Core API. */
  ofCall(request: HttpRequest): Account {
    const key = keyIn(request);
    return this.all.find(({ keys }) => keys.isGood(key)) ?? this.first;
  }

  /** By the client or partner id of a call of BI-SNAP; `undefined` where no merchant can call there. */
  ofSnapCall({ headers }: HttpRequest): Account | undefined {
    const { "x-client-key": client, "x-partner-id": partner } = headers;
    const able = this.all.filter(({ snap }) => snap !== undefined);
    const isMeant = ({ snapKeys: keys }: Account): boolean =>
      keys !== undefined && (keys.clientId === client || keys.partnerId === partner);
    return able.find(isMeant) ?? able[0];
  }

  /** By transaction id or order id; an order id that several merchants have used is the earlier one's. */
  find(id: string): Held | undefined {
    return this.#first(({ midtrans }) => midtrans.find(id));
  }

  byQr(text: string): Held | undefined {
    return this.#first(({ midtrans }) => midtrans.byQr(text));
  }

  /** Of all merchants, oldest first. */
  transactions(): readonly Held[] {
    const held = this.all.flatMap((account) =>
      account.midtrans.transactions().map((transaction) => ({ account, transaction })),
    );
    return this.all.length === 1 ? held : held.sort((one, other) => one.transaction.madeAt - other.transaction.madeAt);
  }

  #first(look: (account: Account) => Transaction | undefined): Held | undefined {
    for (const account of this.all) {
      const transaction = look(account);
      if (transaction !== undefined) return { account, transaction };
    }
    return undefined;
  }
}
