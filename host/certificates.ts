import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  verify,
  X509Certificate,
} from "node:crypto";
import type { WallMs } from "../protocol/time.ts";
import {
  authorityExtensions,
  authorityIn,
  certificateBody,
  clientExtensions,
  type ListOptions,
  listBody,
  nameOf,
  pemOf,
  requestBody,
  requestDerIn,
  requestParts,
  type Span,
  signed,
  spkiOf,
} from "./x509.ts";

/**
 * Certificates for the broker, PEM texts outside. Keys and signatures are OpenSSL's; only the envelopes around them are written
 * here (`x509.ts`).
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
export type Issued = Span & { readonly certificate: string; readonly serial: string };

/** `forMs`: how long it is good from `nowMs` on; it begins an hour before, for clocks that are behind. */
export type Issuing = { readonly name: string; readonly nowMs: WallMs; readonly forMs: number };

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

/** A fresh key from the machine's own randomness, and the request for its certificate under this name. */
export function newRequest(name: string): NewRequest {
  const { privateKey, publicKey } = newKeyPair();
  const body = requestBody(nameOf(name), spkiOf(publicKey));
  return { key: pkcs8Of(privateKey), csr: pemOf("CERTIFICATE REQUEST", signed(body, privateKey)) };
}

/** Total: whatever the text is, it answers. */
export function readRequest(csr: string): ReadRequest {
  if (csr.length > REQUEST_MAX_BYTES) return bad(`longer than ${REQUEST_MAX_BYTES} bytes`);
  try {
    const der = requestDerIn(csr);
    if (der === undefined) return bad("no certificate request in PEM");
    const parts = requestParts(der);
    if (parts === undefined) return bad("no certificate request");
    const publicKey = createPublicKey({ key: Buffer.from(parts.spki), format: "der", type: "spki" });
    if (!isP256(publicKey)) return bad("its key is not ECDSA on P-256");
    if (!parts.isOurWay || !verify("sha256", parts.info, publicKey, parts.signature))
      return bad("not signed by the key that it names");
    return { is: "good", request: { publicKey } as CertificateRequest };
  } catch {
    return bad("no certificate request in PEM");
  }
}

/** A new authority for clients of a broker. */
export function newAuthority({ name, nowMs, forMs }: Issuing): AuthorityTexts {
  const { privateKey, publicKey } = newKeyPair();
  const spki = spkiOf(publicKey);
  const extensions = authorityExtensions(spki);
  const own = { issuer: nameOf(name), subject: nameOf(name), spki, extensions };
  const body = certificateBody({ ...own, serial: newSerial(), span: spanOf(nowMs, forMs) });
  return { certificate: pemOf("CERTIFICATE", signed(body, privateKey)), key: pkcs8Of(privateKey) };
}

/** Throws `BadCertificate` for texts that can vouch for nobody. */
export function openAuthority({ certificate, key }: AuthorityTexts): CertificateAuthority {
  const own = readCertificate(certificate);
  if (!own.ca) throw new BadCertificate("is no authority's certificate: it may not sign others");
  const secret = readKey(key);
  if (!isP256(secret)) throw new BadCertificate("the authority's key is not ECDSA on P-256");
  if (!own.checkPrivateKey(secret)) throw new BadCertificate("is not the key of the authority's certificate");
  const authority = authorityIn(own.raw);
  if (authority === undefined) throw new BadCertificate("no certificate: it names nobody");
  const extensions = [...clientExtensions, ...authority.marks];
  const endsMs = Date.parse(own.validTo);
  return {
    certificate,
    endsMs,
    issue: ({ publicKey }, { name, nowMs, forMs }) => {
      const serial = newSerial();
      const span = spanOf(nowMs, Math.min(forMs, endsMs - nowMs));
      const client = { subject: nameOf(name), spki: spkiOf(publicKey), extensions };
      const body = certificateBody({ ...client, issuer: authority.subject, serial, span });
      return { certificate: pemOf("CERTIFICATE", signed(body, secret)), serial, ...span };
    },
    list: (options) => pemOf("X509 CRL", signed(listBody(options, authority), secret)),
  };
}

/** What a certificate says of itself. Throws `BadCertificate`. */
export function certificateFacts(certificate: string): Omit<Issued, "certificate"> & { readonly name: string } {
  const { subject, serialNumber, validFrom, validTo } = readCertificate(certificate);
  const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? "";
  return { name, serial: serialNumber.toLowerCase(), beginsMs: Date.parse(validFrom), endsMs: Date.parse(validTo) };
}

const newKeyPair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const pkcs8Of = (key: KeyObject): string => String(key.export({ format: "pem", type: "pkcs8" }));

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
