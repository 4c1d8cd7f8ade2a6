import type { Secret } from "../../host/secret.ts";
import type { NamedFiles } from "../../host/setup.ts";
import type { Clock } from "../../protocol/time.ts";
import type { SnapCredentials } from "../providers/snap/keyring.ts";
import { readPrivateKey, readPublicKey } from "../providers/snap/keys.ts";
import type { CoreConfig, MerchantConfig, SnapConfig } from "./config.ts";
import { exchange, type Keys, keysAt, newRing, type Ring } from "./keyring.ts";

/**
 * What Midtrans knows a merchant by, as the files hold it. `trusted`: the keys whose notifications are believed; over the Core
 * API they are server keys, and the first opens Midtrans' doors as well. `credentials`: what opens them over BI-SNAP.
 */
export type MerchantSecrets = { readonly trusted: Keys<Secret>; readonly credentials?: SnapCredentials };

/** Reads every file; nothing, and a problem each in `files`, unless all of them can be used. `path`: `merchants[0]`. */
export const readMerchantSecrets = (
  merchant: MerchantConfig,
  path: string,
  files: NamedFiles,
): MerchantSecrets | undefined =>
  merchant.api === "snap" ? readSnap(merchant, path, files) : readCore(merchant, path, files);

function readCore(merchant: CoreConfig, path: string, files: NamedFiles): MerchantSecrets | undefined {
  const { server_key_file: file, old_server_key_file: oldFile } = merchant;
  const key = files.secret(`${path}.server_key_file`, file);
  const old = files.secret(`${path}.old_server_key_file`, oldFile);
  const trusted = together(key, old, oldFile);
  return trusted && { trusted };
}

function readSnap(merchant: SnapConfig, path: string, files: NamedFiles): MerchantSecrets | undefined {
  const { client_secret_file, private_key_file, midtrans_key_file, old_midtrans_key_file: oldFile } = merchant;
  const clientSecret = files.secret(`${path}.client_secret_file`, client_secret_file);
  const privateKey = files.secret(`${path}.private_key_file`, private_key_file, readPrivateKey);
  const key = files.secret(`${path}.midtrans_key_file`, midtrans_key_file, readPublicKey);
  const old = files.secret(`${path}.old_midtrans_key_file`, oldFile, readPublicKey);
  const trusted = together(key, old, oldFile);
  if (clientSecret === undefined || privateKey === undefined || trusted === undefined) return undefined;
  return { trusted, credentials: { clientSecret, privateKey } };
}

/** Nothing when one that is named could not be read. */
function together(key: Secret | undefined, old: Secret | undefined, oldFile: string | undefined) {
  if (key === undefined || (old === undefined && oldFile !== undefined)) return undefined;
  return old === undefined ? ([key] as const) : ([key, old] as const);
}

/** A merchant's keys in a running backend: they change while it runs, and what was trusted is trusted a while longer. */
export class MerchantKeys {
  readonly #clock: Clock;
  #ring: Ring<Secret>;
  #credentials: SnapCredentials | undefined;

  constructor(first: MerchantSecrets, clock: Clock) {
    this.#clock = clock;
    this.#ring = newRing(first.trusted);
    this.#credentials = first.credentials;
  }

  /** All that are trusted now, the one in use first. */
  trusted(): Keys<Secret> {
    return keysAt(this.#ring, this.#clock.now());
  }

  /** Throws `TypeError` for a merchant of the Core API, which has none. */
  credentials(): SnapCredentials {
    if (this.#credentials === undefined)
      throw new TypeError("a merchant of the Core API has no credentials of BI-SNAP");
    return this.#credentials;
  }

  /** Whether anything is other than before. */
  renew({ trusted, credentials }: MerchantSecrets): boolean {
    const isSame = isEach(this.#ring.current, trusted) && isEach(textsOf(this.#credentials), textsOf(credentials));
    this.#ring = exchange(this.#ring, trusted, this.#clock.now(), isOne);
    this.#credentials = credentials;
    return !isSame;
  }
}

const isOne = (one: Secret, other: Secret): boolean => one.reveal() === other.reveal();

const isEach = (some: readonly Secret[], others: readonly Secret[]): boolean =>
  some.length === others.length && others.every((other, nth) => some[nth]?.reveal() === other.reveal());

const textsOf = (credentials: SnapCredentials | undefined): readonly Secret[] =>
  credentials === undefined ? [] : [credentials.clientSecret, credentials.privateKey];
