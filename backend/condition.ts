import type { Route } from "../host/http.ts";
import type { Clock } from "../protocol/time.ts";
import { kept } from "./kept.ts";

export type ConditionParts = {
  readonly clock: Clock;
  /** Resolves when the disk still takes commits. */
  probeJournal(): Promise<void>;
  /** Resolves when the store answers. */
  probeStore(): Promise<void>;
  isConnected(): boolean;
};

/** What load balancers and `systemctl status` are told. `store`: of the stands, accounts and sums; orders go on without it. */
export type Condition = {
  readonly journal: "ok" | "failed";
  readonly store: "ok" | "failed";
  readonly broker: "connected" | "down";
};

/** A probe is a commit: whoever asks more often is told what the last one said. */
const PROBE_AGE_MS = 1_000;

/** Looks at journal, store and broker, at most once a second at the disk. */
export function conditionOf({
  clock,
  probeJournal,
  probeStore,
  isConnected,
}: ConditionParts): () => Promise<Condition> {
  const probed = kept(clock, PROBE_AGE_MS, async () => {
    const [journal, store] = await Promise.all([verdictOf(probeJournal), verdictOf(probeStore)]);
    return { journal, store };
  });
  return async () => ({ ...(await probed()), broker: isConnected() ? "connected" : "down" });
}

const verdictOf = (probe: () => Promise<void>): Promise<"ok" | "failed"> =>
  probe().then(
    () => "ok",
    () => "failed",
  );

/**
 * `GET /healthz`: 200 while the journal takes commits, 503 when it does not: start the process anew. `GET /readyz`: 200 while
 * stands can be served too, which takes the broker. Both say the same words. The store is named and ends neither: whoever takes no
 * notifications because nobody can look at charts loses money.
 */
export function conditionRoutes(condition: () => Promise<Condition>): readonly Route[] {
  const route = (path: string, isGood: (now: Condition) => boolean): Route => ({
    method: "GET",
    path,
    answer: async () => {
      const now = await condition();
      return { status: isGood(now) ? 200 : 503, headers: { "cache-control": "no-store" }, body: now };
    },
  });
  const writes = ({ journal }: Condition): boolean => journal === "ok";
  return [route("/healthz", writes), route("/readyz", (now) => writes(now) && now.broker === "connected")];
}
