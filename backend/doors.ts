import { addressList, senderOf } from "../host/addresses.ts";
import { type HttpRequest, type Route, type Server, serve } from "../host/http.ts";
import type { Opened } from "../host/opened.ts";
import { readVersion } from "../host/version.ts";
import type { StandId } from "../protocol/ids.ts";
import type { Backend } from "./backend.ts";
import type { Care } from "./care.ts";
import type { LedgerJournal } from "./cashier.ts";
import { type Condition, conditionRoutes } from "./condition.ts";
import type { BackendConfig } from "./config/config.ts";
import { Audit } from "./console/audit/audit.ts";
import { type ConsoleDoor, openConsoleOf } from "./console/open.ts";
import type { Ground } from "./ground.ts";
import type { Account } from "./merchants/accounts.ts";
import { notificationPathOf } from "./merchants/config.ts";
import { meteredRoutes, type Watching } from "./metrics/metered.ts";
import type { Metrics } from "./metrics/observation.ts";
import { metricsRoute } from "./metrics/routes.ts";
import { caseRoutes } from "./operator/case/routes.ts";
import { behindDoor } from "./operator/door.ts";
import { type DoorDeed, writeDeed } from "./operator/recorded.ts";
import { operatorRoutes } from "./operator/routes.ts";
import { payRoutes } from "./pay/routes.ts";
import type { Reconciliation } from "./reconcile/open.ts";
import { RECONCILE_BODY_BYTES } from "./reconcile/routes.ts";
import { moneyWaiting } from "./sales/waiting.ts";
import type { Stands } from "./stands/open.ts";
import type { Store } from "./store/store.ts";
import { webhookRoute } from "./webhooks.ts";

/**
 * Where the backend is spoken to over HTTP. `desk`: the operator's, `metrics`: Prometheus', each on its own address, because the
 * other is open to the world.
 */
export type Doors = {
  readonly server: Server;
  readonly desk: Server | undefined;
  readonly metrics: Server | undefined;
  /** Where the company's people look at the fleet. */
  readonly console: ConsoleDoor | undefined;
};

export type DoorParts = {
  readonly accounts: readonly Account[];
  readonly cashier: Backend["cashier"];
  readonly journal: LedgerJournal;
  readonly store: Store;
  readonly stands: Pick<Stands, "publicRoutes" | "deskRoutes" | "roster" | "registry">;
  readonly care: Pick<Care, "settingsFor" | "deskRoutes" | "health" | "pictures" | "pusher" | "alarms">;
  readonly reconciliation: Pick<Reconciliation, "routes">;
  readonly watching?: Watching;
  readonly metrics?: Metrics;
  condition(): Promise<Condition>;
};

/** The one that is open to the world is opened last, and closed first. */
export async function openDoors(ground: Ground, parts: DoorParts, open: Opened): Promise<Doors> {
  const kept = <Door extends Pick<Server, "close"> | undefined>(what: string, door: Door): Door =>
    open.keep(what, door, (it) => it?.close());
  const world = { ...parts, isTest: parts.accounts.every(isTest) };
  const console = kept("console", await openConsoleOf(ground, world));
  const metrics = kept("metrics", await openMetrics(ground, parts));
  const desk = kept("operator", await openDesk(ground, parts));
  const server = kept("http", await openPublic(ground, parts));
  return { server, desk, metrics, console };
}

const isTest = ({ provider }: Account): boolean => provider.isTest;

function openPublic(ground: Ground, parts: DoorParts): Promise<Server> {
  const { setup, clock, log } = ground;
  const { host, port } = setup.config.http;
  const routes = [
    ...webhooks(ground, parts),
    ...pages(ground, parts),
    ...parts.stands.publicRoutes({ settingsFor: (stand) => parts.care.settingsFor(stand) }),
    ...conditionRoutes(parts.condition),
  ];
  return serve({ routes: watched("public", routes, parts), host, port, clock, log });
}

const watched = (
  door: string,
  routes: readonly Route[],
  { watching }: Pick<DoorParts, "watching">,
): readonly Route[] => (watching === undefined ? routes : meteredRoutes(door, routes, watching));

/** Whether it is well may be asked without the token: load balancers and watchdogs have none. */
function openMetrics(ground: Ground, parts: DoorParts): Promise<Server> | undefined {
  const { setup, clock, log } = ground;
  const { metrics, condition, care } = parts;
  const { metrics: config } = setup.config;
  if (config === undefined || metrics === undefined) return undefined;
  const route = metricsRoute(metrics.registry, metrics.levels({ condition, standCounts: () => care.health.counts() }));
  const token = setup.metricsToken;
  const guarded = token === undefined ? [route] : behindDoor([route], { token, clock, log });
  const { host, port } = config;
  return serve({ routes: [...guarded, ...conditionRoutes(condition)], host, port, clock, log });
}

/** One for each merchant, so that one merchant's key says nothing of another's orders. */
function webhooks({ setup, clock, log }: Ground, { accounts, cashier, watching }: DoorParts): readonly Route[] {
  const strangerIn = strangersOf(setup.config.http);
  const common = { cashier, clock, log, strangerIn, ...(watching && { watching }) };
  return accounts.map(({ config, provider }) =>
    webhookRoute({ ...common, merchant: config.name, provider, path: notificationPathOf(config) }),
  );
}

/** The customers' pages, where the configuration has them. */
function pages({ setup: { config, payKey }, clock, log }: Ground, { accounts, journal }: DoorParts): readonly Route[] {
  const { pay, http } = config;
  if (pay === undefined || payKey === undefined) return [];
  const tests = accounts.filter(({ provider }) => provider.isTest).map((account) => account.config.name);
  return payRoutes({
    journal,
    key: payKey,
    contact: pay.contact,
    clock,
    log,
    isTest: (merchant) => tests.includes(merchant),
    requestsAMinute: pay.requests_a_minute,
    isProxy: addressList(http.trusted_proxies),
  });
}

/** Tells the address of whoever may not send notifications. */
export function strangersOf({
  notification_sources,
  trusted_proxies,
}: BackendConfig["http"]): (request: Pick<HttpRequest, "peer" | "headers">) => string | undefined {
  if (notification_sources.length === 0) return () => undefined;
  const [isSource, isProxy] = [addressList(notification_sources), addressList(trusted_proxies)];
  return ({ peer, headers }) => {
    const sender = senderOf(peer, headers["x-forwarded-for"], isProxy);
    if (sender === undefined) return `unknown behind ${peer}`;
    return isSource(sender) ? undefined : sender;
  };
}

function openDesk(ground: Ground, parts: DoorParts): Promise<Server> | undefined {
  const { setup, clock, random, log } = ground;
  const { cashier, journal, stands, care, reconciliation } = parts;
  const { operator } = setup.config;
  const token = setup.operatorToken;
  if (operator === undefined || token === undefined) return undefined;
  const audit = new Audit({ store: parts.store, clock, log });
  const waiting = (most: number) => moneyWaiting(parts.store, most);
  const cases = { journal, store: parts.store, clock, version: readVersion() };
  const record = (deed: DoorDeed): Promise<void> => writeDeed(audit, deed);
  const recordOfStand = ({ stand, ...deed }: Omit<DoorDeed, "about"> & { readonly stand: StandId }): Promise<void> =>
    record({ ...deed, about: stand });
  const behind = [...stands.deskRoutes(recordOfStand), ...care.deskRoutes(recordOfStand), ...caseRoutes(cases, record)];
  const routes = [
    ...operatorRoutes({ cashier, journal, waiting, token, clock, random, log, audit }),
    ...behindDoor(behind, { token, clock, log }),
    ...reconciliation.routes(token),
  ];
  const { host, port } = operator;
  const bodyLimitBytes = RECONCILE_BODY_BYTES;
  return serve({ routes: watched("operator", routes, parts), host, port, clock, log, bodyLimitBytes });
}
