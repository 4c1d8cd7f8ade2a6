import { systemChance } from "../../host/chance.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import type { Random } from "../../protocol/ids.ts";
import { keySetOf, type PublicJwk } from "../../protocol/keys.ts";
import { serveFar } from "../bench/far.ts";
import { seeded } from "../world/seeded.ts";
import { Customer, type Paid, type TurnedAway } from "./customer.ts";
import { type FleetStand, openFleetStand, type Pulse, type StandPapers } from "./stand.ts";
import { Standstill } from "./standstill.ts";
import type { Visit } from "./visit.ts";

export type HouseParts = {
  readonly stands: readonly StandPapers[];
  /** `mqtts://localhost:…` and who vouches for it. */
  readonly broker: { readonly url: string; readonly ca: string };
  readonly backend: PublicJwk;
  /** The phone's base address. */
  readonly phone: string;
  readonly seed: number;
  /** Between a customer's end and the next one's press, on average. */
  readonly pauseMs: number;
};

/** What a house knows of its stands when it is asked. */
export type HouseReport = {
  readonly connected: number;
  /** Orders under way. */
  readonly open: number;
  /** Statements that the backend has not acknowledged. */
  readonly unsent: number;
  /** Customers in the midst of something. */
  readonly busy: number;
};

/** Everything for the verdict: each closing of a contact, each payment that a phone was told of, each order's state, and how it came about. */
export type HouseTruth = {
  readonly pulses: readonly Pulse[];
  readonly paid: readonly Paid[];
  readonly states: readonly (readonly [order: string, at: string])[];
  readonly visits: readonly Visit[];
  readonly turnedAway: readonly TurnedAway[];
};

export type House = Awaited<ReturnType<typeof open>>;

/** Many stands with their customers in one process. */
async function open(parts: HouseParts) {
  const [clock, log] = [steadyClock(`house-${parts.seed}`), silentLog];
  const random: Random = seeded(parts.seed);
  const backendKeys = keySetOf([{ owner: "backend", jwk: parts.backend }]);
  const standstill = new Standstill();
  const stands: FleetStand[] = [];
  for (const papers of parts.stands) {
    const shared = { broker: parts.broker, backendKeys, clock, log, random: systemChance };
    stands.push(await openFleetStand(papers, shared));
  }
  const customers = stands.map((stand) => new Customer({ ...parts, stand, clock, random }));
  return {
    sell: () => {
      for (const customer of customers) customer.start();
    },
    /** Customers end what they are at, and none comes after. */
    shut: () => {
      for (const customer of customers) customer.stop();
    },
    report: async (): Promise<HouseReport> => {
      const owed = await Promise.all(stands.map((stand) => stand.owed()));
      const open = await Promise.all(stands.map((stand) => stand.open()));
      return {
        connected: stands.filter(({ connected }) => connected).length,
        open: open.reduce((sum, each) => sum + each, 0),
        unsent: owed.reduce((sum, each) => sum + each, 0),
        busy: customers.filter(({ isBusy }) => isBusy).length,
      };
    },
    truth: async (): Promise<HouseTruth> => ({
      pulses: stands.flatMap(({ pulses }) => pulses),
      paid: customers.flatMap(({ paid }) => paid),
      states: (await Promise.all(stands.map((stand) => stand.states()))).flat(),
      visits: customers.flatMap(({ visits }) => visits),
      turnedAway: customers.flatMap(({ turnedAway }) => turnedAway),
    }),
    /** How long this process let everybody wait, since the last time it was asked. */
    stoodStill: () => standstill.since(),
    memoryMb: () => process.memoryUsage.rss() / 1e6,
    close: async (): Promise<void> => {
      for (const customer of customers) customer.stop();
      await Promise.all(stands.map((stand) => stand.close()));
    },
  };
}

serveFar(open);
