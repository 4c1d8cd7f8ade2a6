import { dirname, join } from "node:path";
import { z } from "zod";
import { type BrokerTls, brokerTls } from "../host/broker-files.ts";
import { jsonIn } from "../host/json.ts";
import type { Secret } from "../host/secret.ts";
import { BadFile, type NamedFiles, readSetupFile, type SetupRead } from "../host/setup.ts";
import { BadKey, type PublicJwk, privateKeyFrom, publicJwkSchema, type SigningKey } from "../protocol/keys.ts";
import type { MqttSettings } from "../wire/mqtt.ts";
import { type GatewayConfig, gatewayConfig } from "./config.ts";
import { readIdentity, withIdentity } from "./enrolment/identity.ts";
import { TrustedKeys } from "./settings/trusted-keys.ts";

/** The configuration, and all that its files hold. */
export type Setup = {
  readonly config: GatewayConfig;
  readonly key: SigningKey;
  /** Those that the stand was installed with, or those that the backend has named since. */
  readonly backendKeys: TrustedKeys;
  readonly brokerPassword?: string;
  readonly brokerTls?: () => BrokerTls;
  /** What a controller on the loopback port must say. */
  readonly controllerToken?: Secret;
};

const jwkSet = z.object({ keys: z.array(publicJwkSchema).min(1) });

/** Reads the configuration and every file that it names. */
export const readSetup = (file: string, env: NodeJS.ProcessEnv): SetupRead<Setup> =>
  readSetupFile({ file, schema: gatewayConfig, complete: withIdentity, env, tellable: [BadKey] }, gather);

function gather(config: GatewayConfig, files: NamedFiles): Setup | undefined {
  const { keys, link, controller } = config;
  const key = files.read("keys.private_file", keys.private_file, privateKeyFrom);
  const seed = files.read("keys.backend_file", keys.backend_file, backendKeysIn);
  const brokerPassword = files.read("link.password_file", link.password_file, String);
  const tls = brokerTls(link, files);
  const controllerToken = files.secret("controller.tcp.token_file", controller?.tcp?.token_file, checkToken);
  files.make("stand.id", () => checkIdentity(config));
  if (key === undefined || seed === undefined) return undefined;
  return {
    config,
    key,
    backendKeys: new TrustedKeys({ folder: careFolderOf(config), seed }),
    ...(brokerPassword === undefined ? {} : { brokerPassword }),
    ...(tls === undefined ? {} : { brokerTls: tls }),
    ...(controllerToken === undefined ? {} : { controllerToken }),
  };
}

/** Where the stand keeps what the backend tells it of itself: beside its journal. */
export const careFolderOf = ({ journal }: GatewayConfig): string => join(dirname(journal.file), "settings");

/** How to the broker, and as whom. */
export const brokerOf = ({ config: { link }, brokerPassword, brokerTls: tls }: Setup): Broker => ({
  url: link.url,
  ...(link.username === undefined ? {} : { username: link.username }),
  ...(brokerPassword === undefined ? {} : { password: brokerPassword }),
  ...(tls === undefined ? {} : { tls }),
});

/** Who has another name in the file than by its enrolment would be believed by nobody. */
function checkIdentity({ enrolment, stand }: GatewayConfig): void {
  const identity = enrolment && readIdentity(enrolment.folder);
  if (identity === undefined || identity.stand === stand.id) return;
  throw new BadFile(
    `is "${stand.id}", but this machine is enrolled as "${identity.stand}": take it out, or enrol anew`,
  );
}

type Broker = Pick<MqttSettings, "url" | "username" | "password" | "tls">;

/** Nobody guesses so many. */
const LEAST_TOKEN = 24;

/** Of the characters that a header can carry. */
function checkToken(text: string): void {
  if (/^[!-~]*$/.test(text) && text.length >= LEAST_TOKEN) return;
  throw new BadFile(
    `no token: at least ${LEAST_TOKEN} printable ASCII characters without spaces (openssl rand -hex 24)`,
  );
}

function backendKeysIn(text: string): readonly PublicJwk[] {
  const read = jwkSet.safeParse(jsonIn(text));
  if (read.success) return read.data.keys;
  throw new BadFile('no JWK set of Ed25519 public keys: expected {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": …}]}');
}
