import { z } from "zod";
import { type BrokerTls, brokerTls } from "../host/broker-files.ts";
import type { Secret } from "../host/secret.ts";
import { BadFile, type NamedFiles, readSetupFile, type SetupRead } from "../host/setup.ts";
import { BadKey, type KeySet, keySetOf, privateKeyFrom, publicJwkSchema, type SigningKey } from "../protocol/keys.ts";
import type { MqttSettings } from "../wire/mqtt.ts";
import { type GatewayConfig, gatewayConfig } from "./config.ts";
import { hasCancel } from "./config-wires.ts";
import type { Menu } from "./menu.ts";
import type { Rules } from "./order.ts";
import type { Says } from "./pages.ts";

/** The configuration, and all that its files hold. */
export type Setup = {
  readonly config: GatewayConfig;
  readonly key: SigningKey;
  readonly backendKeys: KeySet;
  readonly brokerPassword?: string;
  readonly brokerTls?: () => BrokerTls;
  /** What a controller on the loopback port must say. */
  readonly controllerToken?: Secret;
};

const jwkSet = z.object({ keys: z.array(publicJwkSchema).min(1) });

/** Reads the configuration and every file that it names. */
export const readSetup = (file: string, env: NodeJS.ProcessEnv): SetupRead<Setup> =>
  readSetupFile({ file, schema: gatewayConfig, env, tellable: [BadKey] }, gather);

function gather(config: GatewayConfig, files: NamedFiles): Setup | undefined {
  const { keys, link, controller } = config;
  const key = files.read("keys.private_file", keys.private_file, privateKeyFrom);
  const backendKeys = files.read("keys.backend_file", keys.backend_file, backendKeysIn);
  const brokerPassword = files.read("link.password_file", link.password_file, String);
  const tls = brokerTls(link, files);
  const controllerToken = files.secret("controller.tcp.token_file", controller?.tcp?.token_file, checkToken);
  if (key === undefined || backendKeys === undefined) return undefined;
  return {
    config,
    key,
    backendKeys,
    ...(brokerPassword === undefined ? {} : { brokerPassword }),
    ...(tls === undefined ? {} : { brokerTls: tls }),
    ...(controllerToken === undefined ? {} : { controllerToken }),
  };
}

/** How to the broker, and as whom. */
export const brokerOf = ({ config: { link }, brokerPassword, brokerTls: tls }: Setup): Broker => ({
  url: link.url,
  ...(link.username === undefined ? {} : { username: link.username }),
  ...(brokerPassword === undefined ? {} : { password: brokerPassword }),
  ...(tls === undefined ? {} : { tls }),
});

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

function backendKeysIn(text: string): KeySet {
  const read = jwkSet.safeParse(jsonIn(text));
  if (read.success) return keySetOf(read.data.keys.map((jwk) => ({ owner: "backend", jwk })));
  throw new BadFile('no JWK set of Ed25519 public keys: expected {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": …}]}');
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const menuOf = ({ products }: GatewayConfig): Menu =>
  products.map(({ id, name, price, button, line, pulse_ms }) => ({
    id,
    name,
    price,
    button,
    opening: { line, pulseMs: pulse_ms },
  }));

/** The words of the configuration for what an interlock means. */
export const saysOf = ({ interlocks = [] }: GatewayConfig): Says =>
  Object.fromEntries(
    interlocks.flatMap(({ means, says }) =>
      says === undefined ? [] : [[means, { first: says.id, ...(says.en === undefined ? {} : { second: says.en }) }]],
    ),
  );

/** The names of all inputs that something depends on, each once. */
export function inputsOf(config: GatewayConfig): readonly string[] {
  const { products, buttons, interlocks = [] } = config;
  return [
    ...new Set([
      ...products.map(({ button }) => button),
      ...(hasCancel(config) ? [buttons.cancel] : []),
      ...products.flatMap(({ sensor }) => sensor ?? []),
      ...interlocks.map(({ input }) => input),
    ]),
  ];
}

/** A stand without a screen prints its QR codes, whatever it was told. */
export const rulesOf = ({ rules, prints, screen, printer }: GatewayConfig): Rules => ({
  chargePatienceMs: rules.charge_patience_ms,
  paymentPatienceMs: rules.payment_patience_ms,
  graceMs: rules.grace_ms,
  prints: {
    qr: prints.qr ?? screen.driver === "none",
    receipt: prints.receipt && printer.driver !== "none",
  },
});
