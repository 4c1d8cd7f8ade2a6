import type { Policies, Policy } from "../../backend/ledger/words.ts";
import { type BankMood, calm } from "../world/bank.ts";
import { fair } from "../world/network.ts";
import type { StandProcess } from "../world/stand-process.ts";
import type { World } from "../world/world.ts";
import { decideAnything } from "./staff.ts";

/** Everything that can go wrong, at random moments. Ends by itself; afterwards all is well again and everybody is alive. */

const STORM_MS = 3 * 60_000;
const MOST_RESTART_MS = 15_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export type Storm = { readonly endsAtMs: number };

export function brew(world: World): Storm {
  const { random, timeline } = world;
  const upTo = (most: number): number => random() * most;
  const isMeddling = random() < 0.3;
  world.network.weather = { delayMs: [1, 1 + upTo(1_500)], lose: upTo(0.06), repeat: upTo(0.15), alter: upTo(0.02) };
  world.banks.mood = moodOf(world, isMeddling);
  for (const stand of world.stands) {
    stand.settings.policies = policiesOf(world);
    stand.settings.relayFails = random() < 0.4 ? upTo(isMeddling ? 1 : 0.3) : 0;
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
  often(world, 120_000, () => giveByHand(world));
  often(world, isMeddling ? 1_500 : 15_000, () => decideAnything(world));
  timeline.at(STORM_MS, () => clear(world));
  return { endsAtMs: STORM_MS };
}

/** Where staff meddles, banks refuse more, for there is more to see then. */
function moodOf({ random }: World, isMeddling: boolean): BankMood {
  const upTo = (most: number): number => random() * most;
  const seldom = (chance: number, most: number): number => (random() < chance ? upTo(most) : 0);
  return {
    delayMs: [10, 50 + upTo(4_000)],
    loseAnswer: upTo(0.15),
    loseRequest: upTo(0.1),
    deny: upTo(0.1),
    loseNotification: upTo(0.5),
    repeatNotification: upTo(0.3),
    spoilQr: random() < 0.2 ? 0.1 : 0,
    quirk: seldom(0.5, 0.1),
    refunds: {
      refuse: isMeddling ? upTo(1) : seldom(0.3, 0.5),
      poorUntilMs: seldom(0.2, 10 * MINUTE_MS),
      closedUntilMs: seldom(0.2, 10 * MINUTE_MS),
      confirmMs: [0, upTo(20 * MINUTE_MS)],
      neverConfirm: seldom(0.05, 0.5),
      takeBack: seldom(0.05, 0.5),
    },
  };
}

function policiesOf({ random }: World): Policies {
  const policies: readonly Policy[] = ["hold", "refund", "deliver"];
  const any = (): Policy => policies[Math.floor(random() * policies.length)] ?? "hold";
  return { late: any(), failed: any() };
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
  world.timeline.after(world.random() * (isLate ? 120_000 : 3_000), () => world.banks.pay(qr));
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
  const ended = world.banks.references;
  const reference = ended[Math.floor(world.random() * ended.length)];
  if (reference !== undefined) world.banks.settleAfterAll(reference);
}

/** Somebody does the backend's work at the provider's own counter, and tells nobody. */
function giveByHand(world: World): void {
  const { references } = world.banks;
  const reference = references[Math.floor(world.random() * references.length)];
  if (reference !== undefined) world.banks.giveByHand(reference);
}

function clear(world: World): void {
  world.network.weather = fair;
  world.network.isUp = true;
  world.banks.mood = calm;
  for (const stand of world.stands) stand.settings.relayFails = 0;
}
