import { stopwatch } from "../../host/clock.ts";
import type { BackendParts } from "../backend.ts";
import type { Books } from "../books.ts";
import type { LedgerJournal } from "../cashier.ts";
import type { Condition } from "../condition.ts";
import type { Ground } from "../ground.ts";
import { countingMeter } from "./counts.ts";
import { type Levels, openLevels } from "./levels.ts";
import { allMeters, type Meter } from "./meter.ts";
import { meteredJournal, meteredProvider, meteredTransport, type Watching } from "./metered.ts";
import { type MetricsRegistry, openRegistry } from "./registry.ts";
import { orderLevels, standLevels, storeLevels } from "./store-levels.ts";

/** Who watches a running backend, as its configuration says: nobody, `/metrics`, traces, or both. */
export type Observation = {
  /** Absent when nobody watches: then nothing is wrapped, and nothing costs anything. */
  readonly watching?: Watching;
  /** Absent without `[metrics]`. */
  readonly metrics?: Metrics;
  /** The same parts, watched. */
  watched(parts: BackendParts): BackendParts;
  /** Sends what is still to be sent, for some seconds at most. */
  close(): Promise<void>;
};

export type Metrics = { readonly registry: MetricsRegistry; levels(looked: LookedAt): Levels };

/** What shows only when the backend is up. */
export type LookedAt = {
  condition(): Promise<Condition>;
  /** How many stands are how. */
  standCounts?(): Readonly<Record<string, number>>;
};

/** A meter that ends. */
export type EndingMeter = { readonly meter: Meter; close(): Promise<void> };

export type ObservationParts = {
  readonly ground: Pick<Ground, "setup" | "clock" | "log">;
  readonly books: Pick<Books, "journal" | "store" | "leads">;
  readonly version: string;
  /** The traces, where the configuration has them. */
  readonly tracing?: EndingMeter;
};

export function openObservation({ ground, books, version, tracing }: ObservationParts): Observation {
  const { clock, log, setup } = ground;
  const { journal, store, leads } = books;
  const registry = setup.config.metrics === undefined ? undefined : openRegistry();
  const paidMsAgo = async (order: string): Promise<number | undefined> => {
    const since = await paidWall(journal, order);
    return since === undefined ? undefined : clock.wall() - since;
  };
  const counting = registry && countingMeter({ registry, stopwatch, paidMsAgo });
  const meters = [counting, tracing?.meter].filter((each) => each !== undefined);
  if (meters.length === 0) return { watched: (parts) => parts, close: async () => undefined };
  const watching: Watching = { meter: allMeters(meters), stopwatch };
  const opened: Levels[] = [];
  const levels = (of: MetricsRegistry, looked: LookedAt): Levels => {
    const { condition, standCounts } = looked;
    const stands = standCounts === undefined ? [] : [standLevels(of, standCounts)];
    const more = [orderLevels(of, store, clock), storeLevels(of, store, stopwatch), ...stands];
    const made = openLevels({ registry: of, journal, clock, stopwatch, log, version, leads, condition, more });
    opened.push(made);
    return made;
  };
  return {
    watching,
    ...(registry && { metrics: { registry, levels: (looked) => levels(registry, looked) } }),
    watched: (parts) => watchedParts(parts, watching),
    close: async () => {
      for (const { stop } of opened) stop();
      await tracing?.close();
    },
  };
}

/** When the books first heard of an order's money, in milliseconds since 1970. */
async function paidWall(journal: Pick<LedgerJournal, "story">, order: string): Promise<number | undefined> {
  const story = await journal.story(order);
  return story.find(({ event }) => event.type === "news" && event.standing.is === "settled")?.wall;
}

function watchedParts(parts: BackendParts, watching: Watching): BackendParts {
  const { journal, merchants, openTransport } = parts;
  return {
    ...parts,
    watching,
    journal: meteredJournal(journal, watching),
    merchants: {
      of: (stand) => merchants.of(stand),
      provider: (name) => meteredProvider(merchants.provider(name), watching),
    },
    openTransport: meteredTransport(openTransport, watching),
  };
}
