import { type BrokerTls, brokerTls } from "../host/broker-files.ts";
import { BadCertificate } from "../host/certificates.ts";
import type { Secret } from "../host/secret.ts";
import { type NamedFiles, readSetupFile, type SetupRead } from "../host/setup.ts";
import { BadKey, keySetOf, privateKeyFrom, type SigningKey } from "../protocol/keys.ts";
import type { MqttSettings } from "../wire/mqtt.ts";
import { checkAlarmSecret } from "./alarms/webhook.ts";
import { type BackendConfig, backendConfigSchema } from "./config/config.ts";
import type { DatabaseSecrets } from "./config/journal-config.ts";
import type { AdmissionRules } from "./merchants/admission.ts";
import { type MerchantSecrets, readMerchantSecrets } from "./merchants/keys.ts";
import { type PayAddresses, payAddresses } from "./pay/addresses.ts";
import { checkPayKey } from "./pay/token.ts";
import { type StandsPapers, standsPapers } from "./stands/papers.ts";

/** The configuration, and all that its files hold. */
export type Setup = StandsPapers & {
  readonly config: BackendConfig;
  readonly key: SigningKey;
  /** In the order of the configuration. */
  readonly secrets: readonly MerchantSecrets[];
  readonly operatorToken?: Secret;
  /** Of the customers' pages. */
  readonly payKey?: Secret;
  /** What Prometheus says to be let in. */
  readonly metricsToken?: Secret;
  /** Said to the collector of traces. */
  readonly tracingToken?: Secret;
  /** What the OpenID provider gave the console. */
  readonly consoleOidcSecret?: Secret;
  /** Signs messages about alarms. */
  readonly alarmSecret?: Secret;
  readonly mailPassword?: Secret;
  /** Who vouches for the mail server, PEM. */
  readonly mailCa?: string;
  readonly brokerPassword?: Secret;
  readonly brokerTls?: () => BrokerTls;
  /** Of the books, where they are in a database. */
  readonly database?: DatabaseSecrets;
};

/** What may be wrong with a key, in words for a person: keys of stands and backend, of BI-SNAP, of certificates. */
export const TELLABLE = [BadKey, BadCertificate, RangeError];

/** Reads the configuration and every file that it names. */
export const readSetup = (file: string, env: NodeJS.ProcessEnv): SetupRead<Setup> =>
  readSetupFile({ file, schema: backendConfigSchema, env, tellable: TELLABLE }, gather);

function gather(config: BackendConfig, files: NamedFiles): Setup | undefined {
  const { keys, link, operator, pay, alarms, metrics, tracing } = config;
  const key = files.read("keys.private_file", keys.private_file, privateKeyFrom);
  const standsOwn = standsPapers(config, files);
  const areKeysOwn = files.make("stands", () => checkKeys(config));
  const secrets = readSecrets(config, files);
  const operatorToken = files.secret("operator.token_file", operator?.token_file);
  const payKey = files.secret("pay.key_file", pay?.key_file, checkPayKey);
  const metricsToken = files.secret("metrics.token_file", metrics?.token_file);
  const tracingToken = files.secret("tracing.token_file", tracing?.token_file);
  const consoleOidcSecret = files.secret("console.oidc.client_secret_file", config.console?.oidc?.client_secret_file);
  const alarmSecret = files.secret("alarms.webhook.secret_file", alarms.webhook?.secret_file, checkAlarmSecret);
  const mailPassword = files.secret("alarms.mail.password_file", alarms.mail?.password_file);
  const mailCa = files.read("alarms.mail.ca_file", alarms.mail?.ca_file, String);
  const brokerPassword = files.secret("link.password_file", link.password_file);
  const tls = brokerTls(link, files);
  const database = databaseSecrets(config, files);
  if (key === undefined || areKeysOwn === undefined || secrets.includes(undefined)) return undefined;
  return {
    config,
    key,
    ...standsOwn,
    secrets: secrets.filter((each) => each !== undefined),
    ...(operatorToken && { operatorToken }),
    ...(payKey && { payKey }),
    ...(metricsToken && { metricsToken }),
    ...(tracingToken && { tracingToken }),
    ...(consoleOidcSecret && { consoleOidcSecret }),
    ...(alarmSecret && { alarmSecret }),
    ...(mailPassword && { mailPassword }),
    ...(mailCa && { mailCa }),
    ...(brokerPassword && { brokerPassword }),
    ...(tls && { brokerTls: tls }),
    ...(database && { database }),
  };
}

/** What the books' files say, where the books are in a database. */
export function databaseSecrets(
  { journal }: Pick<BackendConfig, "journal">,
  files: NamedFiles,
): DatabaseSecrets | undefined {
  if ("file" in journal) return undefined;
  const password = files.secret("journal.password_file", journal.password_file);
  const ca = files.read("journal.ca_file", journal.ca_file, String);
  return { ...(password && { password }), ...(ca && { ca }) };
}

/** How to the broker, and as whom. */
export const brokerOf = ({ config: { link }, brokerPassword, brokerTls: tls }: Setup): Broker => ({
  url: link.url,
  ...(link.username === undefined ? {} : { username: link.username }),
  ...(brokerPassword === undefined ? {} : { password: brokerPassword.reveal() }),
  ...(tls === undefined ? {} : { tls }),
});

type Broker = Pick<MqttSettings, "url" | "username" | "password" | "tls">;

/** Where customers find their orders; nothing where the configuration has no pages. */
export const payAddressesOf = ({ config: { pay }, payKey }: Setup): PayAddresses | undefined =>
  pay && payKey && payAddresses(pay.base_url, payKey);

/** What the merchants' files hold now, in the order of the configuration; nothing of a merchant that has a bad one. */
export const readSecrets = (
  { merchants }: BackendConfig,
  files: NamedFiles,
): readonly (MerchantSecrets | undefined)[] =>
  merchants.map((merchant, nth) => readMerchantSecrets(merchant, `merchants[${nth}]`, files));

/** Throws `BadKey` when two stands claim one key; one that is there twice has two. */
function checkKeys({ stands }: BackendConfig): "checked" {
  keySetOf(stands.map(({ id, key }) => ({ owner: id, jwk: key })));
  return "checked";
}

/** What each merchant bears. */
export const merchantBounds = ({ merchants }: BackendConfig): AdmissionRules["merchants"] =>
  new Map(
    merchants.map(({ name, charges_a_minute, charges_burst, min_amount, max_amount }) => [
      name,
      { aMinute: charges_a_minute, burst: charges_burst, least: min_amount, most: max_amount },
    ]),
  );
