import { pause } from "../support/until.ts";
import { seeded } from "../world/seeded.ts";
import { type Account, accountOf } from "./fates.ts";
import { type Trouble, Troublemaker, type TroublePlaces } from "./faults.ts";
import { type Fleet, type FleetParts, openFleet } from "./fleet.ts";
import type { OrderTruth, Queues } from "./truth.ts";
import { judge, type Tally, tallyOf } from "./verdict.ts";

export type RunParts = FleetParts & {
  /** How long it sells, troubles and all. */
  readonly sellMs: number;
  /** These come first, in this order; then any, until the time is over, or any of `only`. */
  readonly firstTroubles: readonly Trouble[];
  readonly only?: readonly Trouble[];
  /** Between the end of a trouble and the next, on average; without it there are none. */
  readonly troubleEveryMs: number | undefined;
  /** How long it goes on selling when everything is mended. */
  readonly afterMs: number;
  /** How long it may take to come to rest when everything is mended. */
  readonly restWithinMs: number;
};

type Time = "amid troubles" | "after them";

export type RunReport = {
  readonly tally: Tally;
  /** What became of the presses while there was trouble, and of those after it. */
  readonly accounts: Readonly<Record<Time, Account>>;
  /** How long those who play a part here let things wait while everybody sold. */
  readonly stoodStill: Awaited<ReturnType<Fleet["stoodStill"]>>;
  readonly troubles: ReadonlyMap<Trouble, number>;
  /** How often a backend was killed. */
  readonly deaths: number;
  readonly restMs: number;
  readonly wrongs: readonly string[];
  readonly truth: readonly OrderTruth[];
  /** Where the logs lie when something is wrong. */
  readonly folder: string | undefined;
};

/** Sells amid troubles, lets the fleet come to rest, and judges what became of every order. `opened` may have to close it early. */
export async function runFleet(parts: RunParts, opened?: (fleet: Fleet) => void): Promise<RunReport> {
  const fleet = await openFleet(parts);
  opened?.(fleet);
  let isGood = false;
  try {
    const report = await sellAndJudge(fleet, parts);
    isGood = report.wrongs.length === 0;
    return { ...report, folder: isGood ? undefined : fleet.folder };
  } finally {
    await fleet.close(isGood ? undefined : "keep");
  }
}

async function sellAndJudge(fleet: Fleet, parts: RunParts): Promise<Omit<RunReport, "folder">> {
  const maker = new Troublemaker(placesOf(fleet, parts), seeded(parts.seed));
  await fleet.open();
  await fleet.stoodStill();
  await troubles(maker, parts);
  fleet.network.mend();
  await Promise.all(fleet.backends.map((backend) => backend.start()));
  const mendedMs = Date.now();
  parts.tell("everything is mended");
  await pause(parts.afterMs);
  const stoodStill = await fleet.stoodStill();
  await fleet.shut();
  parts.tell("no customer comes any more");
  const { queues, restMs } = await rest(fleet, parts);
  const { orders: truth, turnedAway } = await fleet.truth();
  return {
    tally: tallyOf(truth),
    accounts: {
      "amid troubles": accountOf(truth, turnedAway, (pressedMs) => pressedMs < mendedMs),
      "after them": accountOf(truth, turnedAway, (pressedMs) => pressedMs >= mendedMs),
    },
    stoodStill,
    troubles: maker.counts,
    deaths: fleet.backends.reduce((sum, { deaths }) => sum + deaths, 0),
    restMs,
    truth,
    wrongs: judge(truth, queues),
  };
}

function placesOf({ backends, network, broker, database }: Fleet, { tell }: RunParts): TroublePlaces {
  return {
    backends,
    network,
    restartBroker: (signal) => broker.restart(signal),
    restartDatabase: () => database.restart(),
    ...(database.fill === undefined ? {} : { fillDisk: database.fill }),
    pause,
    tell,
  };
}

async function troubles(maker: Troublemaker, parts: RunParts): Promise<void> {
  const { troubleEveryMs } = parts;
  if (troubleEveryMs === undefined) return pause(parts.sellMs);
  const random = seeded(parts.seed + 1);
  const end = Date.now() + parts.sellMs;
  const first = parts.firstTroubles.filter((trouble) => maker.possible.includes(trouble));
  for (let nth = 0; ; nth += 1) {
    await pause(Math.min(-Math.log(1 - random()), 3) * troubleEveryMs);
    const next = first[nth];
    if (next === undefined && Date.now() > end) return;
    await (next === undefined ? maker.any(parts.only) : maker.make(next));
  }
}

const LOOK_MS = 500;
const TELL_MS = 5_000;
/** Then what the provider would repeat in minutes or hours is repeated at once. */
const REPEAT_AFTER_MS = 3_000;

/** Until nothing is in any queue, twice in a row: what has just left one may be on its way into the next. */
async function rest(fleet: Fleet, { restWithinMs, tell }: RunParts): Promise<{ queues: Queues; restMs: number }> {
  const begun = Date.now();
  let [calm, isRepeated, told] = [0, false, 0];
  for (;;) {
    const [queues, { busy }] = [await fleet.queues(), await fleet.report()];
    const restMs = Date.now() - begun;
    calm = Object.values(queues).every((count) => count === 0) && busy === 0 ? calm + 1 : 0;
    if (restMs > REPEAT_AFTER_MS && !isRepeated) {
      isRepeated = true;
      tell(`${await fleet.provider.repeatNow()} notifications are repeated now`);
      calm = 0;
    }
    if (calm >= 2 && isRepeated) return { queues, restMs };
    if (restMs > restWithinMs) return { queues, restMs };
    if (restMs > told + TELL_MS) {
      told = restMs;
      tell(`left to do: ${JSON.stringify({ ...queues, busy })}`);
    }
    await pause(LOOK_MS);
  }
}
