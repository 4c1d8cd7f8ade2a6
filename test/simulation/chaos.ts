import type { ReleaseId } from "../../protocol/ids.ts";
import { calm } from "../world/bank.ts";
import { fair } from "../world/network.ts";
import type { StandProcess } from "../world/stand-process.ts";
import type { World } from "../world/world.ts";

/** Everything that can go wrong, at random moments. Ends by itself; afterwards all is well again and everybody is alive. */

const STORM_MS = 3 * 60_000;
const MOST_RESTART_MS = 15_000;
const DAY_MS = 86_400_000;

export type Storm = { readonly endsAtMs: number };

export function brew(world: World): Storm {
  const { random, timeline } = world;
  const upTo = (most: number): number => random() * most;
  world.network.weather = { delayMs: [1, 1 + upTo(1_500)], lose: upTo(0.06), repeat: upTo(0.15), alter: upTo(0.02) };
  world.bank.mood = {
    delayMs: [10, 50 + upTo(4_000)],
    loseAnswer: upTo(0.15),
    loseRequest: upTo(0.1),
    deny: upTo(0.1),
    loseNotification: upTo(0.5),
    repeatNotification: upTo(0.3),
    spoilQr: random() < 0.2 ? 0.1 : 0,
  };
  for (const stand of world.stands) {
    stand.settings.relayFails = random() < 0.3 ? upTo(0.3) : 0;
    often(world, 9_000, () => stand.press());
    often(world, 45_000, () => stand.cancel());
    often(world, 1_500, () => look(world, stand));
    often(world, 60_000, () => pullCord(world, stand));
    often(world, 90_000, () => stand.jumpWall((random() - 0.5) * 400 * DAY_MS));
    often(world, 40_000, () => world.network.cutOff(`stand-${stand.id}`));
  }
  often(world, 75_000, () => killBackend(world));
  often(world, 120_000, () => stopBroker(world));
  often(world, 100_000, () => lateMoney(world));
  timeline.at(STORM_MS, () => clear(world));
  return { endsAtMs: STORM_MS };
}

/** Again and again until the storm is over, at random distances of `everyMs` on average. */
function often(world: World, everyMs: number, act: () => void): void {
  const next = (): void => {
    world.timeline.after(-Math.log(1 - world.random()) * everyMs, () => {
      if (world.timeline.ms >= STORM_MS) return;
      act();
      next();
    });
  };
  next();
}

/** A customer looks at the screen; most who see a QR pay it, some much later, from a picture they took. */
function look(world: World, stand: StandProcess): void {
  const qr = stand.page?.qr?.text;
  if (qr === undefined || world.random() < 0.5) return;
  const isLate = world.random() < 0.1;
  world.timeline.after(world.random() * (isLate ? 120_000 : 3_000), () => world.bank.pay(qr));
}

function pullCord(world: World, stand: StandProcess): void {
  if (!stand.isAlive) return;
  stand.kill();
  const sameBoot = world.random() < 0.3;
  world.timeline.after(500 + world.random() * MOST_RESTART_MS, () => stand.start({ sameBoot }));
}

function killBackend(world: World): void {
  if (!world.backend.isAlive) return;
  world.backend.kill();
  world.timeline.after(500 + world.random() * MOST_RESTART_MS, () => world.backend.start());
}

function stopBroker(world: World): void {
  world.network.isUp = false;
  world.timeline.after(world.random() * 30_000, () => {
    world.network.isUp = true;
  });
}

/** What the provider says cannot happen: money for a charge that had ended. */
function lateMoney(world: World): void {
  const ended = world.bank.references;
  const reference = ended[Math.floor(world.random() * ended.length)];
  if (reference !== undefined) world.bank.settleAfterAll(reference);
}

function clear(world: World): void {
  world.network.weather = fair;
  world.network.isUp = true;
  world.bank.mood = calm;
  for (const stand of world.stands) stand.settings.relayFails = 0;
}

/** After the storm: staff works off what is owed, by another release or by paying back. */
export async function workOff(world: World, releasesAllowed: Map<string, number>): Promise<void> {
  const cashier = world.backend.opened?.cashier;
  if (cashier === undefined) return;
  for (const state of await world.backend.states()) {
    if (state.at !== "owed") continue;
    const { order } = state.sale;
    const allowed = releasesAllowed.get(order) ?? 0;
    if (state.delivered || allowed > 0 || world.random() < 0.5) {
      await cashier.decide(order, { type: "remedied", how: "refunded", by: "ani", why: "asked at the counter" });
      continue;
    }
    releasesAllowed.set(order, allowed + 1);
    await cashier.decide(order, {
      type: "release-ordered",
      release: `${order}-staff` as ReleaseId,
      by: "ani",
      why: "asked at the counter",
    });
  }
}
