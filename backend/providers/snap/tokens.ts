import { type Clock, type Instant, isReached, later } from "../../../protocol/time.ts";
import type { Keys } from "./keyring.ts";

export type Renewed = { readonly is: "token"; readonly token: string; readonly lifetimeMs: number } | NoToken;
/** `misconfigured`: asking again does not help. */
export type NoToken = { readonly is: "none"; readonly misconfigured: boolean; readonly detail: string };
export type TokenRead = { readonly is: "token"; readonly token: string } | NoToken;

export type TokensOptions = {
  readonly clock: Clock;
  /** Asks for a new token with these keys; ends by its own deadline and never rejects. */
  readonly renew: (keys: Keys) => Promise<Renewed>;
};

/** A new token is fetched this long before the old one ends, or when a quarter of its time is left; the old one serves meanwhile. */
const EARLY_MS = 120_000;
/** A token with less left than this, or than a tenth of its time, might end on its way. */
const SPARE_MS = 20_000;

type Held = { readonly token: string; readonly edition: number; readonly renewFrom: Instant; readonly until: Instant };
type Renewing = { readonly edition: number; readonly read: Promise<TokenRead> };

/**
 * The access token of the moment. However many calls need one, one renewal at a time is under way. A token is of one edition of
 * the keys.
 */
export class AccessTokens {
  readonly #options: TokensOptions;
  #held: Held | undefined;
  #renewing: Renewing | undefined;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** A token that is good for a call that begins now. Gives up when `signal` says so; the renewal goes on for others. */
  get(keys: Keys, signal: AbortSignal): Promise<TokenRead> {
    const now = this.#options.clock.now();
    const held = this.#held;
    if (held === undefined || held.edition !== keys.edition || isReached(held.until, now)) {
      return unlessGivenUp(this.#renew(keys), signal);
    }
    if (isReached(held.renewFrom, now)) void this.#renew(keys);
    return Promise.resolve({ is: "token", token: held.token });
  }

  /** Midtrans does not take this one any more. Says nothing about a newer one. */
  refused(token: string): void {
    if (this.#held?.token === token) this.#held = undefined;
  }

  #renew(keys: Keys): Promise<TokenRead> {
    const { edition } = keys;
    if (this.#renewing?.edition === edition) return this.#renewing.read;
    const read = this.#ask(keys).finally(() => {
      if (this.#renewing?.read === read) this.#renewing = undefined;
    });
    this.#renewing = { edition, read };
    return read;
  }

  /** What was asked for with keys that have changed since serves whoever waits for it, and nobody after. */
  async #ask(keys: Keys): Promise<TokenRead> {
    const asked = this.#options.clock.now();
    const renewed = await this.#options.renew(keys);
    if (renewed.is === "none") return renewed;
    const { token, lifetimeMs } = renewed;
    const until = later(asked, lifetimeMs - Math.min(SPARE_MS, lifetimeMs / 10));
    const renewFrom = later(asked, lifetimeMs - Math.min(EARLY_MS, lifetimeMs / 4));
    if (this.#renewing?.edition === keys.edition) this.#held = { token, edition: keys.edition, renewFrom, until };
    return { is: "token", token };
  }
}

const GIVEN_UP: NoToken = {
  is: "none",
  misconfigured: false,
  detail: "the caller gave up waiting for an access token",
};

function unlessGivenUp(reading: Promise<TokenRead>, signal: AbortSignal): Promise<TokenRead> {
  if (signal.aborted) return Promise.resolve(GIVEN_UP);
  return new Promise((resolve) => {
    const giveUp = (): void => resolve(GIVEN_UP);
    signal.addEventListener("abort", giveUp, { once: true });
    void reading.then((read) => {
      signal.removeEventListener("abort", giveUp);
      resolve(read);
    });
  });
}
