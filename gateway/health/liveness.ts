import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import { within } from "../../host/within.ts";
import { type Clock, type Instant, type Stop, sinceMs } from "../../protocol/time.ts";
import type { State } from "../order/words.ts";
import type { Obstacle } from "../readiness/preflight.ts";

export type LivenessParts = {
  readonly clock: Clock;
  readonly log: Log;
  /** How often the watchdog wants to hear of us. */
  readonly everyMs: number;
  /** Asks the journal something that costs no write. */
  askJournal(): Promise<unknown>;
  link(): { readonly connected: boolean; readonly transport: { readonly lastAttempt: Instant } } | undefined;
  /** Feeds the watchdog. */
  feed(): void;
};

const JOURNAL_MS = 5_000;
/** The link promises an attempt every two minutes while it is down; one that is so long silent has forgotten itself. */
const ATTEMPT_MS = 150_000;

/** What keeps the watchdog from being fed. */
export type Sickness = "journal-silent" | "link-asleep";

/** Feeds the watchdog as long as loop, journal and link live. When they do not, systemd starts us anew. */
export function keepAlive(parts: LivenessParts): Stop {
  const { clock, log, everyMs } = parts;
  const run = async (): Promise<void> => {
    const sickness = await sicknessOf(parts);
    if (sickness === undefined) parts.feed();
    else log.error("watchdog not fed", { because: sickness });
  };
  return every(clock, log, { firstMs: 0, everyMs, what: "liveness not known", run });
}

/** That this runs at all shows that the loop turns. */
export async function sicknessOf(parts: LivenessParts): Promise<Sickness | undefined> {
  const { clock, askJournal, link } = parts;
  const answered = await within(
    clock,
    JOURNAL_MS,
    askJournal().then(
      () => true,
      () => false,
    ),
    false,
  );
  if (!answered) return "journal-silent";
  const now = link();
  if (now === undefined || now.connected) return undefined;
  const age = sinceMs(now.transport.lastAttempt, clock.now()) ?? 0;
  return age < ATTEMPT_MS ? undefined : "link-asleep";
}

type Seen = {
  readonly stand: { readonly front: State | undefined };
  readonly link: { readonly connected: boolean } | undefined;
  readonly screenFailure: string | undefined;
  readonly obstacles: readonly Obstacle[];
};

/** One line for whoever looks at the service: `online, awaiting`, `offline, no order, out of service: no-paper`. */
export function statusOf({ stand, link, screenFailure, obstacles }: Seen): string {
  return [
    link?.connected === true ? "online" : "offline",
    stand.front === undefined ? "no order" : stand.front.at,
    ...(obstacles.length === 0 ? [] : [`out of service: ${obstacles.join(" ")}`]),
    ...(screenFailure === undefined ? [] : [`screen: ${screenFailure}`]),
  ].join(", ");
}
