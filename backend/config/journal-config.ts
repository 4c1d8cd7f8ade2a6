import { z } from "zod";
import type { Secret } from "../../host/secret.ts";
import type { PostgresPlace } from "../../journal/postgres/client.ts";
import { secretFile } from "../merchants/config.ts";

/** Where the backend keeps its books: a file of its own, or a database that several backends share. */

const keep_days = z.int().min(1).max(3_650).default(90).describe("Finished orders older than this are deleted.");

const inFile = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe("For one backend process alone; several share a PostgreSQL.")
    .meta({ example: "/var/lib/qris-backend/ledger.sqlite" }),
  keep_days,
});

const inPostgres = z.strictObject({
  url: z
    .url({ protocol: /^postgres(ql)?$/ })
    .refine((url) => !hasPassword(url), "holds a password: write it into a file, and name that as password_file")
    .refine(
      (url) => !parsed(url) || placeIn(url) !== undefined,
      "names no user or database: postgres://USER@HOST/DATABASE",
    )
    .describe(
      "PostgreSQL 15 or newer, over TLS; for a Unix socket postgres://USER@localhost/DATABASE?host=/var/run/postgresql. " +
        "No pooler that lends connections by transaction.",
    )
    .meta({ example: "postgres://backend@db.example.id/ledger" }),
  password_file: secretFile.optional().meta({ example: "credential:database-password" }),
  ca_file: secretFile
    .optional()
    .describe("Who signed the database's certificate, when no public authority did.")
    .meta({ example: "/etc/qris-backend/database-ca.pem" }),
  plaintext: z
    .boolean()
    .default(false)
    .describe("Speaks without TLS: only where nobody else is on the way, as on the same machine."),
  connections: z
    .int()
    .min(2)
    .max(100)
    .default(8)
    .describe("At most so many for orders; one more is for owed effects, and four are for all else."),
  keep_days,
});

export const journalSchema = z.union([inFile, inPostgres]);

export type SharedJournalConfig = z.output<typeof inPostgres>;

export type DatabaseSecrets = { readonly password?: Secret; readonly ca?: string };

/** The place that a configuration names, with what its files hold. */
export function placeOf(
  { url, plaintext }: SharedJournalConfig,
  { password, ca = "system" }: DatabaseSecrets,
): PostgresPlace {
  const place = placeIn(url);
  if (place === undefined) throw new TypeError(`${url} names no database: the configuration should have refused it`);
  const isSocket = place.host.startsWith("/");
  return {
    ...place,
    ...(password === undefined ? {} : { password: () => password.reveal() }),
    ...(isSocket || plaintext ? {} : { ca }),
  };
}

function placeIn(url: string): PostgresPlace | undefined {
  const { hostname, port, username, pathname, searchParams } = new URL(url);
  const [user, database] = [decodeURIComponent(username), decodeURIComponent(pathname.slice(1))];
  if (user === "" || database === "") return undefined;
  const host = searchParams.get("host") ?? hostname.replace(/^\[|\]$/g, "");
  return { host, port: port === "" ? 5_432 : Number(port), user, database };
}

const parsed = (url: string): boolean => URL.canParse(url);
const hasPassword = (url: string): boolean => parsed(url) && new URL(url).password !== "";
