import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Rupiah } from "../../protocol/rupiah.ts";
import type { Accounts, Held } from "./accounts.ts";
import { acquirers, routes, standings } from "./acquirer.ts";
import { answerTo, merchantName, ok, orderId, refused, withAccount, withOrder } from "./control-answers.ts";
import { faultSchema } from "./fault.ts";
import type { Faults } from "./faults.ts";
import type { Notifier } from "./notifier.ts";

export type ControlOptions = { readonly accounts: Accounts; readonly faults: Faults; readonly notifier: Notifier };

const amount = z
  .int()
  .min(1)
  .max(999_999_999)
  .transform((whole) => whole as Rupiah);
const aboutSchema = z.strictObject({ order_id: orderId, merchant: merchantName });
const seedSchema = z.strictObject({
  merchant: merchantName,
  transactions: z
    .array(
      z.strictObject({
        order_id: orderId,
        gross_amount: amount,
        transaction_status: z.enum(standings).exclude(["partial_refund", "refund"]).default("pending"),
        acquirer: z.enum(acquirers).default("gopay"),
        /** Of a pending one, in seconds. */
        expires_in: z.int().min(0).max(604_800).default(900),
        notification_url: z.url({ protocol: /^https?$/ }).optional(),
        /** Of a settled one. */
        issuer: z.string().min(1).max(50).optional(),
        transaction_type: z.enum(routes).optional(),
        paid_days_ago: z.number().min(0).max(1_000).optional(),
      }),
    )
    .min(1)
    .max(1_000),
});
type SeedRow = z.output<typeof seedSchema>["transactions"][number];

const DAY_MS = 86_400_000;

/** What the real service does not have: look into the books, make things go wrong, and bring about the impossible. */
export function controlRoutes({ accounts, faults, notifier }: ControlOptions): readonly Route[] {
  const list = () => ({ faults: faults.list().map(({ id, fault }) => ({ id, ...fault })) });
  return [
    { method: "GET", path: "/sandbox/faults", answer: async () => ok(list()) },
    { method: "POST", path: "/sandbox/faults", answer: async (request) => arm(faults, request) },
    {
      method: "DELETE",
      path: "/sandbox/faults",
      answer: async () => {
        faults.clear();
        return ok(list());
      },
    },
    {
      method: "DELETE",
      path: "/sandbox/faults/:id",
      answer: async ({ params }) =>
        faults.clear(Number(params["id"])) ? ok(list()) : refused(404, `There is no fault ${params["id"]}.`),
    },
    {
      method: "GET",
      path: "/sandbox/transactions",
      answer: async () => ok({ transactions: accounts.transactions().map(shown) }),
    },
    {
      method: "GET",
      path: "/sandbox/notifications",
      answer: async () => ok({ notifications: notifier.deliveries() }),
    },
    { method: "POST", path: "/sandbox/seed", answer: async (request) => seed(accounts, request) },
    { method: "POST", path: "/sandbox/settle", answer: async (request) => settle(accounts, request) },
    { method: "POST", path: "/sandbox/notify", answer: async (request) => announce(accounts, request) },
  ];
}

const arm = (faults: Faults, { body }: HttpRequest): HttpAnswer =>
  answerTo(faultSchema, body, (fault) => {
    try {
      const armed = faults.arm(fault);
      return { status: 201, body: { id: armed.id, ...armed.fault } };
    } catch (error) {
      if (error instanceof RangeError) return refused(409, error.message);
      throw error;
    }
  });

const seed = (accounts: Accounts, { body }: HttpRequest): HttpAnswer =>
  answerTo(seedSchema, body, ({ merchant, transactions }) =>
    withAccount(accounts, merchant, (account) => {
      const made = transactions.map((row) => account.midtrans.seed(seedOf(row)));
      return { status: 201, body: { transactions: made.map((transaction) => shown({ account, transaction })) } };
    }),
  );

const seedOf = (row: SeedRow) => ({
  standing: row.transaction_status,
  paid: {
    ...(row.issuer === undefined ? {} : { issuer: row.issuer }),
    ...(row.transaction_type === undefined ? {} : { route: row.transaction_type }),
    agoMs: (row.paid_days_ago ?? 0) * DAY_MS,
  },
  order: {
    orderId: row.order_id,
    amount: row.gross_amount,
    acquirer: row.acquirer,
    validForMs: row.expires_in * 1_000,
    notify: row.notification_url === undefined ? [] : [row.notification_url],
    customFields: {},
  },
});

const settle = (accounts: Accounts, { body }: HttpRequest): HttpAnswer =>
  answerTo(aboutSchema, body, (about) =>
    withOrder(accounts, about, (account) => {
      const moved = account.midtrans.settle(about.order_id);
      const isMoved = moved !== "unknown" && !("unmoved" in moved);
      return isMoved ? ok(shown({ account, transaction: moved })) : refused(409, "It is settled already.");
    }),
  );

const announce = (accounts: Accounts, { body }: HttpRequest): HttpAnswer =>
  answerTo(aboutSchema, body, (about) =>
    withOrder(accounts, about, ({ midtrans }) => {
      midtrans.announce(about.order_id);
      return ok({ order_id: about.order_id });
    }),
  );

const shown = ({ account, transaction }: Held): object => ({
  transaction_id: transaction.id,
  order_id: transaction.orderId,
  merchant: account.merchantId,
  gross_amount: transaction.amount,
  fee: transaction.fee,
  acquirer: transaction.acquirer,
  transaction_status: transaction.standing,
  qr_string: transaction.qr,
  made_at: new Date(transaction.madeAt).toISOString(),
  expires_at: new Date(transaction.expiresAt).toISOString(),
  ...(transaction.payment === undefined ? {} : { paid_by: transaction.payment.issuer }),
  ...(transaction.refunds.length === 0 ? {} : { refunds: transaction.refunds }),
});
