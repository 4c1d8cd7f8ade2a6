import { systemChance } from "../host/chance.ts";
import { readBootId, steadyClock } from "../host/clock.ts";
import { Unfit } from "../host/daemon.ts";
import type { Log } from "../host/log.ts";
import { Opened } from "../host/opened.ts";
import { type SystemdNotice, sdNotify, watchdogMs } from "../host/sdnotify.ts";
import { shutDownOnSignals } from "../host/shutdown.ts";
import { readVersion } from "../host/version.ts";
import { within } from "../host/within.ts";
import { type OpenedJournal, openSqliteJournal } from "../journal/sqlite/open.ts";
import { newUlid } from "../protocol/ids.ts";
import type { Stop } from "../protocol/time.ts";
import { followMenu, listenToButtons } from "./buttons.ts";
import { hasCancel } from "./config-wires.ts";
import type { ControllerApi } from "./controller/controller.ts";
import { type Devices, openDevices, unfit } from "./devices.ts";
import { drainSocketOf, openDrain } from "./drain.ts";
import { identityFiles, readIdentity } from "./enrolment/identity.ts";
import { postJson } from "./enrolment/post.ts";
import { BrokerCertificate } from "./enrolment/renewal.ts";
import type { Ground } from "./ground.ts";
import { type StandFigures, sayHealth } from "./health/health.ts";
import { keepAlive, statusOf } from "./health/liveness.ts";
import { linuxMachine } from "./health/machine.ts";
import { type OpenStand, openStand } from "./open-stand.ts";
import { printKinds, releaseKinds, tellKinds } from "./order/effects.ts";
import { standShape } from "./order/shape.ts";
import type { Effect, Event, State } from "./order/words.ts";
import { partsOf } from "./parts-of.ts";
import { type OpenedCare, openCare } from "./settings/open.ts";
import type { Setup } from "./setup.ts";

type Journal = OpenedJournal<State, Event, Effect>["journal"];

/** Longer than a stand's own longest stop; systemd's TimeoutStopSec is longer still. */
export const STOP_MS = 50_000;
/** A screen that is slow or broken does not keep the stand from being ready. */
const FIRST_PAGE_MS = 5_000;
const USUAL_WATCHDOG_MS = 60_000;

/** Drives the stand from here on; a start that fails leaves nothing open. */
export const drive = (setup: Setup, env: NodeJS.ProcessEnv, log: Log): Promise<void> => {
  const boot = readBootId();
  return begin({ setup, env, clock: steadyClock(boot), boot, random: systemChance, log });
};

async function begin(ground: Ground): Promise<void> {
  const open = new Opened();
  try {
    await beginWith(ground, open);
  } catch (error) {
    await open.end();
    throw error;
  }
}

async function beginWith(ground: Ground, open: Opened): Promise<void> {
  const { setup, env, clock, log } = ground;
  const running = await openRunning(ground, open);
  open.keep("buttons", hearButtons(ground, running), (stop) => stop());
  const notice = await sdNotify(env, log);
  running.watch.stop = watchOver(ground, running, notice);
  const first = { what: "word to systemd", stop: () => notice.stopping() };
  const last = { what: "systemd", stop: () => notice.close() };
  shutDownOnSignals({ clock, log, process, deadlineMs: STOP_MS, endings: [first, ...open.endings, last] });
  await within(clock, FIRST_PAGE_MS, running.stand.firstPage(), undefined);
  notice.ready();
  log.info("ready", { stand: setup.config.stand.id, version: readVersion(), lost: running.lost });
}

/** The parts of a daemon, at work. */
type Running = {
  readonly journal: Journal;
  /** The journal before this one was lost. */
  readonly lost: boolean;
  readonly devices: Devices;
  readonly cared: OpenedCare;
  readonly stand: OpenStand;
  readonly certificate: BrokerCertificate;
  /** Begins when all else has begun, and ends after the stand: systemd hears of it while it stops. */
  readonly watch: { stop: Stop };
};

/** Nobody presses or orders any more when the last release ends. */
async function openRunning(ground: Ground, open: Opened): Promise<Running> {
  const { setup, clock, log } = ground;
  const { journal, quarantined } = openJournal(ground);
  open.keep("journal", journal, (it) => it.close());
  if (quarantined !== undefined) log.error("journal was damaged and set aside", { quarantined });
  const devices = await openDevices(setup.config, { clock, log, simulatedAddress: setup.config.simulated.address });
  open.keep("devices", devices, (it) => it.close());
  const misfit = unfit(devices);
  if (misfit !== undefined) throw new Unfit(misfit);
  const watch: Running["watch"] = open.keep("watch", { stop: () => undefined }, (it) => it.stop());
  const lost = quarantined !== undefined || (await journal.newest()) === undefined;
  const certificate = brokerCertificate(ground, () => cared.changed());
  const cared = await openCare(ground, devices, () => certificate.endsInMs());
  const { care, config } = cared;
  const stand = await openStand(partsOf(ground, { journal, devices, lost, config, care }));
  open.keep("stand", stand, (it) => it.stop());
  cared.tend(stand);
  open.keep("settings", cared, (it) => it.close());
  open.keep("certificate", certificate.keep(), (stop) => stop());
  const draining = await openDrain({ stand, socket: drainSocketOf(config), clock, log });
  open.keep("drain", draining, (it) => it.close());
  open.keep("controller", await openOrders(ground, stand, journal, devices), (it) => it?.close());
  return { journal, lost, devices, cared, stand, certificate, watch };
}

function openJournal({ setup, clock, random }: Ground): OpenedJournal<State, Event, Effect> {
  const wall = (): number => clock.wall();
  const newId = (): string => newUlid(clock.wall(), random);
  return openSqliteJournal({ file: setup.config.journal.file, shape: standShape, newId, wall });
}

const hearButtons = ({ setup: { config }, clock, log }: Ground, { stand, devices }: Running): Stop =>
  followMenu(stand, (menu) =>
    listenToButtons({
      stand,
      menu,
      ...(hasCancel(config) ? { cancel: config.buttons.cancel } : {}),
      longPressMs: config.service.long_press_ms,
      clock,
      log,
      input: (name) => devices.input(name),
    }),
  );

/** HTTP weighs 10 MB: a stand without a controller does without. */
async function openOrders(
  { setup, clock, log }: Ground,
  stand: OpenStand,
  journal: Journal,
  devices: Devices,
): Promise<ControllerApi | undefined> {
  const { config, controllerToken: token } = setup;
  if (config.controller === undefined) return undefined;
  const { socket, tcp } = config.controller;
  const { openController } = await import("./controller/controller.ts");
  return openController({
    stand,
    about: config.stand,
    journal,
    relayOf: (line) => devices.relayOf(line),
    clock,
    log,
    socket,
    ...(tcp === undefined || token === undefined ? {} : { tcp: { port: tcp.port, token } }),
  });
}

/** Renewed by the daemon where it has come by an enrolment. */
function brokerCertificate({ setup, env, clock, random, log }: Ground, changed: () => void): BrokerCertificate {
  const { config, key } = setup;
  const { enrolment, link } = config;
  const identity = enrolment && readIdentity(enrolment.folder);
  const isOurs = enrolment !== undefined && link.cert_file === identityFiles(enrolment.folder).broker;
  const renewing = isOurs && identity !== undefined && { folder: enrolment.folder, identity, key, post: postJson };
  return new BrokerCertificate({
    file: link.cert_file,
    env,
    ...(renewing && { renewing }),
    clock,
    random,
    log,
    changed,
  });
}

function figuresOf({ stand, cared: { care }, certificate }: Running): StandFigures {
  const left = certificate.endsInMs();
  return {
    boot: stand.link?.run ?? "",
    page: stand.pageName,
    ...(stand.hasScreen ? { panel: stand.screenFailure ?? "ok" } : {}),
    relays: stand.pulses,
    settings: care.using().settings.version,
    ...(left === undefined ? {} : { certificateEndsInMs: Math.max(0, Math.floor(left)) }),
  };
}

/** Tells the backend every minute, and systemd more often, how the stand is. */
function watchOver(ground: Ground, running: Running, notice: SystemdNotice): Stop {
  const { setup, env, clock, log } = ground;
  const { stand, journal, devices } = running;
  const startedAt = clock.now();
  const stopHealth = sayHealth({
    clock,
    log,
    version: readVersion(),
    startedAt,
    journal,
    kinds: [...tellKinds, ...releaseKinds, ...printKinds],
    ...(devices.printer === undefined ? {} : { printer: devices.printer }),
    machine: linuxMachine(setup.config.journal.file),
    figures: () => figuresOf(running),
    obstacles: () => stand.obstacles,
    link: () => stand.link,
  });
  const stopFeeding = keepAlive({
    clock,
    log,
    everyMs: Math.max(500, (watchdogMs(env) ?? USUAL_WATCHDOG_MS) / 3),
    askJournal: () => journal.newest(),
    link: () => stand.link,
    feed: () => {
      notice.watchdog();
      notice.status(statusOf(stand));
    },
  });
  return () => {
    stopHealth();
    stopFeeding();
  };
}
