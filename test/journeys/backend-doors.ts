import type { Cashier, LedgerJournal } from "../../backend/cashier.ts";
import type { Account } from "../../backend/merchants/accounts.ts";
import { notificationPathOf } from "../../backend/merchants/config.ts";
import { operatorRoutes } from "../../backend/operator/routes.ts";
import { payRoutes } from "../../backend/pay/routes.ts";
import { webhookRoute } from "../../backend/webhooks.ts";
import type { Route } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import { Secret } from "../../host/secret.ts";
import type { OrderId } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";

/** What staff's programs say to be let in. */
export const TOKEN = "a word that lets in";
export const PAY_KEY = new Secret("nobody knows the key of these journeys");

export type DoorParts = {
  readonly accounts: readonly Account[];
  readonly cashier: Cashier;
  readonly journal: LedgerJournal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
};

/** What the world may ask for: every merchant's notifications and, with `pages`, the customers' pages. */
export function openRoutes(parts: DoorParts, pages: boolean): readonly Route[] {
  const { accounts, cashier, journal, clock, log } = parts;
  const webhooks = accounts.map(({ config, provider }) =>
    webhookRoute({ merchant: config.name, provider, cashier, clock, log, path: notificationPathOf(config) }),
  );
  const door = { journal, key: PAY_KEY, contact: {}, clock, log, isTest: () => true, isProxy: () => false };
  return [...webhooks, ...(pages ? payRoutes({ ...door, requestsAMinute: 1_000 }) : [])];
}

/** What staff alone may ask for. There is no sales book here, so the journal says what waits. */
export const staffRoutes = (parts: DoorParts): readonly Route[] => {
  const waiting = async () => (await parts.journal.unfinished()).map(({ order }) => order as OrderId);
  return operatorRoutes({ ...parts, waiting, token: new Secret(TOKEN) });
};
