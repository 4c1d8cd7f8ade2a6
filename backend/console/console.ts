import { addressList } from "../../host/addresses.ts";
import { every } from "../../host/every.ts";
import { type Server, serve } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Secret } from "../../host/secret.ts";
import type { Clock } from "../../protocol/time.ts";
import { kept } from "../kept.ts";
import { Throttle } from "../pay/throttle.ts";
import type { Store } from "../store/store.ts";
import { Accounts } from "./accounts/accounts.ts";
import { Hasher } from "./accounts/hasher.ts";
import type { Cost } from "./accounts/passwords.ts";
import { accountsEndpoints } from "./api/accounts.ts";
import type { Desks } from "./api/desks.ts";
import type { Endpoint } from "./api/endpoint.ts";
import { guarded } from "./api/guard.ts";
import { type Live, openLive } from "./api/live.ts";
import { type MeParts, meEndpoints } from "./api/me.ts";
import { ordersEndpoints } from "./api/orders.ts";
import { overviewEndpoints, overviewOf } from "./api/overview.ts";
import { salesEndpoints } from "./api/sales.ts";
import { standsEndpoints } from "./api/stands.ts";
import type { Overview } from "./api/words.ts";
import { Audit } from "./audit/audit.ts";
import { Refusals } from "./audit/refusals.ts";
import type { ConsoleConfig } from "./config.ts";
import { openIdProvider } from "./oidc/provider.ts";
import { ATTEMPT_MS, oidcEndpoints } from "./oidc/sign-in.ts";
import { ownPages } from "./origin.ts";
import { pageRoutes } from "./pages.ts";
import { cookieOf } from "./sessions/cookies.ts";
import { Sessions } from "./sessions/sessions.ts";
import { Tries } from "./sessions/tries.ts";

export type ConsoleParts = {
  readonly config: ConsoleConfig;
  readonly store: Store;
  readonly desks: Desks;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether all merchants' payments are made at a provider's test service. */
  readonly isTest: boolean;
  /** Of `[console.oidc]`; there is no such way in without it. */
  readonly oidcSecret?: Secret;
  /** Today's when absent; tests take less. */
  readonly cost?: Cost;
};

/** Where people look at the fleet with a browser, on its own address. */
export type Console = {
  readonly server: Server;
  /** `GET /api/me` and all others that it answers. */
  readonly api: readonly string[];
  stop(): Promise<void>;
};

/** Settings of a whole menu for many stands. */
const BODY_BYTES = 262_144;
const SWEEP_MS = 3_600_000;
/** All viewers share one. */
const OVERVIEW_AGE_MS = 1_000;

/** Opens it. Rejects when the port cannot be had. */
export async function openConsole(parts: ConsoleParts): Promise<Console> {
  const { config, clock, log } = parts;
  const desk = deskOf(parts);
  const overview = kept(clock, OVERVIEW_AGE_MS, () => overviewOf(parts.desks));
  const live = openLive({ ...desk, ...parts, overview });
  const endpoints = endpointsOf(parts, desk, live, overview);
  const routes = [...pageRoutes(), ...guarded(endpoints, guardOf(parts, desk))];
  const { host, port } = config;
  const stopSweeping = every(clock, log, sweepOf(desk));
  const stop = (): void => {
    stopSweeping();
    live.stop();
  };
  try {
    const server = await serve({
      routes,
      host,
      port,
      clock,
      log,
      bodyLimitBytes: BODY_BYTES,
      headers: headersOf(config),
    });
    return {
      server,
      api: endpoints.map(({ method, path }) => `${method} ${path}`),
      stop: () => {
        stop();
        return server.close();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

type Desk = Omit<MeParts, "isTest"> & { readonly accounts: Accounts };

function deskOf({ config, store, clock, log, cost }: ConsoleParts): Desk {
  const audit = new Audit({ store, clock, log });
  const hasher = new Hasher(cost);
  const lifetimes = { idleMs: config.idle_minutes * 60_000, longestMs: config.session_hours * 3_600_000 };
  return {
    store,
    clock,
    audit,
    hasher,
    accounts: new Accounts({ store, clock, audit, hasher }),
    sessions: new Sessions({ store, clock, lifetimes }),
    tries: new Tries({ store, clock }),
    cookie: cookieOf("session", { isSecure: isSecure(config) }),
  };
}

const endpointsOf = (
  parts: ConsoleParts,
  desk: Desk,
  live: Live,
  overview: () => Promise<Overview>,
): readonly Endpoint[] => {
  const { desks, clock, isTest } = parts;
  return [
    ...meEndpoints({ ...desk, isTest }),
    ...foreign(parts, desk),
    ...accountsEndpoints(desk),
    ...overviewEndpoints(desks, desk.audit, overview),
    ...ordersEndpoints(desks),
    ...salesEndpoints(desks, clock),
    ...standsEndpoints({ ...desks, clock }),
    live.endpoint,
  ];
};

/** Signing in at another place, where the configuration names one. */
function foreign({ config, clock, oidcSecret: clientSecret }: ConsoleParts, desk: Desk): readonly Endpoint[] {
  const { oidc, base_url: base } = config;
  if (oidc === undefined || base === undefined || clientSecret === undefined) return [];
  const { issuer, client_id: clientId, scopes } = oidc;
  const backUrl = new URL("/api/oidc/back", base).href;
  const maxAgeSeconds = ATTEMPT_MS / 1_000;
  return oidcEndpoints({
    ...desk,
    config: oidc,
    provider: openIdProvider({ issuer, clientId, clientSecret, scopes, backUrl, clock }),
    attemptCookie: cookieOf("sign-in", { isSecure: isSecure(config), sameSite: "Lax", maxAgeSeconds }),
    starts: new Throttle({ clock, aMinute: STARTS_A_MINUTE }),
  });
}

const STARTS_A_MINUTE = 60;

const guardOf = ({ config, clock, log }: ConsoleParts, { audit, sessions, cookie }: Desk) => ({
  sessions,
  cookie,
  audit,
  log,
  refusals: new Refusals(audit, clock),
  throttle: new Throttle({ clock, aMinute: config.requests_a_minute }),
  hasOidc: config.oidc !== undefined,
  isProxy: addressList(config.trusted_proxies),
  isFromOwnPage: ownPages(config.base_url),
});

const sweepOf = ({ sessions, tries }: Desk) => ({
  firstMs: SWEEP_MS,
  everyMs: SWEEP_MS,
  what: "sessions not swept",
  run: async () => {
    await sessions.sweep();
    await tries.sweep();
  },
});

const isSecure = ({ base_url: base }: ConsoleConfig): boolean => base?.startsWith("https:") ?? false;

/** With everything that this address answers, what no route sees too. */
const headersOf = (config: ConsoleConfig): Readonly<Record<string, string>> => ({
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "x-robots-tag": "noindex, nofollow",
  ...(isSecure(config) && { "strict-transport-security": "max-age=31536000" }),
});
