import { type Configured, explainErrors, readConfigFile } from "../host/config.ts";
import type { ConfigError } from "../host/config-errors.ts";
import { readSecretFile, type Secret } from "../host/secret.ts";
import type { StandId } from "../protocol/ids.ts";
import { BadKey, type KeySet, keySetOf, privateKeyFrom, type SigningKey } from "../protocol/keys.ts";
import { type BackendConfig, backendConfigSchema } from "./config.ts";
import type { Terms } from "./ledger/words.ts";
import { readPrivateKey, readPublicKey } from "./providers/snap/keys.ts";

/** The configuration, and all that its files hold. */
export type Setup = {
  readonly config: BackendConfig;
  readonly key: SigningKey;
  readonly standKeys: KeySet;
  readonly midtrans: MidtransSecrets;
  readonly operatorToken?: Secret;
  readonly brokerPassword?: Secret;
  readonly brokerCa?: string;
};

/** What Midtrans knows this merchant by, as its API of the configuration wants it. */
export type MidtransSecrets =
  | { readonly api: "core"; readonly serverKey: Secret }
  | {
      readonly api: "snap";
      readonly clientSecret: Secret;
      readonly privateKey: Secret;
      readonly providerPublicKey: string;
    };

export type SetupRead =
  | { readonly is: "good"; readonly setup: Setup }
  /** For a person: what is wrong, everything at once. */
  | { readonly is: "bad"; readonly explained: string };

/** Reads the configuration and every file that it names. */
export function readSetup(file: string, env: NodeJS.ProcessEnv): SetupRead {
  const read: Configured<BackendConfig> = readConfigFile(file, backendConfigSchema);
  if (read.is === "bad") return { is: "bad", explained: explainErrors(file, read.errors) };
  const { config } = read;
  const problems = new Problems();
  const secret = (path: string, place: string) => problems.unless(path, () => secretAt(place, env));
  const { keys, link } = config;
  const key = problems.unless("keys.private_file", () => keyAt(keys.private_file, env));
  const standKeys = problems.unless("stands", () => keysOf(config));
  const midtrans = midtransSecrets(config, problems, env);
  const operatorToken = config.operator && secret("operator.token_file", config.operator.token_file);
  const brokerPassword = link.password_file && secret("link.password_file", link.password_file);
  const brokerCa = link.ca_file && secret("link.ca_file", link.ca_file)?.reveal();
  if (link.password_file !== undefined && link.username === undefined) {
    problems.add("link.username", "is missing: there is a password, but whose?");
  }
  if (problems.found.length > 0 || key === undefined || standKeys === undefined || midtrans === undefined) {
    return { is: "bad", explained: explainErrors(file, problems.found) };
  }
  return {
    is: "good",
    setup: {
      config,
      key,
      standKeys,
      midtrans,
      ...(operatorToken && { operatorToken }),
      ...(brokerPassword && { brokerPassword }),
      ...(brokerCa && { brokerCa }),
    },
  };
}

/** What a file or key cannot be used for; holds nothing of the content. */
class Unusable extends Error {}

class Problems {
  found: readonly ConfigError[] = [];

  add(path: string, problem: string): void {
    this.found = [...this.found, { path, problem, example: undefined }];
  }

  /** The value, or a problem at `path`. */
  unless<Value>(path: string, read: () => Value): Value | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unusable || error instanceof BadKey)) throw error;
      this.add(path, error.message);
      return undefined;
    }
  }
}

function secretAt(place: string, env: NodeJS.ProcessEnv): Secret {
  const read = readSecretFile(place, env);
  if (read.is === "unreadable") throw new Unusable(read.problem);
  return read.secret;
}

function midtransSecrets(
  { midtrans }: BackendConfig,
  problems: Problems,
  env: NodeJS.ProcessEnv,
): MidtransSecrets | undefined {
  const secret = (path: string, place: string) => problems.unless(path, () => secretAt(place, env));
  if (midtrans.api !== "snap") {
    const serverKey = secret("midtrans.server_key_file", midtrans.server_key_file);
    return serverKey && { api: "core", serverKey };
  }
  const { client_secret_file, private_key_file, midtrans_key_file } = midtrans;
  const clientSecret = secret("midtrans.client_secret_file", client_secret_file);
  const privateKey = problems.unless("midtrans.private_key_file", () => rsaAt(private_key_file, env, readPrivateKey));
  const publicKey = problems.unless("midtrans.midtrans_key_file", () => rsaAt(midtrans_key_file, env, readPublicKey));
  if (clientSecret === undefined || privateKey === undefined || publicKey === undefined) return undefined;
  return { api: "snap", clientSecret, privateKey, providerPublicKey: publicKey.reveal() };
}

/** The text of a key that `read` takes. */
function rsaAt(place: string, env: NodeJS.ProcessEnv, read: (text: string) => unknown): Secret {
  const secret = secretAt(place, env);
  try {
    read(secret.reveal());
    return secret;
  } catch (error) {
    throw error instanceof RangeError ? new Unusable(`${place}: ${error.message}`) : error;
  }
}

function keyAt(place: string, env: NodeJS.ProcessEnv): SigningKey {
  const secret = secretAt(place, env);
  try {
    return privateKeyFrom(secret.reveal());
  } catch (error) {
    throw error instanceof BadKey ? new Unusable(`${place}: ${error.message}`) : error;
  }
}

/** A stand that is there twice has two keys: an old and a new one. */
const keysOf = ({ stands }: BackendConfig): KeySet => keySetOf(stands.map(({ id, key }) => ({ owner: id, jwk: key })));

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
