import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Complete } from "../../host/config.ts";
import type { ConfigError } from "../../host/config-errors.ts";
import type { StandId } from "../../protocol/ids.ts";
import { standIdSchema } from "../../protocol/statements.ts";

/** Who this machine is, as an enrolment has brought it home. All of it lies in one folder. */
const identitySchema = z.object({
  stand: standIdSchema,
  name: z.string().min(1).max(40),
  site: z.string().max(100).optional(),
  /** The broker's address. */
  broker: z.string(),
  hasBrokerCa: z.boolean(),
  /** Where the backend enrols and renews: `https://pay.example.id`. */
  at: z.string(),
});
export type Identity = z.output<typeof identitySchema>;

export const USUAL_FOLDER = "/var/lib/qris-gateway/identity";

/** The files of an identity. `broker` holds the certificate and its key, so that one replacement renews both. */
export const identityFiles = (folder: string) => ({
  identity: join(folder, "identity.json"),
  standKey: join(folder, "stand-key.pem"),
  backendKeys: join(folder, "backend-keys.json"),
  broker: join(folder, "broker.pem"),
  brokerCa: join(folder, "broker-ca.pem"),
  /** An enrolment that has not ended yet. */
  draft: join(folder, "enrolment.json"),
});

/** `undefined`: this machine is not enrolled, or the folder is not what an enrolment leaves. */
export function readIdentity(folder: string): Identity | undefined {
  try {
    return identitySchema.safeParse(JSON.parse(readFileSync(identityFiles(folder).identity, "utf8"))).data;
  } catch {
    return undefined;
  }
}

const table = z.record(z.string(), z.unknown()).catch({});
const documentSchema = z.looseObject({
  enrolment: z.object({ folder: z.string().optional() }).optional().catch(undefined),
  stand: table.optional(),
  link: table.optional(),
  keys: table.optional(),
});

/** The folder that a document names; `undefined` where it has no `[enrolment]`. */
export function identityFolderIn(document: unknown): string | undefined {
  const { enrolment } = documentSchema.safeParse(document).data ?? {};
  return enrolment === undefined ? undefined : (enrolment.folder ?? USUAL_FOLDER);
}

/** What the file itself does not say of who the stand is, its enrolment says. */
export const withIdentity: Complete = (document) => {
  const folder = identityFolderIn(document);
  const read = documentSchema.safeParse(document).data;
  if (folder === undefined || read === undefined || isSelfMade(read)) return { document, errors: [] };
  const identity = readIdentity(folder);
  const completed = completeBy(identity ?? NOBODY, folder, read);
  return { document: completed, errors: identity === undefined ? [notEnrolled(folder)] : [] };
};

/** In the place of who the stand will be, so that all else that is wrong shows too. */
const NOBODY: Identity = {
  stand: "not-enrolled" as StandId,
  name: "not enrolled",
  broker: "mqtts://localhost",
  hasBrokerCa: false,
  at: "https://localhost",
};

function completeBy(identity: Identity, folder: string, read: z.output<typeof documentSchema>): object {
  const files = identityFiles(folder);
  const { stand, name, site, broker, hasBrokerCa } = identity;
  const own = { url: broker, ...(hasBrokerCa ? { ca_file: files.brokerCa } : {}), ...brokerFiles(files.broker) };
  return {
    ...read,
    stand: { id: stand, name, ...(site === undefined ? {} : { site }), ...read.stand },
    link: read.link?.["url"] === undefined ? { ...own, ...read.link } : read.link,
    keys: { private_file: files.standKey, backend_file: files.backendKeys, ...read.keys },
  };
}

const brokerFiles = (file: string) => ({ cert_file: file, key_file: file });

/** Everything stands in the file: nobody need have enrolled. */
const isSelfMade = ({ stand, link, keys }: z.output<typeof documentSchema>): boolean =>
  stand?.["id"] !== undefined && link?.["url"] !== undefined && keys?.["private_file"] !== undefined;

const notEnrolled = (folder: string): ConfigError => ({
  path: "enrolment",
  problem:
    `this machine is not enrolled: ${folder} holds no identity. Ask the operator for a code, then: ` +
    "sudo qris-gateway enroll --at https://… --code …",
  example: undefined,
});
