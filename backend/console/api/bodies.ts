import { z } from "zod";
import { rupiah } from "../../../protocol/rupiah.ts";
import { standIdSchema } from "../../../protocol/statements.ts";
import { line } from "../../line.ts";
import { merchantIdSchema } from "../../merchants/config.ts";
import { roles } from "./words.ts";

/** What the console's pages may send: JSON, strict, bounded. Each goes with the route that its name says. */

/** 2 to 64 of `a-z 0-9 . _ @ + -`, beginning with a letter or digit; an e-mail address may be one. */
export const accountNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._@+-]{1,63}$/, "2 to 64 of a-z, 0-9 and . _ @ + -, beginning with a letter or digit");

/** The rules for new ones are `wrongWithPassword`'s; what is said at the door is only bounded. */
const said = z.string().min(1).max(1_024);
const roleSchema = z.enum(roles);

export const loginBody = z.strictObject({ name: z.string().min(1).max(64), password: said });
export const passwordBody = z.strictObject({ old: said, new: said });

export const newAccountBody = z.strictObject({ name: accountNameSchema, role: roleSchema });
export const accountChangeBody = z
  .strictObject({
    role: roleSchema.optional(),
    isDisabled: z.boolean().optional(),
    newPassword: z.literal(true).optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "changes nothing");

const why = line(500);
/** A payment, its imposed fee and all, is never as much. */
const MOST_BACK = 1_000_000_000;
export const refundBody = z.strictObject({ why, amount: z.int().min(1).max(MOST_BACK).transform(rupiah).optional() });
export const releaseBody = z.strictObject({ why });
export const remedyBody = z.strictObject({ why, how: z.enum(["refunded", "settled-by-staff"]) });

const place = z.strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) });
const policy = z.enum(["hold", "refund", "deliver"]);
const about = {
  name: line(40),
  site: line(100).optional(),
  place: place.optional(),
  merchant: merchantIdSchema.optional(),
  policies: z.strictObject({ late: policy, failed: policy }).optional(),
  rate: z.strictObject({ aMinute: z.int().min(1).max(600), burst: z.int().min(1).max(600) }).optional(),
};
export const newStandBody = z.strictObject({ id: standIdSchema, ...about });
/** `null` takes away what may be absent. */
export const standChangeBody = z
  .strictObject({ ...about, name: about.name.optional(), site: line(100).nullish(), place: place.nullish() })
  .refine((body) => Object.keys(body).length > 0, "changes nothing");
export const revokeBody = z.strictObject({ why });

/** Judged by protocol/settings.ts; here only what it is sent in. */
const settings = z.record(z.string(), z.unknown());
export const settingsBody = z.strictObject({ settings, why: why.optional() });
export const manySettingsBody = z.strictObject({
  stands: z.array(standIdSchema).min(1).max(10_000),
  settings,
  why: why.optional(),
});
