import { z } from "zod";
import { wrongWithBase } from "./addresses.ts";

/** `[pay]` of the backend's configuration. */
export const paySchema = z.strictObject({
  base_url: z
    .url({ protocol: /^https?$/ })
    .superRefine((base, context) => {
      const message = wrongWithBase(base);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .describe(
      "Where customers reach [http] from outside; pages lie below it, in /pay/. Renew the stands before you set it.",
    )
    .meta({ example: "https://pay.example.id" }),
  key_file: z
    .string()
    .min(1)
    .describe("Any random text of 32 characters or more. With another one, the addresses on all receipts lead nowhere.")
    .meta({ example: "credential:pay-key" }),
  contact: z
    .strictObject({
      name: z.string().trim().min(1).max(80).optional().meta({ example: "Kopi Lobi" }),
      email: z.email().max(100).optional().meta({ example: "bantuan@example.id" }),
      phone: z
        .string()
        .regex(/^\+?[0-9][0-9 -]{4,24}$/, "a phone number of digits, spaces and hyphens, such as +62 812-3456-7890")
        .optional()
        .meta({ example: "+62 812-3456-7890" }),
    })
    .prefault({})
    .describe("Whom a customer turns to; without any of it, the staff at the machine."),
  requests_a_minute: z
    .int()
    .min(30)
    .max(100_000)
    .default(600)
    .describe("Of one address. A page that is open asks 20 times a minute, and many phones may share one address."),
});
