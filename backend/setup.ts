import { type BrokerTls, brokerTls } from "../host/broker-files.ts";
import type { Secret } from "../host/secret.ts";
import { type NamedFiles, readSetupFile, type SetupRead } from "../host/setup.ts";
import type { StandId } from "../protocol/ids.ts";
import { BadKey, type KeySet, keySetOf, privateKeyFrom, type SigningKey } from "../protocol/keys.ts";
import type { MqttSettings } from "../wire/mqtt.ts";
import { type BackendConfig, backendConfigSchema } from "./config.ts";
import { usualMerchant } from "./config-rules.ts";
import type { DatabaseSecrets } from "./journal-config.ts";
import type { Terms } from "./ledger/words.ts";
import type { AdmissionRules } from "./merchants/admission.ts";
import { type MerchantSecrets, readMerchantSecrets } from "./merchants/keys.ts";
import { ONLY_MERCHANT } from "./merchants/merchants.ts";
import { type PayAddresses, payAddresses } from "./pay/addresses.ts";
import { checkPayKey } from "./pay/token.ts";
import type { MerchantId } from "./providers/provider.ts";

/** The configuration, and all that its files hold. */
export type Setup = {
  readonly config: BackendConfig;
  readonly key: SigningKey;
  readonly standKeys: KeySet;
  /** In the order of the configuration. */
  readonly secrets: readonly MerchantSecrets[];
  readonly operatorToken?: Secret;
  /** Of the customers' pages. */
  readonly payKey?: Secret;
  /** What Prometheus says to be let in. */
  readonly metricsToken?: Secret;
  /** Said to the collector of traces. */
  readonly tracingToken?: Secret;
  readonly brokerPassword?: Secret;
  readonly brokerTls?: () => BrokerTls;
  /** Of the books, where they are in a database. */
  readonly database?: DatabaseSecrets;
};

/** What may be wrong with a key, in words for a person: keys of stands and backend, keys of BI-SNAP. */
export const TELLABLE = [BadKey, RangeError];

/** Reads the configuration and every file that it names. */
export const readSetup = (file: string, env: NodeJS.ProcessEnv): SetupRead<Setup> =>
  readSetupFile({ file, schema: backendConfigSchema, env, tellable: TELLABLE }, gather);

function gather(config: BackendConfig, files: NamedFiles): Setup | undefined {
  const { keys, link, operator, pay, metrics, tracing } = config;
  const key = files.read("keys.private_file", keys.private_file, privateKeyFrom);
  const standKeys = files.make("stands", () => keysOf(config));
  const secrets = readSecrets(config, files);
  const operatorToken = files.secret("operator.token_file", operator?.token_file);
  const payKey = files.secret("pay.key_file", pay?.key_file, checkPayKey);
  const metricsToken = files.secret("metrics.token_file", metrics?.token_file);
  const tracingToken = files.secret("tracing.token_file", tracing?.token_file);
  const brokerPassword = files.secret("link.password_file", link.password_file);
  const tls = brokerTls(link, files);
  const database = databaseSecrets(config, files);
  if (key === undefined || standKeys === undefined || secrets.includes(undefined)) return undefined;
  return {
    config,
    key,
    standKeys,
    secrets: secrets.filter((each) => each !== undefined),
    ...(operatorToken && { operatorToken }),
    ...(payKey && { payKey }),
    ...(metricsToken && { metricsToken }),
    ...(tracingToken && { tracingToken }),
    ...(brokerPassword && { brokerPassword }),
    ...(tls && { brokerTls: tls }),
    ...(database && { database }),
  };
}

function databaseSecrets({ journal }: BackendConfig, files: NamedFiles): DatabaseSecrets | undefined {
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

/** A stand that is there twice has two keys: an old and a new one. */
const keysOf = ({ stands }: BackendConfig): KeySet => keySetOf(stands.map(({ id, key }) => ({ owner: id, jwk: key })));

/** Whom each stand sells for. */
export function sellersOf({ merchants, stands }: BackendConfig): ReadonlyMap<StandId, MerchantId> {
  const usual = usualMerchant(merchants) ?? ONLY_MERCHANT;
  return new Map(stands.map(({ id, merchant }) => [id, merchant ?? usual]));
}

export const admissionRulesOf = ({ merchants, stands }: BackendConfig): AdmissionRules => ({
  stands: new Map(stands.map((stand) => [stand.id, rateOf(stand)])),
  merchants: new Map(
    merchants.map((each) => [each.name, { ...rateOf(each), least: each.min_amount, most: each.max_amount }]),
  ),
});

const rateOf = (limited: { readonly charges_a_minute: number; readonly charges_burst: number }) => ({
  aMinute: limited.charges_a_minute,
  burst: limited.charges_burst,
});

/** The rules for each stand's orders. A stand that is not configured any more leaves its money to staff. */
export function termsOf({ terms, stands }: BackendConfig): (stand: StandId | undefined) => Terms {
  const common = {
    payableMs: terms.payable_seconds * 1_000,
    retryPausesMs: terms.retry_pauses_seconds.map((seconds) => seconds * 1_000),
    firstAskMs: terms.first_ask_seconds * 1_000,
    slowestAskMs: terms.slowest_ask_seconds * 1_000,
    lapseMs: terms.lapse_seconds * 1_000,
    refundPausesMs: terms.refund_pauses_minutes.map((minutes) => minutes * 60_000),
  };
  const held: Terms = { ...common, policies: { late: "hold", failed: "hold" } };
  const own = new Map<StandId | undefined, Terms>(
    stands.map(({ id, late_payment: late, failed_release: failed }) => [id, { ...common, policies: { late, failed } }]),
  );
  return (stand) => own.get(stand) ?? held;
}
