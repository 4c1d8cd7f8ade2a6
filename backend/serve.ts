import { systemChance } from "../host/chance.ts";
import { utcClock } from "../host/clock.ts";
import { Unfit } from "../host/daemon.ts";
import { every } from "../host/every.ts";
import type { Log } from "../host/log.ts";
import { reloadOnSignal } from "../host/reload.ts";
import { type SystemdNotice, sdNotify } from "../host/sdnotify.ts";
import { NamedFiles } from "../host/setup.ts";
import { shutDownOnSignals } from "../host/shutdown.ts";
import { readVersion } from "../host/version.ts";
import type { StandId } from "../protocol/ids.ts";
import type { Stop } from "../protocol/time.ts";
import { openMqtt } from "../wire/mqtt.ts";
import type { OpenTransport } from "../wire/transport.ts";
import { type Backend, openBackend } from "./backend.ts";
import { type Books, openBooks } from "./books.ts";
import { type Care, openCare } from "./care.ts";
import type { LedgerJournal } from "./cashier.ts";
import { type Condition, conditionOf } from "./condition.ts";
import { keepAudit } from "./console/audit/keeping.ts";
import { type Doors, openDoors } from "./doors.ts";
import type { Ground } from "./ground.ts";
import { type Account, openAccounts, renewKeys } from "./merchants/accounts.ts";
import { Admission } from "./merchants/admission.ts";
import { notificationPathOf } from "./merchants/config.ts";
import { absentIn, merchantsOf } from "./merchants/merchants.ts";
import { type Observation, openObservation } from "./metrics/observation.ts";
import { type Http, openHttp } from "./providers/http.ts";
import { openReconciliation, type Reconciliation } from "./reconcile/open.ts";
import { openSalesBook, type SalesBook } from "./sales/open.ts";
import { openByMerchant } from "./sales/waiting.ts";
import { brokerOf, merchantBounds, payAddressesOf, type Setup, TELLABLE } from "./setup.ts";
import { openStands, type Stands } from "./stands/open.ts";
import { probe } from "./store/probe.ts";
import type { Store } from "./store/store.ts";
import { openTracing } from "./tracing/open.ts";
import { statusOf, watchOver } from "./watch.ts";

/** The ways out of this process, none of them used yet. */
type Ways = { readonly accounts: readonly Account[]; readonly openTransport: OpenTransport; readonly http: Http };

/** Backends are few, and nothing that a stand says is heard without them: they come back to the broker before the stands do. */
const FIRST_OF_ALL = { redial: { firstMs: 500, capMs: 5_000 }, patience: { connectMs: 30_000 } };

/** Longer than calls under way may take to end; systemd's TimeoutStopSec is longer still. */
export const STOP_MS = 20_000;

/** Serves the stands from here on; a start that fails leaves nothing open. */
export async function serve(setup: Setup, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const clock = utcClock();
  const http = openHttp({ clock });
  try {
    await begin({ setup, env, clock, random: systemChance, log }, http);
  } catch (error) {
    await http.close();
    throw error;
  }
}

async function begin(first: Ground, http: Http): Promise<void> {
  const ways = waysOf(first, http);
  const books = await openBooks(first);
  const { journal, store, quarantined, company } = books;
  const ground = { ...first, clock: books.clock };
  if (quarantined !== undefined) ground.log.error("journal was damaged and set aside", { quarantined });
  const stands = await openStands(ground, books);
  const version = readVersion();
  const tracing = await openTracing(ground, version);
  const observation = openObservation({ ground, books, version, ...(tracing && { tracing }) });
  const sales = openSalesBook(ground, books);
  const care = await openCare(ground, { books, stands, http });
  const cared = { report: care.report, healthOf: care.healthOf, presences: care.health.presences, raise: care.raise };
  const parts = { ...partsOf(ground, ways, books, stands), ...cared, changed: sales.changed };
  const backend = openBackend(observation.watched(parts));
  care.begin(backend.fleet);
  const condition = conditionOf({
    clock: ground.clock,
    probeJournal: () => journal.probe(),
    probeStore: () => probe(store),
    isConnected: () => backend.fleet.connected,
  });
  const reconciliation = openReconciliation(ground, journal, store, backend.cashier, () => company?.leads ?? true);
  const doors = await openDoorsOrClose(
    ground,
    ways,
    { backend, journal, store, sales, stands, care, reconciliation, observation },
    condition,
  );
  const notice = await sdNotify(ground.env, ground.log);
  const keptKeys = reloadKeys(ground, ways, condition, notice);
  const stops = [
    watchOver(ground, { journal, condition, notice, keptKeys }),
    stands.keep(),
    company?.keep(() => backend.wake()),
    tellAbsent(ground, ways, store),
    keepAudit({
      ...ground,
      store,
      keptDays: ground.setup.config.retention.audit_days,
      leads: () => company?.leads ?? true,
    }),
  ];
  const stopWatching = (): void => {
    for (const stop of stops) stop?.();
  };
  endInOrder(ground, ways, {
    journal,
    store,
    sales,
    stands,
    care,
    backend,
    reconciliation,
    observation,
    doors,
    notice,
    stopWatching,
  });
  notice.ready();
  ground.log.info("ready", readyFacts(ground, ways, doors, stands));
}

/** What can never work shows before anything is opened. */
function waysOf({ setup, clock, random, log }: Ground, http: Http): Ways {
  const pages = payAddressesOf(setup);
  const accounts = openAccounts(setup, { http, clock, random, log, ...(pages && { finishUrlOf: pages.finishOf }) });
  try {
    return { http, accounts, openTransport: openMqtt({ ...brokerOf(setup), ...FIRST_OF_ALL, clock, random, log }) };
  } catch (error) {
    throw error instanceof TypeError ? new Unfit(`link: ${error.message}`) : error;
  }
}

function partsOf(
  { setup, clock, random, log }: Ground,
  { accounts, openTransport }: Ways,
  { journal, company }: Books,
  { roster, signing }: Stands,
) {
  const { config, key } = setup;
  const { client_id, shared_group } = config.link;
  const pages = payAddressesOf(setup);
  const providers = new Map(accounts.map(({ config: { name }, provider }) => [name, provider]));
  return {
    clientId: client_id,
    journal,
    ...(company === undefined ? {} : { company }),
    merchants: merchantsOf(providers, { get: (stand) => roster.sellerOf(stand) }),
    admission: new Admission({
      stands: { get: (stand) => roster.get(stand)?.rate },
      merchants: merchantBounds(config),
    }),
    key,
    keyFor: (stand: StandId) => signing.keyFor(stand),
    standKeys: roster.keys,
    openTransport,
    ...(shared_group === undefined ? {} : { group: shared_group }),
    clock,
    random,
    log,
    ...(pages && { pageOf: pages.pageOf }),
    termsFor: (stand: StandId | undefined) => roster.termsFor(stand),
    onFault: (fault: unknown) => log.error("journal failed", { fault }),
  };
}

async function openDoorsOrClose(
  ground: Ground,
  { accounts }: Ways,
  {
    backend,
    journal,
    store,
    sales,
    stands,
    care,
    reconciliation,
    observation,
  }: Pick<Open, "backend" | "journal" | "store" | "sales" | "stands" | "care" | "reconciliation" | "observation">,
  condition: () => Promise<Condition>,
): Promise<Doors> {
  try {
    const { cashier } = backend;
    return await openDoors(ground, {
      accounts,
      cashier,
      journal,
      store,
      stands,
      care,
      reconciliation,
      condition,
      ...observation,
    });
  } catch (error) {
    await reconciliation.stop();
    await backend.stop();
    await care.stop();
    await observation.close();
    await sales.stop();
    await store.destroy();
    await journal.close();
    throw error;
  }
}

/** SIGHUP reads the merchants' keys anew, and nothing else. Answers whose keys could not be read the last time. */
function reloadKeys(
  { setup, env, log }: Ground,
  { accounts }: Ways,
  condition: () => Promise<Condition>,
  notice: SystemdNotice,
): () => readonly string[] {
  let kept: readonly string[] = [];
  const reload = (): void => {
    kept = renewKeys(accounts, setup, new NamedFiles(env, TELLABLE), log);
    condition().then(
      (now) => notice.status(statusOf(now, kept)),
      (error: unknown) => log.warn("condition not known", { error }),
    );
  };
  reloadOnSignal({ process, notice, log, reload });
  return () => kept;
}

type Open = {
  readonly stands: Stands;
  readonly care: Care;
  readonly journal: LedgerJournal;
  readonly store: Store;
  readonly sales: SalesBook;
  readonly backend: Backend;
  readonly reconciliation: Reconciliation;
  readonly observation: Observation;
  readonly doors: Doors;
  readonly notice: SystemdNotice;
  stopWatching(): void;
};

function endInOrder({ clock, log }: Ground, { http }: Ways, open: Open): void {
  const { journal, store, sales, care, backend, reconciliation, observation, doors, notice, stopWatching } = open;
  shutDownOnSignals({
    clock,
    log,
    process,
    deadlineMs: STOP_MS,
    endings: [
      { what: "word to systemd", stop: () => notice.stopping() },
      { what: "http", stop: () => doors.server.close() },
      { what: "operator", stop: () => doors.desk?.close() ?? Promise.resolve() },
      { what: "metrics", stop: () => doors.metrics?.close() ?? Promise.resolve() },
      { what: "console", stop: () => doors.console?.close() ?? Promise.resolve() },
      { what: "watch", stop: stopWatching },
      { what: "reconciliation", stop: () => reconciliation.stop() },
      { what: "backend", stop: () => backend.stop() },
      { what: "care", stop: () => care.stop() },
      { what: "calls", stop: () => http.close() },
      { what: "observation", stop: () => observation.close() },
      { what: "sales book", stop: () => sales.stop() },
      { what: "store", stop: () => store.destroy() },
      { what: "journal", stop: () => journal.close() },
      { what: "systemd", stop: () => notice.close() },
    ],
  });
}

const ABSENT_MS = 3_600_000;

/** Open orders of a merchant that is not in the configuration any more: nobody can end, settle or refund them. Told at once, and every hour. */
function tellAbsent({ clock, log }: Ground, { accounts }: Ways, store: Store): Stop {
  const known = new Set<string>(accounts.map(({ config }) => config.name));
  const hint = "put it back into the configuration, with retired = true where it sells nothing any more";
  const run = async (): Promise<void> => {
    for (const [merchant, orders] of absentIn(await openByMerchant(store), known))
      log.error("open orders of an unknown merchant", { merchant, orders, hint });
  };
  return every(clock, log, { firstMs: 0, everyMs: ABSENT_MS, what: "merchants of open orders not known", run });
}

function readyFacts(
  { setup }: Ground,
  { accounts }: Ways,
  { server, desk, metrics, console }: Doors,
  { roster }: Stands,
) {
  const { link } = setup.config;
  return {
    http: server.url,
    ...(desk === undefined ? {} : { operator: desk.url }),
    ...(metrics === undefined ? {} : { metrics: metrics.url }),
    ...(console === undefined ? {} : { console: console.url }),
    broker: link.url,
    merchants: accounts.map(({ config, provider }) => ({
      name: config.name,
      provider: provider.name,
      test: provider.isTest,
      midtrans: config.base_url,
      webhook: server.url + notificationPathOf(config),
    })),
    stands: roster.size,
  };
}
