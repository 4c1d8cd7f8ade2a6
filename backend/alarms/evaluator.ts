import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import { type Clock, pause, type Stop } from "../../protocol/time.ts";
import type { HealthBook } from "../health/book.ts";
import type { Concern } from "../settings/book.ts";
import type { Roster } from "../stands/roster.ts";
import type { AlarmBook } from "./book.ts";
import {
  type AlarmRules,
  type BackendFacts,
  backendConditions,
  type Condition,
  orderConditions,
  type PaidOrder,
  standConditions,
  type Watcher,
} from "./conditions.ts";
import { type Ends, judge, type Pending } from "./judge.ts";
import type { Outbox } from "./outbox.ts";

export type EvaluatorParts = {
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: AlarmRules;
  readonly roster: Pick<Roster, "all">;
  readonly health: Pick<HealthBook, "presence" | "latest">;
  readonly book: Pick<AlarmBook, "lasting" | "change" | "sweep">;
  readonly outbox: Pick<Outbox, "gather" | "send" | "sweep">;
  /** On the clock that the backends share. */
  nowMs(): number;
  /** Whether this backend judges, and sends messages. */
  leads(): boolean;
  isConnected(): boolean;
  /** Of stands that refused settings, or whose certificate ends before this wall. */
  concerns(certificatesBeforeMs: number): Promise<ReadonlyMap<StandId, Concern>>;
  /** Paid orders that have not ended. */
  paidOrders(): Promise<readonly PaidOrder[]>;
  certificates(): Promise<Certificates>;
  diskFree(): Promise<BackendFacts["diskFree"]>;
};

export type Certificates = Pick<BackendFacts, "brokerEndsMs" | "ownEndsMs">;

const STANDS_AT_ONCE = 1_000;
const JUDGE_MS = 10_000;
const CARE_MS = 60_000;
const CERTIFICATES_MS = 3 * 3_600_000;
/** Where the broker could not be asked for it. */
const CERTIFICATES_AGAIN_MS = 10 * 60_000;
const SEND_MS = 3_000;
const DAY_MS = 86_400_000;

/** Looks every ten seconds at all that is known, and has people told what is new. One backend does it for all. */
export class Evaluator {
  readonly #parts: EvaluatorParts;
  readonly #stops: readonly Stop[];
  #pending: Pending = new Map();
  #ends: Ends = new Map();
  #concerns: ReadonlyMap<StandId, Concern> = new Map();
  #careMs = Number.NEGATIVE_INFINITY;
  #diskFree: BackendFacts["diskFree"] = "unknown";
  #certificates: Certificates = { brokerEndsMs: "unknown", ownEndsMs: undefined };
  #certificatesMs = Number.NEGATIVE_INFINITY;
  /** Since when the link is as it is, and this backend has looked. */
  #link: { readonly isUp: boolean; readonly sinceMs: number };
  #led = false;

  constructor(parts: EvaluatorParts) {
    const { clock, log, nowMs } = parts;
    this.#parts = parts;
    this.#link = { isUp: parts.isConnected(), sinceMs: nowMs() };
    const round = (everyMs: number, what: string, run: () => Promise<void>) =>
      every(clock, log, { firstMs: everyMs, everyMs, what, run });
    this.#stops = [
      round(JUDGE_MS, "alarms not judged", () => this.#judge()),
      round(SEND_MS, "alarms not told", () => this.#tell()),
      round(DAY_MS, "alarms not swept", () => this.#sweep()),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  async #judge(): Promise<void> {
    const { leads, book, nowMs } = this.#parts;
    this.#lookAtLink();
    if (!this.#takesOver(leads())) return;
    await this.#renewCare();
    await this.#renewCertificates();
    const conditions = [...(await this.#conditions())];
    const judged = judge(conditions, await book.lasting(), this.#pending, nowMs(), this.#ends);
    this.#pending = judged.pending;
    this.#ends = judged.ends;
    await book.change(judged.opens, judged.closes);
  }

  /** Who begins to lead has heard the stands for as long as it runs, but takes its time to be sure of it. */
  #takesOver(leads: boolean): boolean {
    const isNew = leads && !this.#led;
    this.#led = leads;
    if (isNew) {
      this.#pending = new Map();
      this.#ends = new Map();
    }
    return leads;
  }

  #lookAtLink(): void {
    const isUp = this.#parts.isConnected();
    if (isUp !== this.#link.isUp) this.#link = { isUp, sinceMs: this.#parts.nowMs() };
  }

  async #conditions(): Promise<Iterable<Condition>> {
    const { clock, rules, nowMs, roster, health, paidOrders } = this.#parts;
    const watcher: Watcher = { rules, nowMs: nowMs(), linkUpMs: this.#link.isUp ? this.#link.sinceMs : undefined };
    const found: Condition[] = [];
    let looked = 0;
    for (const record of [...roster.all()]) {
      const { id } = record;
      const facts = { presence: health.presence(id), latest: health.latest(id) };
      const { using, desired } = this.#concerns.get(id) ?? {};
      found.push(...standConditions({ record, ...facts, using, desired }, watcher));
      looked += 1;
      // Orders do not wait for ten thousand stands to be looked at.
      if (looked % STANDS_AT_ONCE === 0) await pause(clock, 1);
    }
    const linkDownMs = this.#link.isUp ? undefined : this.#link.sinceMs;
    found.push(
      ...orderConditions(await paidOrders(), watcher),
      ...backendConditions({ ...this.#certificates, diskFree: this.#diskFree, linkDownMs }, watcher),
    );
    return found;
  }

  async #renewCare(): Promise<void> {
    const { nowMs, concerns, diskFree, rules } = this.#parts;
    if (nowMs() - this.#careMs < CARE_MS) return;
    this.#diskFree = await diskFree();
    this.#concerns = await concerns(nowMs() + rules.certificateMs);
    this.#careMs = nowMs();
  }

  async #renewCertificates(): Promise<void> {
    const { nowMs, certificates } = this.#parts;
    const everyMs = this.#certificates.brokerEndsMs === "unknown" ? CERTIFICATES_AGAIN_MS : CERTIFICATES_MS;
    if (nowMs() - this.#certificatesMs < everyMs) return;
    this.#certificatesMs = nowMs();
    this.#certificates = await certificates();
  }

  /** A receiver that is slow holds up neither the other way nor the next message. */
  async #tell(): Promise<void> {
    const { leads, outbox, log } = this.#parts;
    if (!leads()) return;
    await outbox.gather();
    outbox.send().catch((error: unknown) => log.warn("alarms not told", { error }));
  }

  async #sweep(): Promise<void> {
    const { leads, book, outbox } = this.#parts;
    if (!leads()) return;
    await book.sweep();
    await outbox.sweep();
  }
}
