import { type KeyObject, sign, verify } from "node:crypto";
import type { z } from "zod";
import type { StandId } from "./ids.ts";
import type { KeySet, KnownKey, SigningKey } from "./keys.ts";
import {
  type BackendName,
  type DownStatement,
  downStatementSchema,
  type Party,
  STATEMENT_MAX_BYTES,
  type Statement,
  type UpStatement,
  upStatementSchema,
} from "./statements.ts";

/** `because` is for the log: it holds no signature, and of the content no more than the name of a wrong field. */
export type Unsealed<Said> =
  | { readonly is: "good"; readonly statement: Said }
  | { readonly is: "refused"; readonly because: string };

const TYP = "qris+jws";
/** Nothing but base64url: what a decoder would skip or an encoder would fold must not reach either. */
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;
const SIGNATURE_BYTES = 64;

/**
 * The statement as a compact JWS (RFC 7515) under Ed25519 (RFC 8037); `kid` is the thumbprint of the sender's key. Throws
 * `RangeError` when it is longer than any receiver accepts.
 */
export function seal(statement: Statement, key: SigningKey): string {
  const header = encode({ alg: "EdDSA", kid: key.kid, typ: TYP });
  const signed = `${header}.${encode(statement)}`;
  const sealed = `${signed}.${sign(null, Buffer.from(signed, "latin1"), key.key).toString("base64url")}`;
  if (sealed.length <= STATEMENT_MAX_BYTES) return sealed;
  throw new RangeError(
    `a ${statement.body.type} of ${sealed.length} bytes: no receiver takes over ${STATEMENT_MAX_BYTES}`,
  );
}

/** What a stand says to the backend. Total: whatever `text` is, it answers, and never throws. */
export function unsealUp(text: string | Uint8Array, keys: KeySet, me: BackendName): Unsealed<UpStatement> {
  return unseal(text, keys, { me, schema: upStatementSchema, isSender: (owner) => owner !== "backend" });
}

/** What the backend says to a stand. Total: whatever `text` is, it answers, and never throws. */
export function unsealDown(text: string | Uint8Array, keys: KeySet, me: StandId): Unsealed<DownStatement> {
  return unseal(text, keys, { me, schema: downStatementSchema, isSender: (owner) => owner === "backend" });
}

type Expected<Said> = {
  readonly me: Party;
  readonly schema: z.ZodType<Said>;
  /** Who speaks in this direction at all. */
  isSender(owner: Party): boolean;
};

function unseal<Said extends Statement>(
  text: string | Uint8Array,
  keys: KeySet,
  expected: Expected<Said>,
): Unsealed<Said> {
  if (text.length > STATEMENT_MAX_BYTES) return refused(`longer than ${STATEMENT_MAX_BYTES} bytes`);
  const [, header, body, signature] = COMPACT.exec(asText(text)) ?? [];
  if (header === undefined || body === undefined || signature === undefined) return refused("not a compact JWS");
  const signer = signerOf(header, keys);
  if (typeof signer === "string") return refused(signer);
  if (!expected.isSender(signer.owner)) return refused(`${signer.owner} does not speak in this direction`);
  if (!isSignedBy(signer.key, `${header}.${body}`, signature)) return refused("the signature does not fit");
  return readSigned(body, signer.owner, expected);
}

function readSigned<Said extends Statement>(body: string, owner: Party, expected: Expected<Said>): Unsealed<Said> {
  const read = expected.schema.safeParse(decode(body));
  if (!read.success) return refused(`not a statement: ${firstIssue(read.error)}`);
  const statement = read.data;
  if (statement.from !== owner) return refused(`says it is from ${statement.from}, but is sealed by ${owner}`);
  if (statement.to !== expected.me) return refused(`meant for ${statement.to}, not for ${expected.me}`);
  return { is: "good", statement };
}

/** The owner of the key that the header names, or what is wrong with the header. */
function signerOf(encoded: string, keys: KeySet): KnownKey | string {
  const header = decode(encoded);
  if (typeof header !== "object" || header === null) return "the header is not a JSON object";
  const { alg, typ, kid, crit } = header as Readonly<Record<string, unknown>>;
  if (alg !== "EdDSA") return "the algorithm is not EdDSA";
  if (typ !== TYP) return `the type is not ${TYP}`;
  if (crit !== undefined) return "the header has critical extensions, and none is known here";
  return (typeof kid === "string" ? keys.get(kid) : undefined) ?? "the key is unknown";
}

/** A signature that is written in two ways would make two texts of one statement, so only the canonical base64url counts. */
function isSignedBy(key: KeyObject, signed: string, signature: string): boolean {
  const bytes = Buffer.from(signature, "base64url");
  if (bytes.length !== SIGNATURE_BYTES || bytes.toString("base64url") !== signature) return false;
  return verify(null, Buffer.from(signed, "latin1"), key, bytes);
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return undefined;
  }
}

/** One byte, one character; what is not ASCII is no JWS. */
const asText = (text: string | Uint8Array): string =>
  typeof text === "string" ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString("latin1");

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? "unreadable" : `${issue.path.join(".") || "the whole"}: ${issue.code}`;
}

const refused = (because: string): { readonly is: "refused"; readonly because: string } => ({ is: "refused", because });
