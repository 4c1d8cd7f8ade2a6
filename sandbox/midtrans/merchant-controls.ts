import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Accounts } from "./accounts.ts";
import { answerTo, merchantName, ok, orderId, refused, withAccount, withOrder } from "./control-answers.ts";
import { dashboardSchema } from "./dashboard.ts";
import { newUuid } from "./uuid.ts";

export type MerchantControlOptions = {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
};

const settingsSchema = dashboardSchema.partial().extend({ merchant: merchantName });
const bankSchema = z.strictObject({
  order_id: orderId,
  merchant: merchantName,
  bank: z.enum(["confirms", "refuses"]).default("confirms"),
});
const rotateSchema = z.strictObject({
  merchant: merchantName,
  server_key: z
    .string()
    .regex(/^[\w.-]{8,100}$/)
    .optional(),
  /** Real seconds, whatever the speed. */
  old_valid_s: z.number().min(0).max(2_592_000).default(86_400),
});
const snapUrlSchema = z.strictObject({ merchant: merchantName, url: z.url({ protocol: /^https?$/ }) });

/** A merchant's dashboard and keys, and the bank behind its refunds. */
export function merchantRoutes(options: MerchantControlOptions): readonly Route[] {
  const { accounts } = options;
  return [
    {
      method: "GET",
      path: "/sandbox/dashboard",
      answer: async ({ query }) =>
        withAccount(accounts, query.get("merchant") ?? undefined, ({ merchantId, dashboard }) =>
          ok({ merchant: merchantId, ...dashboard.settings }),
        ),
    },
    { method: "POST", path: "/sandbox/dashboard", answer: async (request) => set(accounts, request) },
    { method: "POST", path: "/sandbox/keys/rotate", answer: async (request) => rotate(options, request) },
    { method: "POST", path: "/sandbox/refunds", answer: async (request) => hearBank(accounts, request) },
    {
      method: "POST",
      path: "/sandbox/snap/notification-url",
      answer: async (request) => setSnapUrl(accounts, request),
    },
  ];
}

const set = (accounts: Accounts, { body }: HttpRequest): HttpAnswer =>
  answerTo(settingsSchema, body, ({ merchant, ...changes }) =>
    withAccount(accounts, merchant, ({ merchantId, dashboard }) => {
      dashboard.set(changes);
      return ok({ merchant: merchantId, ...dashboard.settings });
    }),
  );

const rotate = ({ accounts, clock, random }: MerchantControlOptions, { body }: HttpRequest): HttpAnswer =>
  answerTo(rotateSchema, body, ({ merchant, server_key, old_valid_s }) =>
    withAccount(accounts, merchant, ({ merchantId, keys }) => {
      const next = server_key ?? `SB-Mid-server-${newUuid(random)}`;
      if (accounts.all.some((each) => each.keys.isGood(next))) return refused(409, "This key is in use already.");
      keys.rotate(next, old_valid_s * 1_000);
      const until = new Date(clock.wall() + old_valid_s * 1_000).toISOString();
      return ok({ merchant: merchantId, server_key: next, old_key_valid_until: until });
    }),
  );

const hearBank = (accounts: Accounts, { body }: HttpRequest): HttpAnswer =>
  answerTo(bankSchema, body, (about) =>
    withOrder(accounts, about, ({ midtrans }) => {
      const { order_id } = about;
      const refunds = midtrans.hearBank(order_id, about.bank === "confirms" ? "yes" : "no");
      return refunds > 0 ? ok({ order_id, refunds }) : refused(404, `No refund of ${order_id} waits for its bank.`);
    }),
  );

const setSnapUrl = (accounts: Accounts, { body }: HttpRequest): HttpAnswer =>
  answerTo(snapUrlSchema, body, ({ merchant, url }) =>
    withAccount(accounts, merchant, ({ dashboard }) => {
      dashboard.set({ snap_notification_url: url });
      return ok({ url });
    }),
  );
