import { HardwareFault } from "../../device/device.ts";
import { systemChance } from "../../host/chance.ts";
import { readBootId, steadyClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG } from "../../host/config.ts";
import { daemonCommand, Unfit } from "../../host/daemon.ts";
import type { Log } from "../../host/log.ts";
import { FAILED } from "../../host/program.ts";
import { type SystemdNotice, sdNotify, watchdogMs } from "../../host/sdnotify.ts";
import { shutDownOnSignals } from "../../host/shutdown.ts";
import { SocketFault } from "../../host/socket-file.ts";
import { readVersion } from "../../host/version.ts";
import { JournalFault } from "../../journal/journal.ts";
import { type OpenedJournal, openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid, type Random } from "../../protocol/ids.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { listenToButtons } from "../buttons.ts";
import type { GatewayConfig } from "../config.ts";
import { hasCancel } from "../config-wires.ts";
import type { ControllerApi } from "../controller/controller.ts";
import { type OpenStand, openStand } from "../daemon.ts";
import { type Devices, openDevices, unfit } from "../devices.ts";
import { sayHealth } from "../health.ts";
import { keepAlive, statusOf } from "../liveness.ts";
import { linuxMachine } from "../machine.ts";
import { type Effect, type Event, printKinds, releaseKinds, type State, tellKinds } from "../order.ts";
import type { StandDevices } from "../parts.ts";
import { brokerOf, inputsOf, menuOf, readSetup, rulesOf, type Setup, saysOf } from "../setup.ts";
import { standShape } from "../shape.ts";
import { within } from "../within.ts";

type Journal = OpenedJournal<State, Event, Effect>["journal"];

/** What a running stand rests on. */
type Ground = {
  readonly setup: Setup;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly boot: string;
  readonly random: Random;
  readonly log: Log;
};

/** Longer than a stand's own longest stop; systemd's TimeoutStopSec is longer still. */
export const STOP_MS = 50_000;
/** A screen that is slow or broken does not keep the stand from being ready. */
const FIRST_PAGE_MS = 5_000;
const USUAL_WATCHDOG_MS = 60_000;

/** Drives the stand until SIGTERM. */
export const run = daemonCommand<Setup>({
  name: "gateway",
  read: readSetup,
  levelOf: ({ config }) => config.log_level,
  begin: (setup, env, log) => {
    const boot = readBootId();
    return begin({ setup, env, clock: steadyClock(boot), boot, random: systemChance, log });
  },
  codeOf: (error) => {
    if (error instanceof JournalFault && error.code === "newer") return EXIT_BAD_CONFIG;
    const isExpected = [HardwareFault, JournalFault, SocketFault].some((kind) => error instanceof kind);
    return isExpected ? FAILED : undefined;
  },
});

/** What is to be closed again when the start fails, the first opened last. */
type Taken = (() => Promise<unknown>)[];

async function begin(ground: Ground): Promise<void> {
  const taken: Taken = [];
  try {
    await beginWith(ground, taken);
  } catch (error) {
    for (const giveBack of taken.reverse()) await giveBack();
    throw error;
  }
}

async function beginWith(ground: Ground, taken: Taken): Promise<void> {
  const { setup, env, clock, log } = ground;
  const { journal, quarantined } = openJournal(ground);
  taken.push(() => journal.close());
  if (quarantined !== undefined) log.error("journal was damaged and set aside", { quarantined });
  const devices = await openDevices(setup.config, {
    clock,
    log,
    simulatedAddress: setup.config.simulated.address,
  });
  taken.push(() => devices.close());
  const misfit = unfit(devices);
  if (misfit !== undefined) throw new Unfit(misfit);
  const lost = quarantined !== undefined || (await journal.newest()) === undefined;
  const stand = await openStand(partsOf(ground, journal, devices, lost));
  taken.push(() => stand.stop());
  const controller = await openOrders(ground, stand, journal, devices);
  const stopButtons = listenToButtons({
    stand,
    menu: menuOf(setup.config),
    ...(hasCancel(setup.config) ? { cancel: setup.config.buttons.cancel } : {}),
    longPressMs: setup.config.service.long_press_ms,
    clock,
    log,
    input: (name) => devices.input(name),
  });
  const notice = await sdNotify(env, log);
  const stopWatching = watchOver(ground, stand, journal, devices, notice);
  shutDownOnSignals({
    clock,
    log,
    process,
    deadlineMs: STOP_MS,
    endings: [
      { what: "word to systemd", stop: () => notice.stopping() },
      { what: "buttons", stop: stopButtons },
      { what: "controller", stop: () => controller?.close() },
      { what: "stand", stop: () => stand.stop() },
      { what: "watch", stop: stopWatching },
      { what: "devices", stop: () => devices.close() },
      { what: "journal", stop: () => journal.close() },
      { what: "systemd", stop: () => notice.close() },
    ],
  });
  await within(clock, FIRST_PAGE_MS, stand.firstPage(), undefined);
  notice.ready();
  log.info("ready", { stand: setup.config.stand.id, version: readVersion(), lost });
}

function openJournal({ setup, clock, random }: Ground): OpenedJournal<State, Event, Effect> {
  const wall = (): number => clock.wall();
  const newId = (): string => newUlid(clock.wall(), random);
  return openSqliteJournal({ file: setup.config.journal.file, shape: standShape, newId, wall });
}

function partsOf(ground: Ground, journal: Journal, devices: Devices, lost: boolean): Parameters<typeof openStand>[0] {
  const { setup, clock, boot, random, log } = ground;
  const { config, key, backendKeys } = setup;
  return {
    id: config.stand.id,
    name: config.stand.name,
    zone: config.stand.zone,
    isTest: config.test_mode,
    rules: rulesOf(config),
    menu: menuOf(config),
    journal,
    lost,
    keepDays: config.journal.keep_days,
    says: saysOf(config),
    hasCancel: hasCancel(config),
    devices: {
      ...devices,
      sensorOf: sensorsOf(config, devices),
      interlocks: (config.interlocks ?? []).map(({ input, means }) => ({
        name: input,
        means,
        input: devices.input(input),
      })),
      signals: signalsOf(config, devices),
    },
    service: {
      pageMs: config.service.page_seconds * 1_000,
      version: readVersion(),
      broker: new URL(config.link.url).host,
      machine: linuxMachine(config.journal.file),
      inputs: inputsOf(config).map((name) => ({ name, input: devices.input(name) })),
    },
    openTransport: openMqtt({ ...brokerOf(setup), clock, random, log }),
    key,
    backendKeys,
    clock,
    boot,
    random,
    log,
    freeDiskBytes: linuxMachine(config.journal.file).freeDiskBytes,
  };
}

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
  const { openController } = await import("../controller/controller.ts");
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

function sensorsOf({ products }: GatewayConfig, devices: Devices) {
  return (line: string) => {
    const product = products.find((each) => each.line === line);
    if (product?.sensor === undefined) return undefined;
    return { input: devices.input(product.sensor), windowMs: product.sensor_window_ms };
  };
}

function signalsOf({ signals }: GatewayConfig, devices: Devices): NonNullable<StandDevices["signals"]> {
  const { lamp, buzzer, lamp_out_of_service: outOfService } = signals;
  return {
    ...(lamp === undefined ? {} : { lamp: devices.output(lamp) }),
    ...(buzzer === undefined ? {} : { buzzer: devices.output(buzzer) }),
    outOfService,
  };
}

/** Tells the backend every minute, and systemd more often, how the stand is. */
function watchOver(ground: Ground, stand: OpenStand, journal: Journal, devices: Devices, notice: SystemdNotice): Stop {
  const { setup, env, clock, log } = ground;
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
