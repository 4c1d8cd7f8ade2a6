import { type BrokerTls, brokerTls } from "../../host/broker-files.ts";
import { type CertificateAuthority, certificateFacts, openAuthority } from "../../host/certificates.ts";
import type { NamedFiles } from "../../host/setup.ts";
import { privateKeyFrom, type SigningKey } from "../../protocol/keys.ts";
import type { AccessConfig, EnrolmentConfig } from "./config.ts";

/** What the files hold that have to do with stands. */
export type StandsPapers = {
  /** The key that shall take the place of the backend's. */
  readonly nextKey?: SigningKey;
  readonly enrolment?: EnrolmentPapers;
  readonly access?: AccessPapers;
};

type Whole = Linked & {
  readonly keys: { readonly next_private_file?: string | undefined };
  readonly enrolment?: EnrolmentConfig | undefined;
};

/** Nothing of a part that is not configured, or has a bad file: then `files` has the problem. */
export function standsPapers(config: Whole, files: NamedFiles): StandsPapers {
  const nextKey = files.read("keys.next_private_file", config.keys.next_private_file, privateKeyFrom);
  const enrolment = enrolmentPapers(config.enrolment, files);
  const access = accessPapers(config, files);
  return { ...(nextKey && { nextKey }), ...(enrolment && { enrolment }), ...(access && { access }) };
}

/** What the files of `[enrolment]` hold. */
export type EnrolmentPapers = { readonly authority: CertificateAuthority; readonly brokerCa?: string };

function enrolmentPapers(config: EnrolmentConfig | undefined, files: NamedFiles): EnrolmentPapers | undefined {
  if (config === undefined) return undefined;
  const certificate = files.read("enrolment.authority_cert_file", config.authority_cert_file, String);
  const key = files.read("enrolment.authority_key_file", config.authority_key_file, String);
  const brokerCa = files.read("enrolment.broker_ca_file", config.broker_ca_file, checked);
  if (certificate === undefined || key === undefined) return undefined;
  const authority = files.make("enrolment.authority_key_file", () => openAuthority({ certificate, key }));
  return authority && { authority, ...(brokerCa && { brokerCa }) };
}

function checked(text: string): string {
  certificateFacts(text);
  return `${text.trimEnd()}\n`;
}

/** How and as whom the broker is told which stands there are. */
export type AccessPapers = {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: () => BrokerTls;
};

type Linked = { readonly link: { readonly url: string }; readonly broker_access?: AccessConfig | undefined };

function accessPapers({ link, broker_access: access }: Linked, files: NamedFiles): AccessPapers | undefined {
  if (access === undefined) return undefined;
  const { username, password_file } = access;
  const url = access.url ?? link.url;
  const password = files.secret("broker_access.password_file", password_file);
  const tls = brokerTls({ ...access, url }, files, "broker_access");
  return {
    url,
    ...(username === undefined ? {} : { username }),
    ...(password && { password: password.reveal() }),
    ...(tls && { tls }),
  };
}
