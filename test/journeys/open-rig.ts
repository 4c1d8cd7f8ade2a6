import { afterEach, vi } from "vitest";
import type { Terms } from "../../backend/ledger/words.ts";
import { utcClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { keySetOf } from "../../protocol/keys.ts";
import { startBroker } from "../../sandbox/broker.ts";
import { startSandbox } from "../../sandbox/phone/start.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { SNAP_KEYS } from "../support/snap-keys.ts";
import { Place } from "../world/house.ts";
import { seeded } from "../world/seeded.ts";
import { BackendRig } from "./backend-rig.ts";
import { Diary } from "./diary.ts";
import { Rig, type RigBroker } from "./rig.ts";
import type { StandOptions } from "./stand-options.ts";
import { StandRig } from "./stand-rig.ts";

export type RigOptions = {
  readonly stands?: readonly StandOptions[];
  readonly terms?: Partial<Terms>;
  /** How many times shorter Midtrans' own times are: its code lasts 15 minutes, its first repeat comes after about 2. */
  readonly speed?: number;
  /** Every order has a page for its customer. */
  readonly pages?: boolean;
  /** How long the backend waits for Midtrans. */
  readonly timeoutMs?: number;
  /** Mosquitto when absent. */
  readonly broker?: "mosquitto" | "embedded";
};

/** A whole sale on a busy machine. */
vi.setConfig({ testTimeout: 90_000 });

const SERVER_KEY = "SB-Mid-server-journeys-0001";
const SPEED = 40;

/** The broker of the demo; it goes with its process, so that it is never restarted. */
async function startEmbedded(): Promise<RigBroker> {
  const { port, close } = await startBroker({ port: 0, log: silentLog });
  const refuse = (): Promise<never> => Promise.reject(new Error("the embedded broker is not restarted"));
  return { port, close, kill: refuse, restart: refuse };
}

/** Says what to do when a test has ended. */
type Finished = (close: () => Promise<void>) => void;

const opened: Rig[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((rig) => rig.close()));
});

/**
 * Opens a rig and waits until everybody is ready; it is closed after the test. `finished`: the `onTestFinished` of a test
 * that runs beside others.
 */
export async function openRig(options: RigOptions = {}, finished?: Finished): Promise<Rig> {
  const { stands: wanted = [{}], terms = {}, speed = SPEED, timeoutMs = 15_000, pages = false } = options;
  const place = new Place();
  const diary = new Diary();
  const random = seeded(7);
  const broker = options.broker === "embedded" ? await startEmbedded() : await startMosquitto();
  const log = diary.logOf("midtrans");
  const midtrans = await startSandbox({
    port: 0,
    clock: utcClock(),
    random,
    log,
    serverKey: SERVER_KEY,
    snapKeys: SNAP_KEYS,
    speed,
  });
  const common = { place, brokerPort: broker.port, random };
  const backend = new BackendRig({
    ...common,
    midtransPort: midtrans.port,
    serverKey: SERVER_KEY,
    standKeys: () => keySetOf(stands.map(({ id, publicJwk }) => ({ owner: id, jwk: publicJwk }))),
    log: diary.logOf("backend"),
    terms,
    timeoutMs,
    pages,
  });
  const stands = wanted.map(
    (stand) => new StandRig({ ...common, backendKeys: backend.keys, log: diary.logOf(stand.id ?? "stand-1") }, stand),
  );
  await backend.start();
  await Promise.all(stands.map((stand) => stand.start()));
  const rig = new Rig({ broker, midtrans, backend, stands, diary }, place);
  if (finished === undefined) opened.push(rig);
  else finished(() => rig.close());
  await rig.ready();
  return rig;
}
