import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Rupiah } from "../../protocol/rupiah.ts";
import { acquirers, routes, standings, type Transaction } from "./acquirer.ts";
import { type Dashboard, dashboardSchema } from "./dashboard.ts";
import { type Faults, faultSchema } from "./faults.ts";
import type { Midtrans } from "./midtrans.ts";
import type { Notifier } from "./notifier.ts";

export type ControlOptions = {
  readonly midtrans: Midtrans;
  readonly faults: Faults;
  readonly notifier: Notifier;
  readonly dashboard: Dashboard;
};

const orderId = z.string().regex(/^[A-Za-z0-9_~.-]{1,50}$/);
const amount = z
  .int()
  .min(1)
  .max(999_999_999)
  .transform((whole) => whole as Rupiah);
const about = z.strictObject({ order_id: orderId });
const bankSchema = z.strictObject({ order_id: orderId, bank: z.enum(["confirms", "refuses"]).default("confirms") });
const settingsSchema = dashboardSchema.partial();
const seedSchema = z.strictObject({
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

/** What the real service does not have: look into the books, make things go wrong, and bring about the impossible. */
export function controlRoutes({ midtrans, faults, notifier, dashboard }: ControlOptions): readonly Route[] {
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
      answer: async () => ok({ transactions: midtrans.transactions().map(shown) }),
    },
    {
      method: "GET",
      path: "/sandbox/notifications",
      answer: async () => ok({ notifications: notifier.deliveries() }),
    },
    { method: "POST", path: "/sandbox/seed", answer: async (request) => seed(midtrans, request) },
    { method: "POST", path: "/sandbox/settle", answer: async (request) => settle(midtrans, request) },
    { method: "POST", path: "/sandbox/notify", answer: async (request) => announce(midtrans, request) },
    { method: "POST", path: "/sandbox/refunds", answer: async (request) => hearBank(midtrans, request) },
    { method: "GET", path: "/sandbox/dashboard", answer: async () => ok(dashboard.settings) },
    { method: "POST", path: "/sandbox/dashboard", answer: async (request) => set(dashboard, request) },
  ];
}

const DAY_MS = 86_400_000;
const ok = (body: object): HttpAnswer => ({ status: 200, body });
const refused = (status: number, message: string): HttpAnswer => ({ status, body: { error: "refused", message } });

function arm(faults: Faults, request: HttpRequest): HttpAnswer {
  const fault = read(faultSchema, request.body);
  if ("bad" in fault) return refused(400, fault.bad);
  try {
    const armed = faults.arm(fault.good);
    return { status: 201, body: { id: armed.id, ...armed.fault } };
  } catch (error) {
    if (error instanceof RangeError) return refused(409, error.message);
    throw error;
  }
}

function seed(midtrans: Midtrans, request: HttpRequest): HttpAnswer {
  const seeds = read(seedSchema, request.body);
  if ("bad" in seeds) return refused(400, seeds.bad);
  const made = seeds.good.transactions.map((each) =>
    midtrans.seed({
      standing: each.transaction_status,
      paid: {
        ...(each.issuer === undefined ? {} : { issuer: each.issuer }),
        ...(each.transaction_type === undefined ? {} : { route: each.transaction_type }),
        agoMs: (each.paid_days_ago ?? 0) * DAY_MS,
      },
      order: {
        orderId: each.order_id,
        amount: each.gross_amount,
        acquirer: each.acquirer,
        validForMs: each.expires_in * 1_000,
        notify: each.notification_url === undefined ? [] : [each.notification_url],
        customFields: {},
      },
    }),
  );
  return { status: 201, body: { transactions: made.map(shown) } };
}

function settle(midtrans: Midtrans, request: HttpRequest): HttpAnswer {
  const asked = read(about, request.body);
  if ("bad" in asked) return refused(400, asked.bad);
  const moved = midtrans.settle(asked.good.order_id);
  if (moved === "unknown") return refused(404, `There is no transaction for ${asked.good.order_id}.`);
  return "unmoved" in moved ? refused(409, `It is settled already.`) : ok(shown(moved));
}

function announce(midtrans: Midtrans, request: HttpRequest): HttpAnswer {
  const asked = read(about, request.body);
  if ("bad" in asked) return refused(400, asked.bad);
  const { order_id } = asked.good;
  return midtrans.announce(order_id) ? ok({ order_id }) : refused(404, `There is no transaction for ${order_id}.`);
}

function hearBank(midtrans: Midtrans, request: HttpRequest): HttpAnswer {
  const asked = read(bankSchema, request.body);
  if ("bad" in asked) return refused(400, asked.bad);
  const { order_id, bank } = asked.good;
  const refunds = midtrans.hearBank(order_id, bank === "confirms" ? "yes" : "no");
  return refunds > 0 ? ok({ order_id, refunds }) : refused(404, `No refund of ${order_id} waits for its bank.`);
}

function set(dashboard: Dashboard, request: HttpRequest): HttpAnswer {
  const changes = read(settingsSchema, request.body);
  if ("bad" in changes) return refused(400, changes.bad);
  dashboard.set(changes.good);
  return ok(dashboard.settings);
}

const shown = (transaction: Transaction): object => ({
  transaction_id: transaction.id,
  order_id: transaction.orderId,
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
