import type { Attempt } from "../../backend/providers/provider.ts";
import { until } from "../support/until.ts";
import { serveFar } from "./far.ts";
import { type BareToll, openBare } from "./floor.ts";
import { keysOf, openShop, type SideParts } from "./shop.ts";
import { Trace } from "./trace.ts";

export type FarShop = Awaited<ReturnType<typeof open>>;

/** The backend's side of a sale and of its floor. */
async function open({ broker, folder, pems }: SideParts) {
  const trace = new Trace();
  const shop = await openShop({ broker, folder, keys: keysOf(pems), random: Math.random, trace });
  const bare = await openBare("backend", folder, broker);
  const seen: { attempt?: Attempt; noticedAt?: number } = {};
  shop.charged.each((attempt) => {
    seen.attempt = attempt;
  });
  shop.noticed.each((at) => {
    seen.noticedAt = at;
  });
  return {
    webhook: () => shop.webhook,
    connected: () => until("the backend is connected", () => shop.backend.fleet.connected),
    idle: () => shop.backend.idle(),
    /** The attempt that was charged last, and when its notification came. */
    seen: () => seen,
    /** Resolves when a stand's word that its goods are out is on disk. */
    delivered: () => shop.delivered.next("the delivery is on the backend's disk"),
    tolls: ({ since, until }: { readonly since: number; readonly until: number }) => trace.take(since, until),
    arm: (tolls: readonly BareToll[]) => bare.arm(tolls),
    go: () => bare.go(),
    paid: () => bare.paid(),
    close: async (): Promise<void> => {
      await bare.close();
      await shop.close();
    },
  };
}

serveFar(open);
