import type { Log } from "../../host/log.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { lineOf } from "./book.ts";
import { isEmpty, type Notice, noticeOf } from "./notice.ts";
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
  /** More wait, and go together. */
  readonly messagesAnHour: number;
};

/** What happens at the same time goes into one message. */
const GATHER_MS = 5_000;
const HOUR_MS = 3_600_000;
const FIRST_AGAIN_MS = 15_000;
const SLOWEST_AGAIN_MS = HOUR_MS;
/** With what an hour takes at the most, this bounds the queue. */
const GIVE_UP_MS = 24 * HOUR_MS;
const KEPT_MS = 7 * 24 * HOUR_MS;
const AT_ONCE = 20;

/**
 * Messages to people, in the store from the moment that an alarm counts as told until they have arrived: each arrives at least once, with
 * the same id if twice. Alarms that are told in one message are marked in the commit that makes it.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #sending = new Set<Way>();
  #isHeld = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Makes a message of what nobody was told yet, when it is time for one. */
  async gather(): Promise<void> {
    const { store, messengers } = this.#parts;
    const oldest = await this.#oldestUntold();
    if (oldest === undefined || oldest > this.#parts.nowMs() - GATHER_MS) return;
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

  async #oldestUntold(): Promise<number | undefined> {
    const row = await this.#parts.store
      .selectFrom("alarms")
      .where((alarm) =>
        alarm.or([
          alarm("told_opened", "=", 0),
          alarm.and([alarm("told_closed", "=", 0), alarm("closed_ms", "is not", null)]),
        ]),
      )
      .select(["opened_ms", "closed_ms", "told_opened"])
      .orderBy("opened_ms")
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return row.told_opened === 0 ? row.opened_ms : (row.closed_ms ?? row.opened_ms);
  }

  async #isTooMuch(): Promise<boolean> {
    const { store, log, messagesAnHour, nowMs } = this.#parts;
    const recent = await store
      .selectFrom("alarm_notices")
      .where("made_ms", ">", nowMs() - HOUR_MS)
      .groupBy("way")
      .select((all) => all.fn.countAll().as("n"))
      .execute();
    const isTooMuch = recent.some(({ n }) => Number(n) >= messagesAnHour);
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
    if (this.#sending.has(messenger.way)) return;
    this.#sending.add(messenger.way);
    try {
      for (const row of await this.#due(messenger.way)) {
        const sent = await messenger.send(JSON.parse(row.body) as Notice);
        await this.#conclude(row, sent);
        // Whoever does not answer one does not answer the next.
        if (sent.is === "failed") return;
      }
    } finally {
      this.#sending.delete(messenger.way);
    }
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
    const againMs = Math.min(SLOWEST_AGAIN_MS, FIRST_AGAIN_MS * 2 ** Math.min(tries, 16));
    return { tries: tries + 1, due_ms: atMs + againMs, ...(isOver ? { given_up_ms: atMs } : {}) };
  }
}
