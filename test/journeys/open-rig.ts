import { afterEach, vi } from "vitest";
import type { Policies, Terms } from "../../backend/ledger/words.ts";
import type { MerchantId } from "../../backend/providers/provider.ts";
import { utcClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import { keySetOf } from "../../protocol/keys.ts";
import { startBroker } from "../../sandbox/broker.ts";
import type { StartOptions } from "../../sandbox/midtrans/start.ts";
import { type SandboxWithPhone, startSandbox } from "../../sandbox/phone/start.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { SNAP_KEYS } from "../support/snap-keys.ts";
import { refunding } from "../support/terms.ts";
import { Place } from "../world/house.ts";
import { seeded } from "../world/seeded.ts";
import { BackendRig } from "./backend-rig.ts";
import { Diary } from "./diary.ts";
import { type AccountOptions, MerchantRig } from "./merchant-rig.ts";
import { Rig } from "./rig.ts";
import type { RigBroker } from "./rig-broker.ts";
import { SkippingClock, untilInJakarta } from "./skipping-clock.ts";
import type { StandOptions } from "./stand-options.ts";
import { StandRig } from "./stand-rig.ts";

/** `provider` and `acquirer` are the first merchant's, `main`. */
export type RigOptions = AccountOptions & {
  readonly stands?: readonly StandOptions[];
  /** A second merchant, `kedai`, for the stands that name it. */
  readonly second?: AccountOptions;
  readonly terms?: Partial<Terms>;
  /** What happens by itself; what is not said waits for a person. */
  readonly policies?: Partial<Policies>;
  /** When it begins, in Jakarta: `23:57`. Now when absent. */
  readonly at?: string;
  /** How many times shorter Midtrans' own times are: its code lasts 15 minutes, its first repeat comes after about 2. */
  readonly speed?: number;
  /** Every order has a page for its customer. */
  readonly pages?: boolean;
  /** How long the backend waits for Midtrans. */
  readonly timeoutMs?: number;
  /** Mosquitto when absent. */
  readonly broker?: "mosquitto" | "embedded" | RigBroker;
};

/** A whole sale on a busy machine. */
vi.setConfig({ testTimeout: 90_000 });

const SERVER_KEY = "SB-Mid-server-journeys-0001";
const SPEED = 40;
/** A refund is confirmed only where a journey lets time pass: divided by the speed this is a minute and a half. */
const BANKS_MS = 3_600_000;
const FIRST_STAND = "stand-1";
/** Beside the first merchant's. */
const SECOND = {
  merchantId: "G000000002",
  serverKey: "SB-Mid-server-journeys-0002",
  snapKeys: { ...SNAP_KEYS, clientId: "kedai-client", partnerId: "KEDAI" },
};

/** The broker of the demo; it goes with its process, so that it is never restarted. */
async function startEmbedded(): Promise<RigBroker> {
  const { port, close } = await startBroker({ port: 0, log: silentLog });
  const refuse = (): Promise<never> => Promise.reject(new Error("the embedded broker is not restarted"));
  return { port, close, kill: refuse, restart: refuse };
}

async function brokerOf({ broker = "mosquitto" }: RigOptions): Promise<RigBroker> {
  if (broker === "mosquitto") return startMosquitto();
  return broker === "embedded" ? startEmbedded() : broker;
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
  const { stands: wanted = [{}], terms = {}, policies = {}, timeoutMs = 15_000, pages = false } = options;
  const place = new Place();
  const diary = new Diary();
  const random = seeded(7);
  const clock = clockFrom(options);
  const broker = await brokerOf(options);
  const midtrans = await startThere(options, { clock, random, log: diary.logOf("midtrans") });
  const common = { place, broker, random };
  const backend = new BackendRig({
    ...common,
    midtransPort: midtrans.port,
    merchants: merchantsAt(midtrans, options),
    sellers: new Map(wanted.map(({ id = FIRST_STAND, merchant = "main" }) => [id as StandId, merchant as MerchantId])),
    standKeys: () => keySetOf(stands.map(({ id, publicJwk }) => ({ owner: id, jwk: publicJwk }))),
    clock,
    log: diary.logOf("backend"),
    terms: { ...terms, policies: { ...refunding.policies, ...policies } },
    timeoutMs,
    pages,
  });
  const stands = wanted.map(
    (stand) => new StandRig({ ...common, backendKeys: backend.keys, log: diary.logOf(stand.id ?? FIRST_STAND) }, stand),
  );
  await backend.start();
  await Promise.all(stands.map((stand) => stand.start()));
  const rig = new Rig({ broker, midtrans, backend, stands, diary, clock }, place);
  if (finished === undefined) opened.push(rig);
  else finished(() => rig.close());
  await rig.ready();
  return rig;
}

function clockFrom({ at }: RigOptions): SkippingClock {
  const clock = new SkippingClock(utcClock());
  if (at !== undefined) clock.skip(untilInJakarta(at, clock.wall()));
  return clock;
}

async function startThere(
  { speed = SPEED, second }: RigOptions,
  ground: Pick<StartOptions, "clock" | "random" | "log">,
) {
  const midtrans = await startSandbox({
    ...ground,
    port: 0,
    serverKey: SERVER_KEY,
    snapKeys: { ...SNAP_KEYS },
    others: second === undefined ? [] : [SECOND],
    speed,
  });
  for (const { dashboard } of midtrans.accounts.all) dashboard.set({ confirm_on_us_ms: BANKS_MS });
  return midtrans;
}

function merchantsAt({ accounts }: SandboxWithPhone, options: RigOptions): readonly MerchantRig[] {
  return accounts.all.map((account, nth) =>
    nth === 0 ? new MerchantRig("main", account, options) : new MerchantRig("kedai", account, options.second ?? {}),
  );
}
