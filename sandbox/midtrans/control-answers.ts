import { z } from "zod";
import type { HttpAnswer } from "../../host/http.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./accounts.ts";

export const ok = (body: object): HttpAnswer => ({ status: 200, body });
export const refused = (status: number, message: string): HttpAnswer => ({
  status,
  body: { error: "refused", message },
});

export const orderId = z.string().regex(/^[A-Za-z0-9_~.-]{1,50}$/);
/** Whose books or settings are meant; without it the first merchant, or whoever knows the order. */
export const merchantName = z.string().min(1).max(64).optional();

/** Reads a body, and answers why it cannot be read. */
export function answerTo<Schema extends z.ZodType>(
  schema: Schema,
  body: Uint8Array,
  answer: (asked: z.output<Schema>) => HttpAnswer,
): HttpAnswer {
  const asked = read(schema, body);
  return "bad" in asked ? refused(400, asked.bad) : answer(asked.good);
}

/** With the account of this name, or of the first merchant. */
export function withAccount(
  accounts: Accounts,
  merchant: string | undefined,
  answer: (account: Account) => HttpAnswer,
): HttpAnswer {
  const account = accounts.named(merchant);
  return account === undefined ? refused(404, `There is no merchant ${merchant}.`) : answer(account);
}

/** With the account whose books have this order. */
export function withOrder(
  accounts: Accounts,
  { order_id, merchant }: { readonly order_id: string; readonly merchant?: string | undefined },
  answer: (account: Account) => HttpAnswer,
): HttpAnswer {
  const account =
    merchant === undefined ? accounts.find(order_id)?.account : holding(accounts.named(merchant), order_id);
  return account === undefined ? refused(404, `There is no transaction for ${order_id}.`) : answer(account);
}

const holding = (account: Account | undefined, orderId: string): Account | undefined =>
  account?.midtrans.find(orderId) === undefined ? undefined : account;

/** Total: also JSON too deeply nested to be looked through is only bad. */
function read<Schema extends z.ZodType>(
  schema: Schema,
  body: Uint8Array,
): { readonly good: z.output<Schema> } | { readonly bad: string } {
  try {
    const found = schema.safeParse(JSON.parse(new TextDecoder().decode(body)));
    return found.success ? { good: found.data } : { bad: z.prettifyError(found.error) };
  } catch {
    return { bad: "The body is no JSON that can be read." };
  }
}
