import { z } from "zod";
import { addressList } from "../../host/addresses.ts";
import { type Complaint, complaint } from "../../host/config-rules.ts";
import type { AlarmRules } from "./conditions.ts";
import { tongues } from "./detail-words.ts";

/** `[alarms]` of the backend's configuration. */

const file = z.string().min(1).max(4_096);
/** A name and an address, or an address alone; nothing that begins another line. */
const mailbox = z
  .string()
  .max(200)
  .regex(
    /^(?:[^<>\p{Cc}@]{0,80} <)?[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,100}>?$/u,
    "no address: write name@example.id",
  )
  .refine((text) => text.includes("<") === text.endsWith(">"), "no address: write Name <name@example.id>");

const webhook = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe("Where messages are posted as JSON.")
    .meta({ example: "https://alarms.example.id/qris" }),
  secret_file: file
    .describe("Signs them: any random text of 16 characters or more, which the receiver knows.")
    .meta({ example: "credential:alarm-secret" }),
});

const mail = z.strictObject({
  host: z.string().min(1).max(253).describe("The mail server.").meta({ example: "smtp.example.id" }),
  port: z.int().min(1).max(65_535).default(587),
  security: z
    .enum(["starttls", "tls", "none"])
    .default("starttls")
    .describe("tls from the first byte on, as at port 465; none only to this machine itself."),
  username: z.string().min(1).max(200).optional().meta({ example: "alarm@example.id" }),
  password_file: file.optional().meta({ example: "credential:mail-password" }),
  ca_file: file
    .optional()
    .describe("Who signed the server's certificate, when no public authority did.")
    .meta({ example: "/etc/qris-backend/mail-ca.pem" }),
  from: mailbox.meta({ example: "Kopi Lobi <alarm@example.id>" }),
  to: z
    .array(mailbox)
    .min(1)
    .max(20)
    .meta({ example: ["staf@example.id"] }),
  language: z.enum(tongues).default("id"),
});

export const alarmsSchema = z.strictObject({
  silent_minutes: z.int().min(3).max(1_440).default(5).describe("A stand that nothing was heard of for so long."),
  undelivered_seconds: z.int().min(10).max(3_600).default(60).describe("Paid, and no word of the goods for so long."),
  clock_seconds: z.number().min(1).max(86_400).default(60).describe("A stand's clock that is so far off."),
  certificate_days: z.int().min(1).max(90).default(14).describe("A certificate that ends so soon."),
  disk_mb: z.int().min(30).max(100_000).default(300).describe("A stand's disk with less than so much free."),
  degrees: z.int().min(40).max(110).default(80).describe("A stand's processor at so many degrees Celsius."),
  messages_an_hour: z
    .int()
    .min(1)
    .max(600)
    .default(30)
    .describe("At most, each way; what more happens goes together into the next message."),
  webhook: webhook.optional().describe("Posts messages about alarms; none when absent."),
  mail: mail.optional().describe("Sends messages about alarms by e-mail; none when absent."),
});
export type AlarmsConfig = z.output<typeof alarmsSchema>;

/** Nothing goes over a network in the open, and no password without a name. */
export function alarmsIssues({
  alarms,
}: {
  readonly alarms: Pick<AlarmsConfig, "mail" | "webhook">;
}): readonly Complaint[] {
  const { mail: by, webhook: to } = alarms;
  const found = [
    by?.security === "none" &&
      !isHere(by.host) &&
      complaint('"none" sends mails in the open: only for a server on this machine', "alarms", "mail", "security"),
    by?.password_file !== undefined &&
      by.username === undefined &&
      complaint("is missing: there is a password, but whose?", "alarms", "mail", "username"),
    by?.username !== undefined &&
      by.password_file === undefined &&
      complaint("is missing: a name alone lets nobody in", "alarms", "mail", "password_file"),
    to !== undefined &&
      new URL(to.url).protocol === "http:" &&
      !isHere(new URL(to.url).hostname) &&
      complaint("must begin with https://: others would read and change what is sent", "alarms", "webhook", "url"),
  ];
  return found.filter((each) => each !== false);
}

const isHere = (host: string): boolean => {
  const bare = host.replace(/^\[|\]$/g, "");
  return bare === "localhost" || (/^[0-9a-f.:]+$/i.test(bare) && addressList(["127.0.0.0/8", "::1"])(bare));
};

export const alarmRulesOf = (alarms: AlarmsConfig): AlarmRules => ({
  silentMs: alarms.silent_minutes * 60_000,
  undeliveredMs: alarms.undelivered_seconds * 1_000,
  clockOffsetMs: alarms.clock_seconds * 1_000,
  certificateMs: alarms.certificate_days * 86_400_000,
  diskBytes: alarms.disk_mb * 1_000_000,
  degrees: alarms.degrees,
});
