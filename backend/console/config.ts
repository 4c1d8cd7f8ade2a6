import { z } from "zod";
import { addressList, isRange } from "../../host/addresses.ts";
import { type Complaint, complaint } from "../../host/config-rules.ts";
import { roles } from "./api/words.ts";

/** `[console]` of the backend's configuration. */

const groups = (example: string) =>
  z
    .array(z.string().min(1).max(200))
    .max(50)
    .default([])
    .meta({ example: [example] });

const oidc = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .describe("Whose sign-in it is; what stands below it in /.well-known/openid-configuration is believed.")
    .meta({ example: "https://login.example.id/realms/company" }),
  client_id: z.string().min(1).max(200).meta({ example: "qris-console" }),
  client_secret_file: z
    .string()
    .min(1)
    .describe("What the provider gave this client; its address to come back to is base_url and /api/oidc/back.")
    .meta({ example: "credential:oidc-secret" }),
  scopes: z
    .array(z.string().regex(/^[!#-[\]-~]{1,100}$/))
    .max(20)
    .default(["openid", "email", "profile"])
    .describe("What is asked for; openid is always among them."),
  role_claim: z
    .string()
    .regex(/^[^.]{1,100}(?:\.[^.]{1,100}){0,4}$/)
    .default("groups")
    .describe(
      "Where in the ID token the person's groups are, a text or a list of texts; a dot leads one level down, as in realm_access.roles.",
    ),
  roles: z
    .strictObject({ viewer: groups("vending"), staff: groups("vending-staff"), admin: groups("vending-admins") })
    .prefault({})
    .describe("Which groups make which role, the highest counts; who is in none of them is not let in."),
});
export type OidcConfig = z.output<typeof oidc>;

export const consoleSchema = z.strictObject({
  host: z.string().default("127.0.0.1").describe("Behind a proxy with TLS, unless it is on this machine only."),
  port: z.int().min(0).max(65_535).default(8_082).describe("0 takes any free port."),
  base_url: z
    .url({ protocol: /^https?$/ })
    .regex(/^https?:\/\/[^/?#@]+\/?$/, "host and port, without a path")
    .optional()
    .describe("Where browsers find it: https, or http on this machine. What comes from other pages is refused.")
    .meta({ example: "https://console.example.id" }),
  idle_minutes: z.int().min(5).max(1_440).default(60).describe("A session without a call ends."),
  session_hours: z.int().min(1).max(168).default(12).describe("After this one signs in anew in any case."),
  requests_a_minute: z
    .int()
    .min(60)
    .max(100_000)
    .default(1_200)
    .describe("Of one address, behind the trusted proxies."),
  trusted_proxies: z
    .array(z.string().refine(isRange, "no address: write 10.0.0.2, or with a prefix 10.0.0.0/8"))
    .max(100)
    .default([])
    .describe("Whose X-Forwarded-For is believed.")
    .meta({ example: ["127.0.0.1"] }),
  oidc: oidc
    .optional()
    .describe("Signing in with accounts of another place, by OpenID Connect; absent: names and passwords only."),
});
export type ConsoleConfig = z.output<typeof consoleSchema>;

const isHere = (host: string): boolean =>
  host === "localhost" || addressList(["127.0.0.0/8", "::1"])(host.replace(/^\[|\]$/g, ""));

/** What must fit together in it. */
export function wrongWithConsole({ console }: { readonly console?: ConsoleConfig | undefined }): readonly Complaint[] {
  if (console === undefined) return [];
  const found: (Complaint | false)[] = [
    console.base_url !== undefined &&
      isBare(console.base_url) &&
      complaint("must be https: only on this machine passwords may go without it", "console", "base_url"),
    console.base_url === undefined &&
      !isHere(console.host) &&
      complaint("is missing: say where browsers find the console, https://…", "console", "base_url"),
    console.base_url?.startsWith("https:") === true &&
      isHere(console.host) &&
      console.trusted_proxies.length === 0 &&
      complaint("is empty: only a proxy on this machine reaches host, so name it", "console", "trusted_proxies"),
    ...wrongWithOidc(console),
  ];
  return found.filter((each) => each !== false);
}

function wrongWithOidc({ oidc, base_url: base }: ConsoleConfig): readonly (Complaint | false)[] {
  if (oidc === undefined) return [];
  return [
    isBare(oidc.issuer) && complaint("must be https, but on this machine", "console", "oidc", "issuer"),
    base === undefined && complaint("is missing: the provider leads browsers back to it", "console", "base_url"),
    roles.every((role) => oidc.roles[role].length === 0) &&
      complaint("names no group: nobody could sign in", "console", "oidc", "roles"),
  ];
}

/** Without TLS, and over a network. */
function isBare(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !isHere(hostname);
}
