import { rest } from "../world/timeline.ts";
import { World, type WorldOptions } from "../world/world.ts";
import { accountsOf } from "./accounts.ts";
import { brew } from "./chaos.ts";
import { workOff } from "./staff.ts";
import { Watch } from "./watch.ts";

export type Report = {
  readonly seed: number;
  readonly wrongs: readonly string[];
  readonly orders: number;
  readonly paid: number;
  readonly refunded: number;
  readonly pulses: number;
  readonly steps: number;
};

const STANDS = 3;
const MINUTE_MS = 60_000;
/** The provider repeats a notification for close to six hours; a world that is not at rest by then never will be. */
const LONGEST_MS = 8 * 60 * MINUTE_MS;
/** A refund is followed up for close to two weeks. */
const LONGEST_HOLIDAY_MS = 20 * 24 * 60 * MINUTE_MS;

export type SimulateOptions = Pick<WorldOptions, "banks" | "log">;

/** Which merchant's account is over which of Midtrans' APIs: in turn. */
export const midtransFor = (seed: number): NonNullable<WorldOptions["banks"]> =>
  seed % 2 === 0 ? ["core", "snap"] : ["snap", "core"];

/** One seed's whole story. The same seed gives the same story. */
export async function simulate(seed: number, { log, banks }: SimulateOptions = {}): Promise<Report> {
  const world = new World({
    seed,
    stands: STANDS,
    ...(log === undefined ? {} : { log }),
    ...(banks === undefined ? {} : { banks }),
  });
  try {
    return await live(world, seed);
  } finally {
    await world.close();
  }
}

async function live(world: World, seed: number): Promise<Report> {
  const watch = new Watch(world);
  const checked = (): void => watch.look();
  await world.open();
  const storm = brew(world);
  await world.timeline.run(storm.endsAtMs + MINUTE_MS, checked, () => watch.wrongs.length > 0);
  let untilMs = LONGEST_MS;
  while (watch.wrongs.length === 0 && world.timeline.ms < untilMs && !(await isAtRest(world))) {
    await workOff(world);
    await world.timeline.run(world.timeline.ms + MINUTE_MS, checked, () => watch.wrongs.length > 0);
    await rest();
    if (!(await areOnlyBanksAwaited(world))) continue;
    const awayMs = await holiday(world, checked);
    if (awayMs < LONGEST_HOLIDAY_MS) untilMs += awayMs;
  }
  const accounts = watch.wrongs.length > 0 ? [] : await accountsOf(world);
  return { seed, wrongs: [...watch.wrongs, ...accounts], ...(await watch.tally()) };
}

/** Nothing is open but refunds: tried again when a bank opens, or in the books until it confirms, or never. */
async function areOnlyBanksAwaited(world: World): Promise<boolean> {
  if (!world.backend.isAlive || world.banks.isTelling) return false;
  const open = (await world.backend.states()).filter(({ at }) => !LAST_WORD.includes(at));
  return open.length > 0 && open.every(({ at }) => at === "refunding");
}

/** The stands are switched off until the next refund is over, or is given up because nobody confirms it; how long that took. */
async function holiday(world: World, checked: () => void): Promise<number> {
  const { timeline, stories, stands } = world;
  const beganMs = timeline.ms;
  const before = stories.refunding.size;
  for (const stand of stands) await stand.cut();
  await timeline.run(beganMs + LONGEST_HOLIDAY_MS, checked, () => stories.refunding.size < before);
  for (const stand of stands) stand.start();
  return timeline.ms - beganMs;
}

const LAST_WORD = ["delivered", "remedied", "voided", "refused", "forestalled"];

/** Every order has had its last word on both sides, and nobody waits for anything. */
async function isAtRest(world: World): Promise<boolean> {
  if (!world.backend.isAlive || world.stands.some((stand) => !stand.isAlive || stand.isOffline)) return false;
  if (world.banks.isTelling) return false;
  const ledger = await world.backend.states();
  if (ledger.some((state) => !LAST_WORD.includes(state.at))) return false;
  const orders = (await Promise.all(world.stands.map((stand) => stand.states()))).flat();
  if (orders.some((state) => state.at !== "delivered" && state.at !== "closed")) return false;
  const owed = await Promise.all([world.backend.owed(), ...world.stands.map((stand) => stand.owed())]);
  if (owed.some((count) => count > 0)) return false;
  // What is still to be looked at may find something that can be paid, or was; a refund that is over is only followed up.
  return (await world.backend.looksOwed()) === 0;
}
