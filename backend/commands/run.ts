import { systemChance } from "../../host/chance.ts";
import { utcClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG } from "../../host/config.ts";
import { every } from "../../host/every.ts";
import { type Server, serve } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import { pinoLog } from "../../host/pino.ts";
import { type Command, FAILED } from "../../host/program.ts";
import { type SystemdNotice, sdNotify, watchdogMs } from "../../host/sdnotify.ts";
import { shutDownOnSignals } from "../../host/shutdown.ts";
import { JournalFault } from "../../journal/journal.ts";
import { type OpenedJournal, openSqliteJournal } from "../../journal/sqlite.ts";
import { sweepAll } from "../../journal/sweep.ts";
import { newUlid, type Random } from "../../protocol/ids.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import type { OpenTransport } from "../../wire/transport.ts";
import { type Backend, openBackend } from "../backend.ts";
import type { LedgerJournal } from "../cashier.ts";
import { type Condition, conditionOf, conditionRoutes } from "../condition.ts";
import { ledgerShape } from "../ledger/shape.ts";
import type { Effect, Event, State } from "../ledger/words.ts";
import { ONLY_MERCHANT, onlyMerchant } from "../merchants.ts";
import { operatorRoutes } from "../operator.ts";
import { notificationPathOf, providerOf } from "../provider-of.ts";
import { type Http, openHttp } from "../providers/http.ts";
import type { PaymentProvider } from "../providers/provider.ts";
import { readSetup, type Setup, termsOf } from "../setup.ts";
import { webhookRoute } from "../webhooks.ts";

/** What a running backend rests on. */
type Ground = {
  readonly setup: Setup;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** The ways out of this process, none of them used yet. */
type Ways = { readonly provider: PaymentProvider; readonly openTransport: OpenTransport; readonly http: Http };

/** Longer than calls under way may take to end; systemd's TimeoutStopSec is longer still. */
const STOP_MS = 20_000;
const DAY_MS = 24 * 3_600_000;
const FIRST_SWEEP_MS = 10 * 60_000;
const USUAL_WATCHDOG_MS = 60_000;

/** Serves the stands until SIGTERM. */
export const run: Command = async ({ config, env, say }) => {
  const read = readSetup(config, env);
  if (read.is === "bad") {
    say(read.explained);
    return EXIT_BAD_CONFIG;
  }
  const { setup } = read;
  const random: Random = systemChance;
  const log = pinoLog({ level: setup.config.log.level, name: "backend" });
  const ground: Ground = { setup, env, clock: utcClock(), random, log };
  const ways = waysOf(ground);
  if ("unusable" in ways) {
    say(`${config} is not usable:\n  ${ways.unusable}`);
    return EXIT_BAD_CONFIG;
  }
  try {
    return await begin(ground, ways);
  } catch (error) {
    await ways.http.close();
    if (!(error instanceof JournalFault || isTaken(error))) throw error;
    log.error("not started", { error });
    say(error.message);
    return error instanceof JournalFault && error.code === "newer" ? EXIT_BAD_CONFIG : FAILED;
  }
};

/** The port, or the address, is not to be had. */
const isTaken = (error: unknown): error is Error =>
  error instanceof Error && "code" in error && /^(EADDR|EACCES)/.test(String(error.code));

/** What can never work shows before anything is opened. */
function waysOf(ground: Ground): Ways | { readonly unusable: string } {
  const { setup, clock, random, log } = ground;
  const http = openHttp({ clock });
  try {
    return {
      http,
      provider: providerOf(setup, { http, clock, random, log }),
      openTransport: openMqtt({ ...brokerOf(setup), clock, random, log }),
    };
  } catch (error) {
    if (error instanceof RangeError) return { unusable: `midtrans: ${error.message}` };
    if (error instanceof TypeError) return { unusable: `link: ${error.message}` };
    throw error;
  }
}

function brokerOf({ config: { link }, brokerPassword, brokerCa }: Setup) {
  return {
    url: link.url,
    ...(link.username === undefined ? {} : { username: link.username }),
    ...(brokerPassword === undefined ? {} : { password: brokerPassword.reveal() }),
    ...(brokerCa === undefined ? {} : { tls: { ca: brokerCa } }),
  };
}

async function begin(ground: Ground, ways: Ways): Promise<number> {
  const { env, clock, log } = ground;
  const { journal, quarantined } = openJournal(ground);
  if (quarantined !== undefined) log.error("journal was damaged and set aside", { quarantined });
  const backend = openBackend(partsOf(ground, ways, journal));
  const condition = conditionOf({
    clock,
    probeJournal: () => journal.probe(),
    isConnected: () => backend.fleet.connected,
  });
  const { server, desk } = await serveOrClose(ground, ways, backend, journal, condition);
  const notice = await sdNotify(env, log);
  const stopWatching = watchOver(ground, journal, condition, notice);
  shutDownOnSignals({
    clock,
    log,
    process,
    deadlineMs: STOP_MS,
    endings: [
      { what: "word to systemd", stop: () => notice.stopping() },
      { what: "http", stop: () => server.close() },
      { what: "operator", stop: () => desk?.close() ?? Promise.resolve() },
      { what: "watch", stop: stopWatching },
      { what: "backend", stop: () => backend.stop() },
      { what: "calls", stop: () => ways.http.close() },
      { what: "journal", stop: () => journal.close() },
      { what: "systemd", stop: () => notice.close() },
    ],
  });
  notice.ready();
  log.info("ready", readyFacts(ground, ways, server, desk));
  return 0;
}

function openJournal({ setup, clock, random }: Ground): OpenedJournal<State, Event, Effect> {
  const wall = (): number => clock.wall();
  const newId = (): string => newUlid(clock.wall(), random);
  return openSqliteJournal({ file: setup.config.journal.file, shape: ledgerShape, newId, wall });
}

function partsOf({ setup, clock, random, log }: Ground, ways: Ways, journal: LedgerJournal) {
  const { config, key, standKeys } = setup;
  const { client_id, shared_group } = config.link;
  return {
    clientId: client_id,
    journal,
    merchants: onlyMerchant(ways.provider),
    key,
    standKeys,
    openTransport: ways.openTransport,
    ...(shared_group === undefined ? {} : { group: shared_group }),
    clock,
    random,
    log,
    termsFor: termsOf(config),
    onFault: (fault: unknown) => log.error("journal failed", { fault }),
  };
}

type Served = { readonly server: Server; readonly desk: Server | undefined };

async function serveOrClose(
  ground: Ground,
  { provider }: Ways,
  backend: Backend,
  journal: LedgerJournal,
  condition: () => Promise<Condition>,
): Promise<Served> {
  const { setup, clock, log } = ground;
  const { host, port } = setup.config.http;
  const path = notificationPathOf(setup.config);
  const { cashier } = backend;
  const routes = [
    webhookRoute({ merchant: ONLY_MERCHANT, provider, cashier, log, path }),
    ...conditionRoutes(condition),
  ];
  let server: Server | undefined;
  try {
    server = await serve({ routes, host, port, clock, log });
    return { server, desk: await serveOperator(ground, cashier, journal) };
  } catch (error) {
    await server?.close();
    await backend.stop();
    await journal.close();
    throw error;
  }
}

/** Its own address, because the other one is open to the world. */
async function serveOperator(
  ground: Ground,
  cashier: Backend["cashier"],
  journal: LedgerJournal,
): Promise<Server | undefined> {
  const { setup, clock, random, log } = ground;
  const { operator } = setup.config;
  const token = setup.operatorToken;
  if (operator === undefined || token === undefined) return undefined;
  const routes = operatorRoutes({ cashier, journal, token, clock, random, log });
  return serve({ routes, host: operator.host, port: operator.port, clock, log });
}

/** Deletes what is old, and tells systemd how it goes: a backend that cannot write any more is started anew. */
function watchOver(
  { setup, env, clock, log }: Ground,
  journal: LedgerJournal,
  condition: () => Promise<Condition>,
  notice: SystemdNotice,
): Stop {
  const keepMs = setup.config.journal.keep_days * DAY_MS;
  const stopSweeping = every(clock, log, {
    firstMs: FIRST_SWEEP_MS,
    everyMs: DAY_MS,
    what: "sweep failed",
    run: async () => {
      const orders = await sweepAll(journal, clock.wall() - keepMs);
      if (orders > 0) log.info("swept", { orders });
    },
  });
  const stopFeeding = every(clock, log, {
    firstMs: 0,
    everyMs: (watchdogMs(env) ?? USUAL_WATCHDOG_MS) / 3,
    what: "condition not known",
    run: async () => {
      const { journal: disk, broker } = await condition();
      if (disk === "ok") notice.watchdog();
      notice.status(`journal ${disk}, broker ${broker}`);
    },
  });
  return () => {
    stopSweeping();
    stopFeeding();
  };
}

function readyFacts({ setup }: Ground, { provider }: Ways, server: Server, desk: Server | undefined) {
  const { link, midtrans, stands } = setup.config;
  return {
    http: server.url,
    webhook: server.url + notificationPathOf(setup.config),
    ...(desk === undefined ? {} : { operator: desk.url }),
    broker: link.url,
    provider: provider.name,
    test: provider.isTest,
    midtrans: midtrans.base_url,
    stands: stands.length,
  };
}
