import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Held } from "../midtrans/accounts.ts";
import { grossOf } from "../midtrans/acquirer.ts";
import { latenessSchema } from "../midtrans/fault.ts";
import { paymentOptions } from "../midtrans/gopay.ts";
import { jsonIn } from "../midtrans/json.ts";
import type { Objection } from "./objections.ts";
import type { Wallet } from "./wallet.ts";
import { BILL_WORDS } from "./words.ts";

export type AppOptions = { readonly wallet: Wallet; readonly at: string };

const asked = z.strictObject({
  referenceid: z.string().min(1).max(64),
  option: z.enum(paymentOptions).default("GOPAY_WALLET"),
  /** Midtrans shall hear of the payment later, or never. */
  late: latenessSchema.optional(),
});
type Asked = z.output<typeof asked>;

/**
 * GoPay's app, as a deeplink opens it. `GET app/bill?referenceid=` tells what is to be paid; `POST app/pay {referenceid, option?, late?}`
 * pays it, `POST app/decline {referenceid}` does not, which Midtrans never hears of: the charge stays pending. Both answer
 * `{paid, return}`, where `return` is the address that the payer's phone opens next, or null.
 */
export function appRoutes(options: AppOptions): readonly Route[] {
  const { at } = options;
  const post = (path: string, answer: (asked: Asked, bill: Held) => HttpAnswer): Route => ({
    method: "POST",
    path: `${at}/app/${path}`,
    answer: async (request) => about(options, readAsked(request), answer),
  });
  return [
    { method: "GET", path: `${at}/app/bill`, answer: async ({ query }) => show(options, query.get("referenceid")) },
    post("pay", (asked, bill) => pay(options, bill, asked)),
    post("decline", (_, bill) => ended(bill, { paid: false })),
  ];
}

function readAsked({ body }: HttpRequest): Asked | undefined {
  const json = jsonIn(body);
  return json === "malformed" ? undefined : asked.safeParse(json.value).data;
}

function about(
  options: AppOptions,
  asked: Asked | undefined,
  answer: (asked: Asked, bill: Held) => HttpAnswer,
): HttpAnswer {
  if (asked === undefined) {
    return { status: 400, body: { error: "malformed", message: 'Send JSON such as {"referenceid": "…"}.' } };
  }
  const bill = billOf(options, asked.referenceid);
  return bill === undefined ? unknown() : answer(asked, bill);
}

/** Only what was charged as `gopay` has a deeplink. */
function billOf({ wallet }: AppOptions, reference: string): Held | undefined {
  const found = wallet.find(reference);
  const { id, gopay } = found?.transaction ?? {};
  return id === reference && gopay !== undefined ? found : undefined;
}

const unknown = (): HttpAnswer => ({ status: 404, body: { payable: false, ...said("unknown-bill") } });
const said = (because: Objection): object => ({ because, words: BILL_WORDS[because] });

function show(options: AppOptions, reference: string | null): HttpAnswer {
  const bill = billOf(options, reference ?? "");
  if (bill === undefined) return unknown();
  const { transaction, account } = bill;
  const { name: merchant, city } = account.midtrans.shop;
  const because = options.wallet.objectionTo(transaction);
  const about = { order: transaction.orderId, amount: grossOf(transaction), merchant, city };
  return {
    status: 200,
    body: because === undefined ? { payable: true, ...about } : { payable: false, ...about, ...said(because) },
  };
}

function pay({ wallet }: AppOptions, bill: Held, { option, late }: Asked): HttpAnswer {
  const because = wallet.payInApp(bill, option, late);
  if (because !== undefined) return ended(bill, { paid: false, ...said(because) });
  return ended(bill, { paid: true, amount: grossOf(bill.transaction) });
}

const ended = (
  { account, transaction }: Held,
  told: { readonly paid: boolean; readonly [more: string]: unknown },
): HttpAnswer => ({
  status: 200,
  body: { ...told, return: account.midtrans.returnAddress(transaction, told.paid) ?? null },
});
