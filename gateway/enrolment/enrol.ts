import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { certificateFacts, newRequest } from "../../host/certificates.ts";
import { type FileHands, removeFile, replaceFile } from "../../host/replace-file.ts";
import {
  ENROL_PATH,
  type EnrolAnswer,
  enrolAnswerSchema,
  enrolErrorSchema,
  enrolProof,
  prove,
} from "../../protocol/enrolment.ts";
import { newKeyPair, privateKeyFrom } from "../../protocol/keys.ts";
import { type Identity, identityFiles } from "./identity.ts";
import type { Post, Posted } from "./post.ts";

export type Enrolment =
  | { readonly is: "enrolled"; readonly identity: Identity; readonly settings: EnrolAnswer["settings"] }
  /** For a person: what was wrong, and what to do. */
  | { readonly is: "refused"; readonly because: string };

export type EnrolParts = {
  /** The origin of the backend's public address. */
  readonly at: string;
  readonly code: string;
  /** Made when it is missing. */
  readonly folder: string;
  readonly post: Post;
  readonly hands?: FileHands;
};

const draftSchema = z.object({ code: z.string(), standKey: z.string(), brokerKey: z.string(), csr: z.string() });
type Draft = z.output<typeof draftSchema>;

/** Its owner's alone. */
const SECRET = 0o600;
const PUBLIC = 0o644;

/**
 * Makes this machine a stand: new keys, the backend's word on who it is, and both on the disk. Keys are on the disk before
 * anybody hears of them, so that the same code may be shown again where the answer was lost; who this is comes last.
 */
export async function enrol(parts: EnrolParts): Promise<Enrolment> {
  const { at, code, folder, post, hands } = parts;
  const files = identityFiles(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = await draftFor(code, files.draft, hands);
  const key = privateKeyFrom(draft.standKey);
  const { csr } = draft;
  const proof = prove(key, enrolProof({ code, csr }));
  const posted = await post(`${at}${ENROL_PATH}`, { code, key: key.publicJwk, csr, proof });
  const answer = understood(posted, draft);
  if ("refused" in answer) return { is: "refused", because: answer.refused };
  const identity = identityOf(answer, at);
  for (const [file, text, mode] of filesOf(answer, identity, draft, files)) await replaceFile(file, text, mode, hands);
  await removeFile(files.draft, hands);
  return { is: "enrolled", identity, settings: answer.settings };
}

/** The one that was made for this code before, or a new one. */
async function draftFor(code: string, file: string, hands: FileHands | undefined): Promise<Draft> {
  const before = draftIn(file);
  if (before?.code === code) return before;
  const { key: brokerKey, csr } = newRequest("stand");
  const draft = { code, standKey: newKeyPair().pem, brokerKey, csr };
  await replaceFile(file, JSON.stringify(draft), SECRET, hands);
  return draft;
}

function draftIn(file: string): Draft | undefined {
  try {
    return draftSchema.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

function understood(posted: Posted, draft: Draft): EnrolAnswer | { readonly refused: string } {
  if (posted.is === "failed")
    return { refused: `the backend was not reached: ${posted.because}. Nothing was used up.` };
  if (posted.status !== 200) return { refused: refusalOf(posted) };
  const answer = enrolAnswerSchema.safeParse(posted.body);
  if (!answer.success) return { refused: "the backend's answer is not one to an enrolment: is the address right?" };
  const wrong = wrongWith(answer.data, draft);
  return wrong === undefined ? answer.data : { refused: wrong };
}

/** A certificate that does not belong to our key, or to somebody else, helps nobody. */
function wrongWith({ certificate, stand }: EnrolAnswer, { brokerKey }: Draft): string | undefined {
  try {
    const isOurs = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(brokerKey));
    if (isOurs && certificateFacts(certificate).name === stand) return undefined;
    return "the backend sent a certificate that is not this stand's";
  } catch {
    return "the backend sent a certificate that cannot be read";
  }
}

/** By the backend's word for it; the code is not said again. */
function refusalOf({ status, body, retryAfterMs }: Extract<Posted, { is: "answer" }>): string {
  const told = enrolErrorSchema.safeParse(body).data;
  if (told?.error === "code-unknown")
    return "the code is not good: mistyped, used, or too old. Ask the operator for a new one: backend stands invite ID";
  if (told?.error === "too-many" || status === 429)
    return `too many tries: wait ${Math.ceil((retryAfterMs ?? 60_000) / 1_000)} s, then say it again`;
  if (status === 404)
    return "nobody enrols at this address: the backend has no [enrolment], or the address is another's";
  if (told === undefined) return `the backend answered ${status} and no reason: is the address right?`;
  return [`the backend says: ${told.message}`, told.hint].filter((words) => words !== undefined).join(" ");
}

const identityOf = ({ stand, name, site, broker }: EnrolAnswer, at: string): Identity => ({
  stand,
  name,
  ...(site === undefined ? {} : { site }),
  broker: broker.url,
  hasBrokerCa: broker.ca !== undefined,
  at,
});

type Written = readonly [file: string, text: string, mode: number];

const filesOf = (
  { broker, certificate, keys }: EnrolAnswer,
  identity: Identity,
  { standKey, brokerKey }: Draft,
  files: ReturnType<typeof identityFiles>,
): readonly Written[] => [
  [files.standKey, standKey, SECRET],
  [files.broker, brokerPem(brokerKey, certificate), SECRET],
  [files.backendKeys, `${JSON.stringify({ keys: keys.keys })}\n`, PUBLIC],
  ...(broker.ca === undefined ? [] : [[files.brokerCa, broker.ca, PUBLIC] as const]),
  [files.identity, `${JSON.stringify(identity)}\n`, PUBLIC],
];

/** Key and certificate in one file: who replaces it replaces both. */
export const brokerPem = (key: string, certificate: string): string => `${key.trimEnd()}\n${certificate.trimEnd()}\n`;
