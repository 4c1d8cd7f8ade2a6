import type { Log } from "../../host/log.ts";
import { rest } from "../world/timeline.ts";
import { World } from "../world/world.ts";
import { brew, workOff } from "./chaos.ts";
import { accountsOf, Watch } from "./watch.ts";

export type Report = {
  readonly seed: number;
  readonly wrongs: readonly string[];
  readonly orders: number;
  readonly paid: number;
  readonly pulses: number;
  readonly steps: number;
};

const STANDS = 3;
const MINUTE_MS = 60_000;
/** The provider repeats a notification for close to six hours; a world that is not at rest by then never will be. */
const LONGEST_MS = 8 * 60 * MINUTE_MS;

/** One seed's whole story. The same seed gives the same story. */
export async function simulate(seed: number, log?: Log): Promise<Report> {
  const world = new World({ seed, stands: STANDS, ...(log === undefined ? {} : { log }) });
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
  while (watch.wrongs.length === 0 && world.timeline.ms < LONGEST_MS && !(await isAtRest(world))) {
    await workOff(world, watch.allowed);
    await world.timeline.run(world.timeline.ms + MINUTE_MS, checked, () => watch.wrongs.length > 0);
    await rest();
  }
  const accounts = watch.wrongs.length > 0 ? [] : await accountsOf(world);
  const { orders, paid, pulses, steps } = await watch.tally();
  return { seed, wrongs: [...watch.wrongs, ...accounts], orders, paid, pulses, steps };
}

const LAST_WORD = ["delivered", "remedied", "voided", "refused", "forestalled"];

/** Every order has had its last word on both sides, and nobody waits for anything. */
async function isAtRest(world: World): Promise<boolean> {
  if (!world.backend.isAlive || world.stands.some((stand) => !stand.isAlive)) return false;
  if (world.backend.untaken.size > 0) return false;
  const ledger = await world.backend.states();
  if (ledger.some((state) => !LAST_WORD.includes(state.at))) return false;
  const orders = (await Promise.all(world.stands.map((stand) => stand.states()))).flat();
  if (orders.some((state) => state.at !== "delivered" && state.at !== "closed")) return false;
  const owed = await Promise.all([world.backend.owed(), ...world.stands.map((stand) => stand.owed())]);
  return owed.every((count) => count === 0);
}
