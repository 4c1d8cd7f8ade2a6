import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from "node:crypto";
import type { WallMs } from "../protocol/time.ts";
import {
  bits,
  bitsOf,
  childrenOf,
  inside,
  integer,
  isObjectId,
  type Node,
  objectId,
  octets,
  readNode,
  readNodes,
  sequence,
  set,
  tagged,
  taggedPlain,
  time,
  utf8,
  yes,
} from "./der.ts";

/**
 * Certificates for the broker: X.509 (RFC 5280) with ECDSA on P-256 and SHA-256, PEM texts outside. Keys and signatures are
 * OpenSSL's; only the envelopes around them are written here.
 */

/** A key that has no certificate yet. `key` (PKCS #8) is the secret, for a file that only its owner reads. */
export type NewRequest = { readonly key: string; readonly csr: string };

/** `because` is for a log: no content of the request. */
export type ReadRequest =
  | { readonly is: "good"; readonly request: CertificateRequest }
  | { readonly is: "bad"; readonly because: string };

declare const brand: unique symbol;
/** A request whose sender has the private key of what is to be certified: its own signature says so. */
export type CertificateRequest = { readonly publicKey: KeyObject; readonly [brand]: true };

/** `serial`: hexadecimal, lower case. */
export type Issued = {
  readonly certificate: string;
  readonly serial: string;
  readonly beginsMs: WallMs;
  readonly endsMs: WallMs;
};

/** `forMs`: how long it is good from `nowMs` on; it begins an hour before, for clocks that are behind. */
export type Issuing = { readonly name: string; readonly nowMs: WallMs; readonly forMs: number };

export type Revoked = { readonly serial: string; readonly sinceMs: WallMs };
/** `number`: greater than that of every list before. `untilMs`: from then on, nobody comes in by this list. */
export type ListOptions = {
  readonly revoked: Iterable<Revoked>;
  readonly nowMs: WallMs;
  readonly untilMs: WallMs;
  readonly number: number;
};

/** Texts of an authority: its certificate, and its secret key (PKCS #8). */
export type AuthorityTexts = { readonly certificate: string; readonly key: string };

/** Who vouches for clients of the broker. */
export interface CertificateAuthority {
  /** Its own certificate. */
  readonly certificate: string;
  readonly endsMs: WallMs;
  /**
   * A certificate for a client of this name, and for nothing else: of what the request asks for, only its key is taken. Never
   * good for longer than the authority's own.
   */
  issue(request: CertificateRequest, issuing: Issuing): Issued;
  /** The list of certificates that are not good any more. */
  list(options: ListOptions): string;
}

/** What is no certificate, no key, or not each other's. The message holds nothing of the content. */
export class BadCertificate extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadCertificate";
  }
}

/** A longer request asks for more than a name. */
const REQUEST_MAX_BYTES = 4_096;
const MARGIN_MS = 3_600_000;

const ECDSA_WITH_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));
const COMMON_NAME = "2.5.4.3";
const SUBJECT_KEY = "2.5.29.14";
const KEY_USAGE = "2.5.29.15";
const CRL_NUMBER = "2.5.29.20";
const BASIC_CONSTRAINTS = "2.5.29.19";
const AUTHORITY_KEY = "2.5.29.35";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const VERSION_3 = tagged(0, integer("2"));
/** The bits are counted from the left: digitalSignature is the first, keyCertSign the sixth, cRLSign the seventh. */
const USAGE = { client: bits(Buffer.from([0x80]), 7), authority: bits(Buffer.from([0x06]), 1) };

/** A fresh key from the machine's own randomness, and the request for its certificate under this name. */
export function newRequest(name: string): NewRequest {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const info = sequence(integer("0"), nameOf(name), spkiOf(publicKey), tagged(0));
  return { key: pkcs8Of(privateKey), csr: pemOf("CERTIFICATE REQUEST", signed(info, privateKey)) };
}

/** Total: whatever the text is, it answers. */
export function readRequest(csr: string): ReadRequest {
  if (csr.length > REQUEST_MAX_BYTES) return bad(`longer than ${REQUEST_MAX_BYTES} bytes`);
  try {
    const [info, algorithm, signature] = childrenOf(readNode(derOf(csr)));
    const spki = info && childrenOf(info)[2];
    if (info === undefined || spki === undefined || algorithm === undefined || signature === undefined)
      return bad("no certificate request");
    const publicKey = createPublicKey({ key: Buffer.from(spki.whole), format: "der", type: "spki" });
    if (!isP256(publicKey)) return bad("its key is not ECDSA on P-256");
    const isOurs = Buffer.from(algorithm.whole).equals(ECDSA_WITH_SHA256);
    if (!isOurs || !verify("sha256", info.whole, publicKey, bitsOf(signature)))
      return bad("not signed by the key that it names");
    return { is: "good", request: { publicKey } as CertificateRequest };
  } catch {
    return bad("no certificate request in PEM");
  }
}

/** A new authority for clients of a broker. */
export function newAuthority({ name, nowMs, forMs }: Issuing): AuthorityTexts {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const spki = spkiOf(publicKey);
  const extensions = [
    extension(BASIC_CONSTRAINTS, sequence(yes, integer("0")), "critical"),
    extension(KEY_USAGE, USAGE.authority, "critical"),
    extension(SUBJECT_KEY, octets(keyIdOf(spki))),
  ];
  const own = nameOf(name);
  const body = bodyOf({ serial: newSerial(), issuer: own, span: spanOf(nowMs, forMs), subject: own, spki, extensions });
  return { certificate: pemOf("CERTIFICATE", signed(body, privateKey)), key: pkcs8Of(privateKey) };
}

/** Throws `BadCertificate` for texts that can vouch for nobody. */
export function openAuthority({ certificate, key }: AuthorityTexts): CertificateAuthority {
  const own = readCertificate(certificate);
  if (!own.ca) throw new BadCertificate("is no authority's certificate: it may not sign others");
  const secret = readKey(key);
  if (!isP256(secret)) throw new BadCertificate("the authority's key is not ECDSA on P-256");
  if (!own.checkPrivateKey(secret)) throw new BadCertificate("is not the key of the authority's certificate");
  const { subject: issuer, keyId } = partsOf(own.raw);
  const marks = keyId === undefined ? [] : [extension(AUTHORITY_KEY, sequence(taggedPlain(0, keyId)))];
  const endsMs = Date.parse(own.validTo);
  return {
    certificate,
    endsMs,
    issue: ({ publicKey }, { name, nowMs, forMs }) => {
      const serial = newSerial();
      const span = spanOf(nowMs, Math.min(forMs, endsMs - nowMs));
      const extensions = [...CLIENTS_EXTENSIONS, ...marks];
      const body = bodyOf({ serial, issuer, span, subject: nameOf(name), spki: spkiOf(publicKey), extensions });
      return { certificate: pemOf("CERTIFICATE", signed(body, secret)), serial, ...span };
    },
    list: (options) => pemOf("X509 CRL", signed(listBody(options, issuer, marks), secret)),
  };
}

const CLIENTS_EXTENSIONS = [
  extension(BASIC_CONSTRAINTS, sequence(), "critical"),
  extension(KEY_USAGE, USAGE.client, "critical"),
  extension(EXTENDED_KEY_USAGE, sequence(objectId(CLIENT_AUTH))),
];

/** What a certificate says of itself. Throws `BadCertificate`. */
export function certificateFacts(certificate: string): Omit<Issued, "certificate"> & { readonly name: string } {
  const { subject, serialNumber, validFrom, validTo } = readCertificate(certificate);
  const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? "";
  return { name, serial: serialNumber.toLowerCase(), beginsMs: Date.parse(validFrom), endsMs: Date.parse(validTo) };
}

type Span = Pick<Issued, "beginsMs" | "endsMs">;
type Body = {
  readonly serial: string;
  readonly issuer: Uint8Array;
  readonly span: Span;
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions: readonly Uint8Array[];
};

const bodyOf = ({ serial, issuer, span, subject, spki, extensions }: Body): Uint8Array =>
  sequence(
    VERSION_3,
    integer(serial),
    ECDSA_WITH_SHA256,
    issuer,
    sequence(time(span.beginsMs), time(span.endsMs)),
    subject,
    spki,
    tagged(3, sequence(...extensions)),
  );

function listBody(
  { revoked, nowMs, untilMs, number }: ListOptions,
  issuer: Uint8Array,
  marks: readonly Uint8Array[],
): Uint8Array {
  const entries = [...revoked].map(({ serial, sinceMs }) => sequence(integer(serial), time(sinceMs)));
  return sequence(
    integer("1"),
    ECDSA_WITH_SHA256,
    issuer,
    time(nowMs),
    time(untilMs),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    tagged(0, sequence(...marks, extension(CRL_NUMBER, integer(number.toString(16))))),
  );
}

const signed = (body: Uint8Array, key: KeyObject): Uint8Array =>
  sequence(body, ECDSA_WITH_SHA256, bits(sign("sha256", body, key)));

function extension(id: string, value: Uint8Array, how?: "critical"): Uint8Array {
  return sequence(objectId(id), ...(how === "critical" ? [yes] : []), octets(value));
}

const nameOf = (name: string): Uint8Array => sequence(set(sequence(objectId(COMMON_NAME), utf8(name))));
const spkiOf = (key: KeyObject): Uint8Array => key.export({ format: "der", type: "spki" });
const pkcs8Of = (key: KeyObject): string => String(key.export({ format: "pem", type: "pkcs8" }));
/** RFC 7093, method 1. */
const keyIdOf = (spki: Uint8Array): Uint8Array =>
  createHash("sha256")
    .update(bitsOf(publicBitsOf(readNode(spki))))
    .digest()
    .subarray(0, 20);

function publicBitsOf(spki: Node): Node {
  const [, key] = childrenOf(spki);
  if (key === undefined) throw new BadCertificate("no public key");
  return key;
}

/** An authority's name as it is written in its certificate, byte for byte, and how it calls its key. */
function partsOf(certificate: Uint8Array): { readonly subject: Uint8Array; readonly keyId: Uint8Array | undefined } {
  const [body] = childrenOf(readNode(certificate));
  const all = body === undefined ? [] : childrenOf(body);
  const fields = all.filter(({ tag }) => tag !== inside(0));
  const subject = fields[4];
  if (subject === undefined) throw new BadCertificate("no certificate: it names nobody");
  const extensions = all.filter(({ tag }) => tag === inside(3)).flatMap(({ content }) => childrenOf(readNode(content)));
  const own = extensions.map(childrenOf).find(([id]) => isObjectId(id, SUBJECT_KEY));
  return {
    subject: subject.whole,
    keyId: own?.at(-1) && readNodes(own.at(-1)?.content ?? new Uint8Array())[0]?.content,
  };
}

function readCertificate(text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new BadCertificate("no certificate: expected PEM, -----BEGIN CERTIFICATE-----");
  }
}

function readKey(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    throw new BadCertificate("no private key: expected PEM without a passphrase, -----BEGIN PRIVATE KEY-----");
  }
}

const isP256 = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1";

/** 127 random bits; positive, and as long as can be. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

/** X.509 knows whole seconds. */
const spanOf = (nowMs: WallMs, forMs: number): Span => ({
  beginsMs: wholeSeconds(nowMs - MARGIN_MS),
  endsMs: wholeSeconds(nowMs + forMs),
});
const wholeSeconds = (wall: WallMs): WallMs => Math.floor(wall / 1_000) * 1_000;

const bad = (because: string): ReadRequest => ({ is: "bad", because });

const PEM_REQUEST =
  /^\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END (?:NEW )?CERTIFICATE REQUEST-----\s*$/;

function derOf(csr: string): Uint8Array {
  const base64 = PEM_REQUEST.exec(csr)?.[1];
  if (base64 === undefined) throw new BadCertificate("no PEM");
  return Buffer.from(base64, "base64");
}

function pemOf(what: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${what}-----`, ...lines, `-----END ${what}-----`, ""].join("\n");
}
