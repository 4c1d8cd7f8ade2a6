import { z } from "zod";
import { type Configured, explainErrors, readConfigFile } from "../host/config.ts";
import { readSecretFile } from "../host/secret.ts";
import { BadKey, type KeySet, keySetOf, privateKeyFrom, publicJwkSchema, type SigningKey } from "../protocol/keys.ts";
import { type GatewayConfig, gatewayConfig } from "./config.ts";
import type { Menu } from "./menu.ts";
import type { Rules } from "./order.ts";

/** The configuration, and all that its files hold. */
export type Setup = {
  readonly config: GatewayConfig;
  readonly key: SigningKey;
  readonly backendKeys: KeySet;
  readonly brokerPassword?: string;
  readonly brokerCa?: string;
};

export type SetupRead =
  | { readonly is: "good"; readonly setup: Setup }
  /** For a person: what is wrong, everything at once. */
  | { readonly is: "bad"; readonly explained: string };

const jwkSet = z.object({ keys: z.array(publicJwkSchema).min(1) });

/** Reads the configuration and every file that it names. */
export function readSetup(file: string, env: NodeJS.ProcessEnv): SetupRead {
  const read: Configured<GatewayConfig> = readConfigFile(file, gatewayConfig);
  if (read.is === "bad") return { is: "bad", explained: explainErrors(file, read.errors) };
  const { config } = read;
  const problems: { path: string; problem: string; example: undefined }[] = [];
  const from = <Value>(path: string, place: string | undefined, understand: (text: string) => Value) => {
    if (place === undefined) return undefined;
    const found = understandFile(place, env, understand);
    if ("value" in found) return found.value;
    problems.push({ path, problem: found.problem, example: undefined });
    return undefined;
  };
  const key = from("keys.private_file", config.keys.private_file, privateKeyFrom);
  const backendKeys = from("keys.backend_file", config.keys.backend_file, backendKeysIn);
  const brokerPassword = from("link.password_file", config.link.password_file, String);
  const brokerCa = from("link.ca_file", config.link.ca_file, String);
  if (key === undefined || backendKeys === undefined || problems.length > 0) {
    return { is: "bad", explained: explainErrors(file, problems) };
  }
  return {
    is: "good",
    setup: {
      config,
      key,
      backendKeys,
      ...(brokerPassword === undefined ? {} : { brokerPassword }),
      ...(brokerCa === undefined ? {} : { brokerCa }),
    },
  };
}

function understandFile<Value>(
  place: string,
  env: NodeJS.ProcessEnv,
  understand: (text: string) => Value,
): { readonly value: Value } | { readonly problem: string } {
  const read = readSecretFile(place, env);
  if (read.is === "unreadable") return read;
  try {
    return { value: understand(read.secret.reveal()) };
  } catch (error) {
    if (error instanceof BadKey || error instanceof BadFile) return { problem: `${place}: ${error.message}` };
    throw error;
  }
}

/** The message holds nothing of the content. */
class BadFile extends Error {}

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
