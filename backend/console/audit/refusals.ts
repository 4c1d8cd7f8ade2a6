import { putNewest } from "../../../host/newest.ts";
import { type Clock, type Instant, sinceMs } from "../../../protocol/time.ts";
import type { Audit, Entry } from "./audit.ts";

/** So many refusals of one `who` are written down each minute; the next one that is says how many were left out before it. */
const A_MINUTE = 60;
const MINUTE_MS = 60_000;
/** The longest quiet are forgotten; strangers are one. */
const BOUND = 1_000;

type Count = { readonly since: Instant; readonly written: number; readonly leftOut: number };

/** Writes refused attempts down, and no more of them than the disk has room for: anybody can be refused as often as he likes. */
export class Refusals {
  readonly #audit: Audit;
  readonly #clock: Pick<Clock, "now">;
  readonly #counts = new Map<string, Count>();

  constructor(audit: Audit, clock: Pick<Clock, "now">) {
    this.#audit = audit;
    this.#clock = clock;
  }

  async write(entry: Omit<Entry, "result">): Promise<void> {
    const now = this.#clock.now();
    const known = this.#counts.get(entry.who);
    const isFresh = known === undefined || (sinceMs(known.since, now) ?? MINUTE_MS) >= MINUTE_MS;
    if (!isFresh && known.written >= A_MINUTE) {
      this.#keep(entry.who, { ...known, leftOut: known.leftOut + 1 });
      return;
    }
    const leftOut = known?.leftOut ?? 0;
    this.#keep(entry.who, {
      since: isFresh ? now : known.since,
      written: (isFresh ? 0 : known.written) + 1,
      leftOut: 0,
    });
    const details = leftOut === 0 ? entry.details : { ...entry.details, leftOutBefore: leftOut };
    await this.#audit.write({ ...entry, ...(details && { details }), result: "refused" });
  }

  #keep(who: string, count: Count): void {
    putNewest(this.#counts, who, count, BOUND);
  }
}
