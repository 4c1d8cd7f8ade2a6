import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Complaint, complaint } from "./config-rules.ts";
import { BadFile, type NamedFiles } from "./setup.ts";

/** What a configuration's `[link]` says of who is who at the broker. */
export type BrokerLink = {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password_file?: string | undefined;
  readonly ca_file?: string | undefined;
  readonly cert_file?: string | undefined;
  readonly key_file?: string | undefined;
};

/** PEM texts: who may vouch for the broker, and who we are. */
export type BrokerTls = { readonly ca?: string; readonly cert?: string; readonly key?: string };

/** A password without a name, half a certificate, or one that nobody would ask for. */
export const brokerLinkIssues = ({ link }: { readonly link: BrokerLink }): readonly Complaint[] =>
  linkIssues(link, "link");

/** The same of another part of a configuration that leads to a broker. */
export function linkIssues(link: BrokerLink, part: string): readonly Complaint[] {
  const { url, username, password_file, cert_file, key_file } = link;
  const found: (readonly [key: string, message: string] | false)[] = [
    password_file !== undefined &&
      username === undefined && ["username", "is missing: there is a password, but whose?"],
    cert_file === undefined && key_file !== undefined && ["cert_file", "is missing: key_file is the key of which one?"],
    key_file === undefined && cert_file !== undefined && ["key_file", "is missing: cert_file is of no use without it"],
    cert_file !== undefined &&
      url.startsWith("mqtt:") && ["url", "must begin with mqtts://: nobody asks for cert_file without TLS"],
  ];
  return found.filter((each) => each !== false).map(([key, message]) => complaint(message, part, key));
}

/**
 * What the files for TLS hold, read now and by every call again: who connects anew takes a renewed certificate without a
 * restart. A call throws, in words without their content, where they cannot be read any more or do not go together.
 * Nothing where none is named, or where one is bad already: then `files` has the problem. `part`: of the configuration.
 */
export function brokerTls(link: BrokerLink, files: NamedFiles, part = "link"): (() => BrokerTls) | undefined {
  const { ca_file, cert_file, key_file } = link;
  if (ca_file === undefined && cert_file === undefined) return undefined;
  const read = (from: NamedFiles): BrokerTls => {
    const ca = from.read(`${part}.ca_file`, ca_file, checked(checkCertificate));
    const cert = from.read(`${part}.cert_file`, cert_file, checked(checkCertificate));
    const key = from.read(`${part}.key_file`, key_file, checked(checkKey));
    if (cert !== undefined && key !== undefined) from.make(`${part}.key_file`, () => checkPair(cert, key));
    return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  };
  const before = files.problems.length;
  read(files);
  return files.problems.length > before ? undefined : () => sound(read, files.again());
}

function sound(read: (from: NamedFiles) => BrokerTls, files: NamedFiles): BrokerTls {
  const tls = read(files);
  if (files.problems.length === 0) return tls;
  throw new Error(files.problems.map(({ path, problem }) => `${path}: ${problem}`).join("; "));
}

const checked =
  (check: (text: string) => unknown) =>
  (text: string): string => {
    check(text);
    return text;
  };

function checkCertificate(text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new BadFile("no certificate: expected PEM, -----BEGIN CERTIFICATE-----");
  }
}

function checkKey(text: string): void {
  try {
    createPrivateKey(text);
  } catch {
    throw new BadFile("no private key: expected PEM without a passphrase, -----BEGIN PRIVATE KEY-----");
  }
}

/** The first certificate of the file is our own; others lead from it to the authority. */
function checkPair(cert: string, key: string): void {
  if (checkCertificate(cert).checkPrivateKey(createPrivateKey(key))) return;
  throw new BadFile("is not the key of the certificate in cert_file");
}
