import { addressList, senderOf } from "../host/addresses.ts";
import { type HttpRequest, type Route, type Server, serve } from "../host/http.ts";
import type { Backend } from "./backend.ts";
import type { LedgerJournal } from "./cashier.ts";
import { type Condition, conditionRoutes } from "./condition.ts";
import type { BackendConfig } from "./config.ts";
import type { Ground } from "./ground.ts";
import type { Account } from "./merchants/accounts.ts";
import { notificationPathOf } from "./merchants/config.ts";
import { operatorRoutes } from "./operator/routes.ts";
import { payRoutes } from "./pay/routes.ts";
import type { Reconciliation } from "./reconcile/open.ts";
import { RECONCILE_BODY_BYTES } from "./reconcile/routes.ts";
import { webhookRoute } from "./webhooks.ts";

/** Where the backend is spoken to over HTTP. `desk`: the operator's, on its own address, because the other is open to the world. */
export type Doors = { readonly server: Server; readonly desk: Server | undefined };

export type DoorParts = {
  readonly accounts: readonly Account[];
  readonly cashier: Backend["cashier"];
  readonly journal: LedgerJournal;
  readonly reconciliation: Pick<Reconciliation, "routes">;
  condition(): Promise<Condition>;
};

/** Opens all of them, or none. */
export async function openDoors(ground: Ground, parts: DoorParts): Promise<Doors> {
  const { setup, clock, log } = ground;
  const { host, port } = setup.config.http;
  const routes = [...webhooks(ground, parts), ...pages(ground, parts), ...conditionRoutes(parts.condition)];
  const server = await serve({ routes, host, port, clock, log });
  try {
    return { server, desk: await openDesk(ground, parts) };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** One for each merchant, so that one merchant's key says nothing of another's orders. */
function webhooks({ setup, log }: Ground, { accounts, cashier }: DoorParts): readonly Route[] {
  const strangerIn = strangersOf(setup.config.http);
  return accounts.map(({ config, provider }) =>
    webhookRoute({ merchant: config.name, provider, cashier, log, path: notificationPathOf(config), strangerIn }),
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

async function openDesk(ground: Ground, { cashier, journal, reconciliation }: DoorParts): Promise<Server | undefined> {
  const { setup, clock, random, log } = ground;
  const { operator } = setup.config;
  const token = setup.operatorToken;
  if (operator === undefined || token === undefined) return undefined;
  const routes = [...operatorRoutes({ cashier, journal, token, clock, random, log }), ...reconciliation.routes(token)];
  const { host, port } = operator;
  return serve({ routes, host, port, clock, log, bodyLimitBytes: RECONCILE_BODY_BYTES });
}
