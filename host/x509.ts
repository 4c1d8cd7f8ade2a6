import { createHash, type KeyObject, sign } from "node:crypto";
import type { WallMs } from "../protocol/time.ts";
import {
  bits,
  bitsOf,
  childrenOf,
  inside,
  integer,
  isObjectId,
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

/** The envelopes of X.509 (RFC 5280) around keys and signatures, ECDSA on P-256 with SHA-256: DER inside, PEM outside. */

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

function extension(id: string, value: Uint8Array, how?: "critical"): Uint8Array {
  return sequence(objectId(id), ...(how === "critical" ? [yes] : []), octets(value));
}

/** What a client's certificate says it is for, and that it is for nothing else. */
export const clientExtensions: readonly Uint8Array[] = [
  extension(BASIC_CONSTRAINTS, sequence(), "critical"),
  extension(KEY_USAGE, USAGE.client, "critical"),
  extension(EXTENDED_KEY_USAGE, sequence(objectId(CLIENT_AUTH))),
];

/** What an authority's certificate says: that it signs others, none of them an authority, and how it calls its key. */
export const authorityExtensions = (spki: Uint8Array): readonly Uint8Array[] => [
  extension(BASIC_CONSTRAINTS, sequence(yes, integer("0")), "critical"),
  extension(KEY_USAGE, USAGE.authority, "critical"),
  extension(SUBJECT_KEY, octets(keyIdOf(spki))),
];

/** RFC 7093, method 1. */
const keyIdOf = (spki: Uint8Array): Uint8Array => {
  const [, key] = childrenOf(readNode(spki));
  const point = key === undefined ? new Uint8Array() : bitsOf(key);
  return createHash("sha256").update(point).digest().subarray(0, 20);
};

export type Span = { readonly beginsMs: WallMs; readonly endsMs: WallMs };

export type CertificateBody = {
  readonly serial: string;
  readonly issuer: Uint8Array;
  readonly span: Span;
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions: readonly Uint8Array[];
};

export const certificateBody = ({ serial, issuer, span, subject, spki, extensions }: CertificateBody): Uint8Array =>
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

export const requestBody = (subject: Uint8Array, spki: Uint8Array): Uint8Array =>
  sequence(integer("0"), subject, spki, tagged(0));

type Revoked = { readonly serial: string; readonly sinceMs: WallMs };
/** `number`: greater than that of every list before. `untilMs`: from then on, nobody comes in by this list. */
export type ListOptions = {
  readonly revoked: Iterable<Revoked>;
  readonly nowMs: WallMs;
  readonly untilMs: WallMs;
  readonly number: number;
};

export function listBody({ revoked, nowMs, untilMs, number }: ListOptions, { subject, marks }: Authority): Uint8Array {
  const entries = [...revoked].map(({ serial, sinceMs }) => sequence(integer(serial), time(sinceMs)));
  return sequence(
    integer("1"),
    ECDSA_WITH_SHA256,
    subject,
    time(nowMs),
    time(untilMs),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    tagged(0, sequence(...marks, extension(CRL_NUMBER, integer(number.toString(16))))),
  );
}

export const signed = (body: Uint8Array, key: KeyObject): Uint8Array =>
  sequence(body, ECDSA_WITH_SHA256, bits(sign("sha256", body, key)));

export const nameOf = (name: string): Uint8Array => sequence(set(sequence(objectId(COMMON_NAME), utf8(name))));
export const spkiOf = (key: KeyObject): Uint8Array => key.export({ format: "der", type: "spki" });

/** An authority's name as it is written in its certificate, byte for byte, and what calls its key by its name in all that it signs. */
export type Authority = { readonly subject: Uint8Array; readonly marks: readonly Uint8Array[] };

/** `undefined` for a certificate that names nobody. */
export function authorityIn(certificate: Uint8Array): Authority | undefined {
  const [body] = childrenOf(readNode(certificate));
  const all = body === undefined ? [] : childrenOf(body);
  const subject = all.filter(({ tag }) => tag !== inside(0))[4];
  if (subject === undefined) return undefined;
  const extensions = all.filter(({ tag }) => tag === inside(3)).flatMap(({ content }) => childrenOf(readNode(content)));
  const own = extensions.map(childrenOf).find(([id]) => isObjectId(id, SUBJECT_KEY));
  const keyId = own?.at(-1) && readNodes(own.at(-1)?.content ?? new Uint8Array())[0]?.content;
  const marks = keyId === undefined ? [] : [extension(AUTHORITY_KEY, sequence(taggedPlain(0, keyId)))];
  return { subject: subject.whole, marks };
}

/** What a request's signature is over, the key that it names, and the signature. */
export type RequestParts = {
  readonly info: Uint8Array;
  readonly spki: Uint8Array;
  readonly isOurWay: boolean;
  readonly signature: Uint8Array;
};

/** `undefined` for what is built another way. Throws `BadDer`. */
export function requestParts(der: Uint8Array): RequestParts | undefined {
  const [info, algorithm, signature] = childrenOf(readNode(der));
  const spki = info && childrenOf(info)[2];
  if (info === undefined || spki === undefined || algorithm === undefined || signature === undefined) return undefined;
  const isOurWay = Buffer.from(algorithm.whole).equals(ECDSA_WITH_SHA256);
  return { info: info.whole, spki: spki.whole, isOurWay, signature: isOurWay ? bitsOf(signature) : new Uint8Array() };
}

const PEM_REQUEST =
  /^\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END (?:NEW )?CERTIFICATE REQUEST-----\s*$/;

/** `undefined` where there is no request in PEM, or more than one. */
export function requestDerIn(text: string): Uint8Array | undefined {
  const base64 = PEM_REQUEST.exec(text)?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, "base64");
}

export function pemOf(what: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${what}-----`, ...lines, `-----END ${what}-----`, ""].join("\n");
}
