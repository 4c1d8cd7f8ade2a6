import type { StandRecord } from "../stands/record.ts";
import type { HealthSaid } from "./parse.ts";
import type { Known } from "./presence.ts";

export const standingNames = ["selling", "serving", "trouble", "offline", "new", "revoked"] as const;
/**
 * `serving`: a customer is at it. `trouble`: it is there and cannot sell. `new`: invited, and not come yet. `offline`: it should be
 * there and is not.
 */
export type StandingName = (typeof standingNames)[number];

/** `reasons`: of `trouble`, its obstacles, or `silent`. */
export type StandStanding = { readonly state: StandingName; readonly reasons: readonly string[] };

/** The last that a stand said of its health, and when, on the clock that the backends share. */
export type Latest = { readonly heardMs: number; readonly health: HealthSaid };

/** Health comes once a minute: whoever was heard so lately is there, whatever a late last will says. */
const THERE_MS = 150_000;
/** A stand that is connected and says nothing for so long is in trouble. */
export const SILENT_MS = 300_000;

/** Whether the stand is there: it says so, or was heard after somebody said that it is not. */
export function isThere(presence: Known | undefined, latest: Latest | undefined, nowMs: number): boolean {
  if (presence?.online) return true;
  return latest !== undefined && latest.heardMs > (presence?.heardMs ?? 0) && nowMs - latest.heardMs < THERE_MS;
}

/** When anything was heard last of it that shows that it works; `undefined`: never. */
export function lastSign(presence: Known | undefined, latest: Latest | undefined): number | undefined {
  const signs = [presence?.online ? presence.heardMs : undefined, latest?.heardMs].filter((sign) => sign !== undefined);
  return signs.length === 0 ? undefined : Math.max(...signs);
}

/** How a stand stands, for people. `hasOpenOrder`: it has begun an order that has not ended. */
export function stateOfStand(
  record: Pick<StandRecord, "state">,
  presence: Known | undefined,
  latest: Latest | undefined,
  hasOpenOrder: boolean,
  nowMs: number,
): StandStanding {
  if (record.state === "revoked") return { state: "revoked", reasons: [] };
  if (record.state === "invited") return { state: "new", reasons: [] };
  if (!isThere(presence, latest, nowMs)) return { state: "offline", reasons: [] };
  if (nowMs - (lastSign(presence, latest) ?? 0) >= SILENT_MS) return { state: "trouble", reasons: ["silent"] };
  const obstacles = latest?.health.obstacles ?? [];
  // A link that was down when the stand looked is up again: it could not have said so otherwise.
  const reasons = obstacles.filter((each) => each !== "link-down");
  if (reasons.length > 0) return { state: "trouble", reasons };
  return { state: hasOpenOrder ? "serving" : "selling", reasons: [] };
}
