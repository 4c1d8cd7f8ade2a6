import { z } from "zod";
import { QRIS_MAX, type Rupiah } from "../../protocol/rupiah.ts";
import type { MerchantId } from "../providers/provider.ts";
import { NOTIFY_PATH } from "../providers/snap/notification.ts";

/** One merchant in the configuration: an account at Midtrans, over the Core API or over BI-SNAP. */

const MERCHANT = /^[a-z0-9][a-z0-9-]{0,31}$/;
const WHOSE_NAME = "1 to 32 of a-z, 0-9 and -, beginning with a letter or digit";

/** What a stand names its merchant by. */
export const merchantIdSchema = z
  .string()
  .regex(MERCHANT, WHOSE_NAME)
  .transform((text) => text as MerchantId);

export const secretFile = z.string().min(1);
const givenByMidtrans = z.string().min(1).max(64);
const rupiahUpTo = z
  .int()
  .min(1)
  .max(QRIS_MAX)
  .transform((whole) => whole as Rupiah);

/** How many charges somebody may ask for: so many a minute, and so many at once after a quiet time. */
export const rate = (aMinute: number, burst: number) => ({
  charges_a_minute: z
    .int()
    .min(1)
    .max(6_000)
    .default(aMinute)
    .describe("In the long run; who wants more is told to come back later."),
  charges_burst: z.int().min(1).max(1_000).default(burst).describe("So many at once after a quiet time."),
});

const nameOfIt = merchantIdSchema
  .prefault("main")
  .describe("Yours, in the books and logs, for good: an order keeps the merchant that it began with.");
const retired = z
  .boolean()
  .default(false)
  .describe("Sells nothing any more; what it began is still finished and refunded.");
const notificationPath = z
  .string()
  .max(200)
  .regex(/^(?:\/[A-Za-z0-9._~-]+)+$/, "a path of letters, digits and . _ ~ -, such as /midtrans/notification")
  .optional()
  .meta({ example: "/midtrans/notification" });
const baseUrl = z
  .url({ protocol: /^https?$/ })
  .describe("Production, sandbox, or this project's own sandbox on this machine.");
const site = (longest: number) =>
  z.string().max(longest).optional().describe("Shown at Midtrans beside stand and order.").meta({ example: "Bandung" });
const tail = {
  acquirer: z.enum(["gopay", "airpay shopee"]).default("gopay").describe("Who issues the QR code; any app can pay it."),
  min_amount: rupiahUpTo.prefault(1).describe("Whole rupiah. An order of less is refused here."),
  max_amount: rupiahUpTo.prefault(QRIS_MAX).describe("An order of more is refused here; what Bank Indonesia allows."),
  ...rate(600, 100),
  timeout_seconds: z.number().min(1).max(60).default(15).describe("For one call."),
};

const addresses = z
  .array(z.url({ protocol: /^https?$/ }).regex(/^[^,\s]*$/, "a comma or space: write %2C or %20"))
  .max(3)
  .default([]);

const core = z.strictObject({
  name: nameOfIt,
  api: z.literal("core").optional().describe("Midtrans' Core API, or BI-SNAP below.").meta({ example: "core" }),
  retired,
  base_url: baseUrl.meta({ example: "https://api.midtrans.com" }),
  server_key_file: secretFile
    .describe("Read again on reload (SIGHUP). A credential is a copy from the start: to change it takes a restart.")
    .meta({ example: "credential:midtrans-server-key" }),
  old_server_key_file: secretFile
    .optional()
    .describe("A second key whose notifications are believed, the one before or the next; never used for calls.")
    .meta({ example: "/etc/qris-backend/old-server-key" }),
  notification_path: notificationPath.describe(
    "Where notifications arrive here. Default: /midtrans/notification for main, /midtrans/NAME/notification for any other.",
  ),
  notification_urls: addresses
    .describe("Where Midtrans reaches this backend from outside, instead of the address in its dashboard; 3 at most.")
    .meta({ example: ["https://pay.example.id/midtrans/notification"] }),
  append_notification_urls: addresses
    .describe("Who is told beside the address in Midtrans' dashboard; not together with notification_urls; 3 at most.")
    .meta({ example: ["https://books.example.id/midtrans"] }),
  payment_type: z
    .enum(["qris", "gopay"])
    .default("qris")
    .describe("gopay: GoPay's own QRIS code, with a link to its app."),
  ...tail,
  site: site(255),
});

const snap = z.strictObject({
  name: nameOfIt,
  api: z.literal("snap").describe("BI-SNAP. Notifications go to the address in Midtrans' dashboard."),
  retired,
  base_url: baseUrl.meta({ example: "https://merchants.midtrans.com" }),
  client_id: givenByMidtrans.meta({ example: "962489e9-de5d-4eb7-92a4-b07d44d64bf4" }),
  client_secret_file: secretFile.meta({ example: "credential:snap-client-secret" }),
  partner_id: givenByMidtrans.meta({ example: "partner-1" }),
  merchant_id: givenByMidtrans.meta({ example: "G123456789" }),
  private_key_file: secretFile
    .describe("The merchant's RSA key, PEM; Midtrans has its public half.")
    .meta({ example: "credential:snap-private-key" }),
  midtrans_key_file: secretFile
    .describe("Midtrans' public RSA key for notifications, as its dashboard shows it.")
    .meta({ example: "/etc/qris-backend/midtrans-public-key.pem" }),
  old_midtrans_key_file: secretFile
    .optional()
    .describe("A second key whose notifications are believed, the one before or the next.")
    .meta({ example: "/etc/qris-backend/old-midtrans-public-key.pem" }),
  notification_path: notificationPath.describe(
    `Where notifications arrive here; Midtrans appends ${NOTIFY_PATH} to the address that it is given. Defaults as above.`,
  ),
  channel_id: z
    .string()
    .regex(/^\d{5}$/)
    .default("95221")
    .describe("Any five digits."),
  device_id: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .describe("Sent as X-DEVICE-ID, should Midtrans ask for it.")
    .meta({ example: "vending-backend-1" }),
  ...tail,
  site: site(64),
});

export const merchantSchema = z.discriminatedUnion("api", [core, snap]);

export type MerchantConfig = z.output<typeof merchantSchema>;
export type SnapConfig = Extract<MerchantConfig, { api: "snap" }>;
export type CoreConfig = Exclude<MerchantConfig, SnapConfig>;

/**
 * Where a merchant's notifications arrive here. Its own, so that its key says nothing of another's orders; by its name alone,
 * so that one merchant more moves nobody's address.
 */
export function notificationPathOf({ api, name, notification_path }: MerchantConfig): string {
  const own = name === "main" ? "/midtrans/notification" : `/midtrans/${name}/notification`;
  const given = notification_path ?? own;
  return api === "snap" ? given + NOTIFY_PATH : given;
}
