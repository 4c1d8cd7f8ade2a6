import { type CertificateAuthority, certificateFacts, openAuthority } from "../../host/certificates.ts";
import type { NamedFiles } from "../../host/setup.ts";
import type { EnrolmentConfig } from "./config.ts";

/** What the files of `[enrolment]` hold. */
export type EnrolmentPapers = { readonly authority: CertificateAuthority; readonly brokerCa?: string };

/** Nothing where there is no such section, or where one of its files is bad: then `files` has the problem. */
export function enrolmentPapers(config: EnrolmentConfig | undefined, files: NamedFiles): EnrolmentPapers | undefined {
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
