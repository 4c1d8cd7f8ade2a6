import type { Care } from "../care.ts";
import type { Cashier, LedgerJournal } from "../cashier.ts";
import type { Ground } from "../ground.ts";
import { decisionsOn } from "../operator/decisions.ts";
import type { Stands } from "../stands/open.ts";
import type { Store } from "../store/store.ts";
import type { Desks } from "./api/desks.ts";
import { openConsole } from "./console.ts";
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
  readonly care: Pick<Care, "health" | "pictures" | "pusher" | "alarms">;
  /** Whether no merchant's money is real. */
  readonly isTest: boolean;
};

export type ConsoleDoor = { readonly url: string; close(): Promise<void> };

/** Opens the console of this backend; nothing where its configuration has none. Rejects when the port cannot be had. */
export async function openConsoleOf(ground: Ground, world: ConsoleWorld): Promise<ConsoleDoor | undefined> {
  const { setup, clock, log } = ground;
  const { console: config } = setup.config;
  if (config === undefined) return undefined;
  const { store, isTest } = world;
  const { consoleOidcSecret: oidcSecret } = setup;
  const secret = oidcSecret === undefined ? {} : { oidcSecret };
  const { server, stop } = await openConsole({
    config,
    store,
    clock,
    log,
    isTest,
    desks: desksOn(ground, world),
    ...secret,
  });
  return { url: server.url, close: stop };
}

/** Everything that the console shows and does, over the parts of a running backend. */
function desksOn(
  { clock, random, log }: Pick<Ground, "clock" | "random" | "log">,
  world: Omit<ConsoleWorld, "isTest">,
): Required<Desks> {
  const { journal, cashier, store, stands, care } = world;
  const { roster, registry } = stands;
  const { health, pictures, pusher, alarms } = care;
  const nowMs = () => clock.now().ms;
  return {
    sales: salesDesk({ store, journal, clock, log, termsFor: (stand) => roster.termsFor(stand) }),
    cash: decisionsOn({ cashier, journal, clock, random }),
    stands: standsDesk({
      store,
      roster,
      registry,
      health,
      pictures,
      clock,
      log,
      nowMs,
      alarms: () => alarms.now(),
    }),
    settings: settingsDesk({ store, roster, pusher, nowMs }),
    alarms: alarmsDesk(alarms),
  };
}
