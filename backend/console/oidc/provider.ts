import type * as OpenId from "openid-client";
import type { Secret } from "../../../host/secret.ts";
import { type Clock, type Instant, sinceMs } from "../../../protocol/time.ts";

/** What of one sign-in only this backend's store knows until it ends. */
export type Attempt = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Who signed in there: `subject` is that person's for good, all else may change. */
export type Person = {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
};

export type ProviderAnswer =
  | { readonly is: "person"; readonly person: Person }
  /** Its answer is none to believe, or the person did not sign in. `because`: for the audit log. */
  | { readonly is: "refused"; readonly because: string }
  | { readonly is: "silent"; readonly because: string };

/** Signing in at another place, by the authorization code flow with PKCE. */
export type OpenIdProvider = {
  newAttempt(): Attempt;
  /** Where to send the browser; `silent` when the provider cannot be asked what it is. */
  addressFor(attempt: Attempt): Promise<URL | "silent">;
  /** `query`: what came back with the browser. */
  personOf(query: URLSearchParams, attempt: Attempt): Promise<ProviderAnswer>;
};

export type OpenIdParts = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scopes: readonly string[];
  /** Where the browser comes back to; registered at the provider, letter for letter. */
  readonly backUrl: string;
  readonly clock: Clock;
};

const TIMEOUT_SECONDS = 10;
/** Its keys and addresses are asked for anew after so long. */
const KNOWN_MS = 600_000;

/** The library is loaded when somebody first signs in so. */
export function openIdProvider(parts: OpenIdParts): OpenIdProvider {
  let known: { readonly at: Instant; readonly met: Promise<Met> } | undefined;
  const meet = (): Promise<Met> => {
    const now = parts.clock.now();
    if (known === undefined || (sinceMs(known.at, now) ?? KNOWN_MS) >= KNOWN_MS) {
      const met = discover(parts);
      known = { at: now, met };
      // Who could not be met is asked again the next time.
      met.catch(() => {
        if (known?.met === met) known = undefined;
      });
    }
    return known.met;
  };
  return {
    newAttempt: () => ({ state: randomText(), nonce: randomText(), verifier: randomText() }),
    addressFor: (attempt) => meet().then((met) => addressFor(met, attempt, parts), silent),
    personOf: async (query, attempt) => {
      const met = await meet().catch(silent);
      if (met === "silent") return { is: "silent", because: "the provider does not say what it is" };
      return personOf(met, query, attempt, parts);
    },
  };
}

const silent = (): "silent" => "silent";
const randomText = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");

type Met = { readonly openId: typeof OpenId; readonly config: OpenId.Configuration };

/** Every ID token's signature is looked at, TLS or not. Without TLS only on this machine, as the configuration makes sure. */
async function discover({ issuer, clientId, clientSecret }: OpenIdParts): Promise<Met> {
  const openId = await import("openid-client");
  const plain = issuer.startsWith("http:") ? [openId.allowInsecureRequests] : [];
  const execute = [...plain, openId.enableNonRepudiationChecks];
  const secret = clientSecret.reveal();
  const config = await openId.discovery(new URL(issuer), clientId, secret, openId.ClientSecretBasic(secret), {
    execute,
    timeout: TIMEOUT_SECONDS,
  });
  return { openId, config };
}

async function addressFor({ openId, config }: Met, attempt: Attempt, { scopes, backUrl }: OpenIdParts): Promise<URL> {
  return openId.buildAuthorizationUrl(config, {
    redirect_uri: backUrl,
    scope: [...new Set(["openid", ...scopes])].join(" "),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await openId.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: "S256",
  });
}

async function personOf(
  { openId, config }: Met,
  query: URLSearchParams,
  { state, nonce, verifier }: Attempt,
  { backUrl }: OpenIdParts,
): Promise<ProviderAnswer> {
  const address = new URL(backUrl);
  address.search = query.toString();
  try {
    const tokens = await openId.authorizationCodeGrant(config, address, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) return { is: "refused", because: "no ID token" };
    return { is: "person", person: { issuer: claims.iss, subject: claims.sub, claims } };
  } catch (error) {
    return wordsFor(error);
  }
}

/** The library's codes; its messages may hold what the provider sent. */
function wordsFor(error: unknown): ProviderAnswer {
  if (!(error instanceof Error)) throw error;
  const code = "code" in error ? String(error.code) : error.name;
  const isSilent = error.name === "TimeoutError" || error.name === "AbortError" || /fetch failed/.test(error.message);
  return { is: isSilent ? "silent" : "refused", because: code };
}
