import { createHash } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { onTestFinished } from "vitest";
import { utcClock } from "../../host/clock.ts";
import { type HttpAnswer, type HttpRequest, serve } from "../../host/http.ts";
import { silentLog } from "../../host/log.ts";
import { Secret } from "../../host/secret.ts";

/**
 * A small OpenID provider: everybody who comes is signed in as `person`, at once or on a page that asks for the password, and the
 * client must know its secret and the verifier.
 */
export type TestProvider = {
  readonly issuer: string;
  /** Asked for on a page, before a browser is led back; nobody is asked when absent. */
  password: string | undefined;
  /** Claims of whoever comes next. */
  person: Record<string, unknown>;
  /** Changes what goes into the next ID tokens; for providers that are not honest. */
  lie: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** Signs by a key that is not in its set. */
  isForged: boolean;
  /** Answers nothing any more but 500. */
  isDown: boolean;
  /** How often tokens were asked for. */
  readonly asked: { tokens: number };
};

export const CLIENT = { id: "qris-console", secret: "of-the-client" };

/** A console at this address, of whose people the provider knows, for `openConsoleRig`. */
export const consoleAt = ({ issuer }: TestProvider, url: string, secret = CLIENT.secret) => ({
  config: {
    port: Number(new URL(url).port),
    base_url: url,
    oidc: {
      issuer,
      client_id: CLIENT.id,
      client_secret_file: "/not/read/here",
      scopes: ["email"],
      role_claim: "groups",
      roles: { viewer: ["vending"], staff: ["vending-staff"], admin: ["vending-admins"] },
    },
  },
  more: { oidcSecret: new Secret(secret) },
});

/** Both are form-urlencoded before they are put together: RFC 6749, 2.3.1. */
function isOurs(header = ""): boolean {
  const [, encoded = ""] = /^Basic (.+)$/.exec(header) ?? [];
  const [id, secret] = atob(encoded)
    .split(":")
    .map((part) => decodeURIComponent(part.replaceAll("+", " ")));
  return id === CLIENT.id && secret === CLIENT.secret;
}

const formIn = (body: Uint8Array): URLSearchParams => new URLSearchParams(Buffer.from(body).toString("utf8"));

/** Asks for the password, and keeps what the client has asked for in fields that nobody sees. */
function signInPage(asked: URLSearchParams): HttpAnswer {
  const safe = (text: string): string => text.replace(/[&<"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
  const kept = [...asked].filter(([name]) => name !== "password");
  const fields = kept.map(([name, value]) => `<input type="hidden" name="${safe(name)}" value="${safe(value)}">`);
  const body = `<!doctype html><html lang="en"><title>The company's accounts</title><link rel="icon" href="data:,">
    <form method="post" action="/authorize">${fields.join("")}
    <label>Company password <input type="password" name="password"></label><button>Continue</button></form></html>`;
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

type Code = { readonly nonce: string; readonly challenge: string; readonly back: string };

export async function startOpenIdProvider(): Promise<TestProvider> {
  const [own, strange] = [await generateKeyPair("RS256"), await generateKeyPair("RS256")];
  const jwk = { ...(await exportJWK(own.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  const codes = new Map<string, Code>();
  const answer = (give: (request: HttpRequest) => Promise<HttpAnswer> | HttpAnswer) => async (request: HttpRequest) =>
    provider.isDown ? { status: 500, body: {} } : give(request);
  const routes = [
    {
      method: "GET",
      path: "/.well-known/openid-configuration",
      answer: answer(() => ({ status: 200, body: metadata() })),
    },
    { method: "GET", path: "/keys", answer: answer(() => ({ status: 200, body: { keys: [jwk] } })) },
    { method: "GET", path: "/authorize", answer: answer(({ query }) => authorize(query)) },
    { method: "POST", path: "/authorize", answer: answer(({ body }) => authorize(formIn(body))) },
    { method: "POST", path: "/token", answer: answer(tokens) },
  ] as const;
  const server = await serve({ routes, port: 0, clock: utcClock({ keepsAlive: false }), log: silentLog });
  onTestFinished(() => server.close());
  const provider: TestProvider = {
    issuer: server.url,
    password: undefined,
    person: { sub: "7", email: "ani@example.id", email_verified: true, groups: ["vending-staff"] },
    lie: (claims) => claims,
    isForged: false,
    isDown: false,
    asked: { tokens: 0 },
  };

  const metadata = () => ({
    issuer: server.url,
    authorization_endpoint: `${server.url}/authorize`,
    token_endpoint: `${server.url}/token`,
    jwks_uri: `${server.url}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  });

  function authorize(query: URLSearchParams): HttpAnswer {
    const said = (name: string): string => query.get(name) ?? "";
    const isRight =
      said("client_id") === CLIENT.id && said("response_type") === "code" && said("code_challenge_method") === "S256";
    if (!isRight || !said("scope").split(" ").includes("openid")) return { status: 400, body: {} };
    if (provider.password !== undefined && said("password") !== provider.password) return signInPage(query);
    const code = `code-${codes.size + 1}`;
    codes.set(code, { nonce: said("nonce"), challenge: said("code_challenge"), back: said("redirect_uri") });
    const back = new URL(said("redirect_uri"));
    back.search = new URLSearchParams({ code, state: said("state"), iss: server.url }).toString();
    return { status: 302, headers: { location: back.href }, body: "" };
  }

  async function tokens({ headers, body }: HttpRequest): Promise<HttpAnswer> {
    provider.asked.tokens += 1;
    const form = formIn(body);
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const isClient = isOurs(headers["authorization"]);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (!isClient) return { status: 401, body: { error: "invalid_client" } };
    if (code === undefined || code.challenge !== challenge || code.back !== form.get("redirect_uri"))
      return { status: 400, body: { error: "invalid_grant" } };
    return { status: 200, body: { access_token: "a", token_type: "Bearer", id_token: await idToken(code.nonce) } };
  }

  function idToken(nonce: string): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const honest = { iss: server.url, aud: CLIENT.id, iat: now, exp: now + 300, nonce, ...provider.person };
    const { privateKey } = provider.isForged ? strange : own;
    return new SignJWT(provider.lie(honest)).setProtectedHeader({ alg: "RS256", kid: "k1" }).sign(privateKey);
  }

  return provider;
}
