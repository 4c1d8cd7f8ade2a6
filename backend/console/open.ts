import type { AlarmBook } from "../alarms/book.ts";
import type { Cashier, LedgerJournal } from "../cashier.ts";
import type { Ground } from "../ground.ts";
import type { HealthBook } from "../health/book.ts";
import { decisionsOn } from "../operator/decisions.ts";
import type { Pictures } from "../settings/pictures.ts";
import type { Pusher } from "../settings/pusher.ts";
import type { Stands } from "../stands/open.ts";
import type { Store } from "../store/store.ts";
import type { Desks } from "./api/desks.ts";
import { type Console, openConsole } from "./console.ts";
import { alarmsDesk } from "./desks/alarms.ts";
import { salesDesk } from "./desks/sales.ts";
import { settingsDesk } from "./desks/settings.ts";
import { standsDesk } from "./desks/stands.ts";

/** What of a running backend the console shows. */
export type ConsoleWorld = {
  readonly journal: LedgerJournal;
  readonly cashier: Pick<Cashier, "decide">;
  readonly store: Store;
  readonly stands: Pick<Stands, "roster" | "registry">;
  /** How the stands are; without it their pages say that it cannot be had. */
  readonly care?: Care;
  /** Whether no merchant's money is real. */
  readonly isTest: boolean;
};

export type Care = {
  readonly health: HealthBook;
  readonly pictures: Pictures;
  readonly pusher: Pusher;
  readonly alarms: AlarmBook;
};

/** Opens the console of this backend; nothing where its configuration has none. Rejects when the port cannot be had. */
export function openConsoleOf(ground: Ground, world: ConsoleWorld): Promise<Console> | undefined {
  const { setup, clock, log } = ground;
  const { console: config } = setup.config;
  if (config === undefined) return undefined;
  const { store, isTest } = world;
  const { consoleOidcSecret: oidcSecret } = setup;
  return openConsole({
    config,
    store,
    clock,
    log,
    isTest,
    desks: desksOn(ground, world),
    ...(oidcSecret && { oidcSecret }),
  });
}

function desksOn({ clock, random, log }: Ground, { journal, cashier, store, stands, care }: ConsoleWorld): Desks {
  const { roster, registry } = stands;
  const common = {
    sales: salesDesk({ store, journal, clock, log, termsFor: (stand) => roster.termsFor(stand) }),
    cash: decisionsOn({ cashier, journal, clock, random }),
  };
  if (care === undefined) return common;
  const { health, pictures, pusher, alarms } = care;
  const nowMs = () => clock.now().ms;
  return {
    ...common,
    stands: standsDesk({ store, roster, registry, health, pictures, nowMs, alarms: () => alarms.now() }),
    settings: settingsDesk({ store, roster, pusher, nowMs }),
    alarms: alarmsDesk(alarms),
  };
}
