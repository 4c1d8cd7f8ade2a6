import { systemChance } from "../host/chance.ts";
import { utcClock } from "../host/clock.ts";
import { Unfit } from "../host/daemon.ts";
import type { Log } from "../host/log.ts";
import { Opened } from "../host/opened.ts";
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
import { type Condition, conditionOf } from "./condition.ts";
import { keepAudit } from "./console/audit/keeping.ts";
import { type Doors, openDoors } from "./doors.ts";
import type { Ground } from "./ground.ts";
import { tellAbsent } from "./merchants/absent.ts";
import { type Account, openAccounts, renewKeys } from "./merchants/accounts.ts";
import { Admission } from "./merchants/admission.ts";
import { notificationPathOf } from "./merchants/config.ts";
import { merchantsOf } from "./merchants/merchants.ts";
import { type Observation, openObservation } from "./metrics/observation.ts";
import { type Http, openHttp } from "./providers/http.ts";
import { openReconciliation, type Reconciliation } from "./reconcile/open.ts";
import { openSalesBook } from "./sales/open.ts";
import { hasSales } from "./sales/search.ts";
import { brokerOf, merchantBounds, payAddressesOf, type Setup, TELLABLE } from "./setup.ts";
import { openStands, type Stands } from "./stands/open.ts";
import { probe } from "./store/probe.ts";
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
  const open = new Opened();
  try {
    const works = await openWorks({ setup, env, clock: utcClock(), random: systemChance, log }, open);
    await letIn(works, open);
  } catch (error) {
    await open.end();
    throw error;
  }
}

/** All that works without anybody at the door. */
type Works = {
  readonly ground: Ground;
  readonly ways: Ways;
  readonly books: Books;
  readonly stands: Stands;
  readonly observation: Observation;
  readonly care: Care;
  readonly backend: Backend;
  readonly reconciliation: Reconciliation;
};

async function openWorks(first: Ground, open: Opened): Promise<Works> {
  const http = open.keep("calls", openHttp({ clock: first.clock }), (it) => it.close());
  const ways = waysOf(first, http);
  const books = await openBooks(first);
  const journal = open.keep("journal", books.journal, (it) => it.close());
  const store = open.keep("store", books.store, (it) => it.destroy());
  const ground = { ...first, clock: books.clock };
  if (books.quarantined !== undefined)
    ground.log.error("journal was damaged and set aside", { quarantined: books.quarantined });
  const stands = await openStands(ground, books);
  const sales = open.keep("sales book", openSalesBook(ground, books), (it) => it.stop());
  const observation = open.keep("observation", await observing(ground, books), (it) => it.close());
  const care = open.keep("care", await openCare(ground, { books, stands, http }), (it) => it.stop());
  const cared = { report: care.report, healthOf: care.healthOf, presences: care.health.presences, raise: care.raise };
  const sold = { hasSold: (stand: StandId) => hasSales(store, stand), changed: sales.changed };
  const parts = { ...partsOf(ground, ways, books, stands), ...cared, ...sold };
  const backend = open.keep("backend", openBackend(observation.watched(parts)), (it) => it.stop());
  care.begin(backend.fleet);
  const reconciling = openReconciliation(ground, journal, store, backend.cashier, books.leads);
  const reconciliation = open.keep("reconciliation", reconciling, (it) => it.stop());
  return { ground, ways, books, stands, observation, care, backend, reconciliation };
}

/** Opens the doors, and listens to systemd. */
async function letIn(works: Works, open: Opened): Promise<void> {
  const { ground, ways, books, backend, observation, stands, care, reconciliation } = works;
  const { clock, env, log } = ground;
  const { journal, store } = books;
  const condition = conditionOf({
    clock,
    probeJournal: () => journal.probe(),
    probeStore: () => probe(store),
    isConnected: () => backend.fleet.connected,
  });
  const notice = await sdNotify(env, log);
  open.keep("watch", watching(works, condition, notice), (stop) => stop());
  const own = { accounts: ways.accounts, cashier: backend.cashier, journal, store, stands, care, reconciliation };
  const doors = await openDoors(ground, { ...own, condition, ...observation }, open);
  const first = { what: "word to systemd", stop: () => notice.stopping() };
  const last = { what: "systemd", stop: () => notice.close() };
  shutDownOnSignals({ clock, log, process, deadlineMs: STOP_MS, endings: [first, ...open.endings, last] });
  notice.ready();
  log.info("ready", readyFacts(ground, ways, doors, stands));
}

/** What goes on by itself as long as the process lives. */
function watching(
  { ground, ways, books, stands, backend }: Works,
  condition: () => Promise<Condition>,
  notice: SystemdNotice,
): Stop {
  const { journal, store, leads, company } = books;
  const keptKeys = reloadKeys(ground, ways, condition, notice);
  const merchants = ways.accounts.map(({ config }) => config.name);
  const { audit_days: keptDays } = ground.setup.config.retention;
  const stops = [
    watchOver(ground, { journal, condition, notice, keptKeys }),
    stands.keep(),
    company?.keep(() => backend.wake()),
    tellAbsent(ground, merchants, store),
    keepAudit({ ...ground, store, keptDays, leads }),
  ];
  return () => {
    for (const stop of stops) stop?.();
  };
}

async function observing(ground: Ground, books: Books): Promise<Observation> {
  const version = readVersion();
  const tracing = await openTracing(ground, version);
  return openObservation({ ground, books, version, ...(tracing && { tracing }) });
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
