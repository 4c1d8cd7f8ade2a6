import type { KeyObject } from "node:crypto";
import type { Log } from "../../../host/log.ts";
import type { Secret } from "../../../host/secret.ts";
import { readPrivateKey, readPublicKey } from "./keys.ts";

/** What a merchant signs with. `privateKey`: RSA, PEM, 2048 bits or more; Midtrans has its public half. */
export type SnapCredentials = { readonly clientSecret: Secret; readonly privateKey: Secret };

/** `edition` is another number after every change of either. */
export type Keys = { readonly clientSecret: Secret; readonly privateKey: KeyObject; readonly edition: number };
export type KeysRead =
  | { readonly is: "keys"; readonly keys: Keys }
  | { readonly is: "unusable"; readonly detail: string };

type Held = { readonly of: SnapCredentials; readonly read: KeysRead };

/** The merchant's keys of the moment: asked for at every call, parsed once, so that they may change without a stop. */
export class Keyring {
  readonly #credentials: () => SnapCredentials;
  #held: Held | undefined;
  #edition = 0;

  constructor(credentials: () => SnapCredentials) {
    this.#credentials = credentials;
  }

  read(): KeysRead {
    const now = this.#credentials();
    const held = this.#held;
    if (held !== undefined && isSame(held.of, now)) return held.read;
    this.#edition += 1;
    const read = readKeys(now, this.#edition);
    this.#held = { of: now, read };
    return read;
  }
}

const isSame = (one: SnapCredentials, other: SnapCredentials): boolean =>
  one.clientSecret.reveal() === other.clientSecret.reveal() && one.privateKey.reveal() === other.privateKey.reveal();

function readKeys({ clientSecret, privateKey }: SnapCredentials, edition: number): KeysRead {
  try {
    return { is: "keys", keys: { clientSecret, privateKey: readPrivateKey(privateKey.reveal()), edition } };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { is: "unusable", detail: error.message };
  }
}

/** Midtrans' keys for notifications, PEM or bare base64: while it changes from one to the other, both. */
export type ProviderPublicKeys = () => readonly [string, ...string[]];

/**
 * Those keys, read anew for every notification and parsed once. Throws `RangeError` when one cannot be read now; later such a
 * one is left out, and the log says so.
 */
export function openPublicKeys(texts: ProviderPublicKeys, log: Log): () => readonly KeyObject[] {
  let held = new Map<string, KeyObject | undefined>(texts().map((text) => [text, readPublicKey(text)]));
  return () => {
    held = new Map(texts().map((text) => [text, held.has(text) ? held.get(text) : readOrTell(text, log)]));
    return [...held.values()].filter((key) => key !== undefined);
  };
}

function readOrTell(text: string, log: Log): KeyObject | undefined {
  try {
    return readPublicKey(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    log.error("a key for notifications cannot be used", { detail: error.message });
    return undefined;
  }
}
