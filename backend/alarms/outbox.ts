import type { Log } from "../../host/log.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { lineOf } from "./book.ts";
import type { AlarmKind } from "./kinds.ts";
import { isEmpty, merged, type Notice, noticeOf } from "./notice.ts";
import type { NoticeRow, Way } from "./tables.ts";

/** `problem`: for the log; nothing secret. */
export type Sent = { readonly is: "sent" } | { readonly is: "failed"; readonly problem: string };

/** A way to people. */
export interface Messenger {
  readonly way: Way;
  /** Within a deadline of its own. Never rejects. */
  send(notice: Notice): Promise<Sent>;
}

export type OutboxParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  nowMs(): number;
  newId(): string;
  readonly messengers: readonly Messenger[];
  /** Half of them at once if need be, the others spread over the hour; what waits goes together. */
  readonly messagesAnHour: number;
};

/** What happens at the same time goes into one message. */
const GATHER_MS = 5_000;
/** Stands that are cut off together are missed within a minute, each when its next word is due, and come back within two. */
const GATHER_SILENT_MS = 75_000;
const GATHER_BACK_MS = 150_000;
const HOUR_MS = 3_600_000;
const FIRST_AGAIN_MS = 15_000;
const SLOWEST_AGAIN_MS = HOUR_MS / 4;
/** With what an hour takes at the most, this bounds the queue. */
const GIVE_UP_MS = 24 * HOUR_MS;
const KEPT_MS = 7 * 24 * HOUR_MS;
const AT_ONCE = 200;
/** After so many it may be the message that is not taken, and not the server that is away. */
const DOUBTFUL_TRIES = 3;

/**
 * Messages to people, in the store from the moment that an alarm counts as told until they have arrived: each arrives at least once, with
 * the same id if twice. Alarms that are told in one message are marked in the commit that makes it.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #sending = new Set<Way>();
  /** Ways that failed last, how often, and until when they are left alone. */
  readonly #resting = new Map<Way, { readonly fails: number; readonly untilMs: number }>();
  #isHeld = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Makes a message of what nobody was told yet, when it is time for one. */
  async gather(): Promise<void> {
    const { store, messengers } = this.#parts;
    if (!(await this.#isDueToTell())) return;
    if (messengers.length > 0 && (await this.#isTooMuch())) return;
    await store.transaction().execute(async (whole) => {
      const { nowMs, newId } = this.#parts;
      const opened = await whole
        .updateTable("alarms")
        .set({ told_opened: 1 })
        .where("told_opened", "=", 0)
        .returningAll()
        .execute();
      const closed = await whole
        .updateTable("alarms")
        .set({ told_closed: 1 })
        .where("told_closed", "=", 0)
        .where("closed_ms", "is not", null)
        .returningAll()
        .execute();
      const notice = noticeOf(newId(), nowMs(), opened.map(lineOf), closed.map(lineOf));
      const rows = isEmpty(notice) ? [] : messengers.map(({ way }) => this.#rowOf(notice, way));
      if (rows.length > 0) await whole.insertInto("alarm_notices").values(rows).execute();
    });
  }

  /** Sends what is due, each way for itself; resolves when all have an answer. */
  async send(): Promise<void> {
    await Promise.all(this.#parts.messengers.map((messenger) => this.#sendBy(messenger)));
  }

  /** Deletes what arrived, or was given up, some days ago. */
  async sweep(): Promise<void> {
    const { store, nowMs } = this.#parts;
    const before = nowMs() - KEPT_MS;
    await store.deleteFrom("alarm_notices").where("made_ms", "<", before).execute();
  }

  async #isDueToTell(): Promise<boolean> {
    const { store, nowMs } = this.#parts;
    const untold = store.selectFrom("alarms").groupBy("kind");
    const opened = untold.where("told_opened", "=", 0).select((all) => ["kind", all.fn.min("opened_ms").as("ms")]);
    const closed = untold
      .where("told_closed", "=", 0)
      .where("closed_ms", "is not", null)
      .select((all) => ["kind", all.fn.min("closed_ms").as("ms")]);
    const isOld = (patienceMs: number, { kind, ms }: { readonly kind: AlarmKind; readonly ms: number | null }) =>
      Number(ms) <= nowMs() - (kind === "stand-silent" ? patienceMs : GATHER_MS);
    if ((await opened.execute()).some((row) => isOld(GATHER_SILENT_MS, row))) return true;
    return (await closed.execute()).some((row) => isOld(GATHER_BACK_MS, row));
  }

  /** So many an hour at the most, and never an hour's silence after a busy minute. */
  async #isTooMuch(): Promise<boolean> {
    const { store, log, messagesAnHour, nowMs } = this.#parts;
    const recent = await store
      .selectFrom("alarm_notices")
      .where("made_ms", ">", nowMs() - HOUR_MS)
      .groupBy("way")
      .select((all) => [all.fn.countAll().as("n"), all.fn.max("made_ms").as("lastMs")])
      .execute();
    const atOnce = Math.max(1, Math.floor(messagesAnHour / 2));
    const pauseMs = HOUR_MS / Math.max(1, messagesAnHour - atOnce);
    const isTooMuch = recent.some(({ n, lastMs }) => Number(n) >= atOnce && nowMs() - Number(lastMs) < pauseMs);
    if (isTooMuch && !this.#isHeld) log.warn("messages about alarms held back", { messagesAnHour });
    this.#isHeld = isTooMuch;
    return isTooMuch;
  }

  #rowOf(notice: Notice, way: Way): NoticeRow {
    const { newId } = this.#parts;
    const made = { body: JSON.stringify(notice), made_ms: notice.atMs, due_ms: notice.atMs };
    return { id: newId(), way, ...made, tries: 0, sent_ms: null, given_up_ms: null };
  }

  async #sendBy(messenger: Messenger): Promise<void> {
    const { way } = messenger;
    const isResting = (this.#resting.get(way)?.untilMs ?? 0) > this.#parts.nowMs();
    if (isResting || this.#sending.has(way)) return;
    this.#sending.add(way);
    let failed = 0;
    try {
      for (const row of await this.#inOne(await this.#due(way))) {
        const sent = await messenger.send(JSON.parse(row.body) as Notice);
        this.#rest(way, sent);
        await this.#conclude(row, sent);
        failed += sent.is === "failed" ? 1 : 0;
        // Whoever does not answer one does not answer the next, unless it is the message: then one more is tried.
        if (failed === 2 || (failed === 1 && row.tries < DOUBTFUL_TRIES)) return;
      }
    } finally {
      this.#sending.delete(way);
    }
  }

  /** Who does not answer is left alone for longer each time, however many messages wait. */
  #rest(way: Way, { is }: Sent): void {
    const fails = this.#resting.get(way)?.fails ?? 0;
    if (is === "sent") this.#resting.delete(way);
    else this.#resting.set(way, { fails: fails + 1, untilMs: this.#parts.nowMs() + pauseAfter(fails) });
  }

  /** What has piled up and was never tried becomes one message, so that a server that comes back is not flooded. */
  async #inOne(rows: readonly NoticeRow[]): Promise<readonly NoticeRow[]> {
    const fresh = rows.filter(({ tries }) => tries === 0);
    const newest = fresh.at(-1);
    if (newest === undefined || fresh.length === 1) return rows;
    const notice = merged(
      this.#parts.newId(),
      fresh.map(({ body }) => JSON.parse(body) as Notice),
    );
    const row = this.#rowOf(notice, newest.way);
    const ids = fresh.map(({ id }) => id);
    await this.#parts.store.transaction().execute(async (whole) => {
      await whole.deleteFrom("alarm_notices").where("id", "in", ids).where("sent_ms", "is", null).execute();
      await whole.insertInto("alarm_notices").values(row).execute();
    });
    return [...rows.filter(({ tries }) => tries > 0), row];
  }

  #due(way: Way): Promise<NoticeRow[]> {
    return this.#parts.store
      .selectFrom("alarm_notices")
      .where("way", "=", way)
      .where("sent_ms", "is", null)
      .where("given_up_ms", "is", null)
      .where("due_ms", "<=", this.#parts.nowMs())
      .selectAll()
      .orderBy("made_ms")
      .limit(AT_ONCE)
      .execute();
  }

  async #conclude(row: NoticeRow, sent: Sent): Promise<void> {
    const { store, nowMs } = this.#parts;
    const atMs = nowMs();
    const change = sent.is === "sent" ? { sent_ms: atMs } : this.#again(row, sent.problem, atMs);
    await store.updateTable("alarm_notices").set(change).where("id", "=", row.id).execute();
  }

  #again({ way, tries, made_ms }: NoticeRow, problem: string, atMs: number) {
    const { log } = this.#parts;
    const isOver = atMs - made_ms >= GIVE_UP_MS;
    if (isOver) log.error("message about alarms given up", { way, tries: tries + 1, problem });
    else log.warn("message about alarms not sent", { way, tries: tries + 1, problem });
    return { tries: tries + 1, due_ms: atMs + pauseAfter(tries), ...(isOver ? { given_up_ms: atMs } : {}) };
  }
}

const pauseAfter = (fails: number): number => Math.min(SLOWEST_AGAIN_MS, FIRST_AGAIN_MS * 2 ** Math.min(fails, 16));
