import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { OrderId, StandId } from "../../protocol/ids.ts";
import { type Clock, pause, type Stop } from "../../protocol/time.ts";
import { type Query, sql } from "../store/query.ts";
import type { Store } from "../store/store.ts";
import type { Tables } from "../store/tables.ts";
import { type Detail, plain, readDetail } from "./detail.ts";
import { wordsOf } from "./detail-words.ts";
import type { Lasting, Opening } from "./judge.ts";
import { type AlarmKind, isMoment, type Subject, topicOf } from "./kinds.ts";
import type { AlarmRow } from "./tables.ts";

/** One alarm. Milliseconds since 1970. */
export type AlarmLine = {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly stand?: StandId;
  readonly order?: OrderId;
  readonly detail: Detail;
  readonly sinceMs: number;
  readonly endedMs?: number;
  readonly acknowledged?: { readonly by: string; readonly atMs: number };
};

export type Acknowledged =
  | { readonly is: "yes" }
  | { readonly is: "no"; readonly why: "acknowledged"; readonly because: string }
  | { readonly is: "unknown" };

export type AlarmBookParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** On the clock that the backends share. */
  nowMs(): number;
  newId(): string;
  /** Whether other backends raise alarms too. */
  readonly isShared: boolean;
};

const FOLLOW_MS = 1_000;
const LIST_MOST = 1_000;
/** Ended and not acknowledged: nobody looks for it later. */
const SHOWN_MS = 7 * 86_400_000;
const KEPT_MS = 400 * 86_400_000;
const AT_ONCE = 200;
const BREATH_MS = 5;
const NAME = "alarms";

/** Alarms in the store: one lasts for each topic at the most. */
export class AlarmBook {
  readonly #parts: AlarmBookParts;
  readonly #hearers = new Set<(alarm: AlarmLine) => void>();
  readonly #stop: Stop;
  /** Up to which revision was told; absent while nobody listens. */
  #told: number | undefined;

  constructor(parts: AlarmBookParts) {
    const { clock, log, isShared } = parts;
    this.#parts = parts;
    const round = { firstMs: FOLLOW_MS, everyMs: FOLLOW_MS, what: "alarms not followed", run: () => this.#tell() };
    this.#stop = isShared ? every(clock, log, round) : () => undefined;
  }

  /** Whether whoever listens hears of every change from now on. */
  get isTelling(): boolean {
    return this.#told !== undefined;
  }

  stop(): void {
    this.#stop();
  }

  /** Something has happened: told once, however often it is said while the alarm lasts. */
  async raise(subject: Subject, detail: Detail): Promise<void> {
    await this.change([{ ...subject, topic: topicOf(subject), detail }], []);
  }

  /** Begins these and ends those. What lasts already, or has ended, stays as it is. */
  async change(opens: readonly Opening[], closes: readonly Pick<Lasting, "id">[]): Promise<void> {
    if (opens.length === 0 && closes.length === 0) return;
    for (const some of chunksOf(opens)) await this.#changeSome(some, []);
    for (const some of chunksOf(closes)) await this.#changeSome([], some);
    await this.#tell();
  }

  /** What does not last by itself ends with it. */
  async acknowledge(id: string, by: string): Promise<Acknowledged> {
    const { store, nowMs } = this.#parts;
    const row = await store.selectFrom("alarms").where("id", "=", id).selectAll().executeTakeFirst();
    if (row === undefined) return { is: "unknown" };
    const atMs = nowMs();
    const ended = isMoment(row.kind) && row.closed_ms === null ? { closed_ms: atMs, told_closed: 1 } : {};
    const done = await store.transaction().execute(async (whole) =>
      whole
        .updateTable("alarms")
        .set({ acknowledged_by: by, acknowledged_ms: atMs, revision: await nextRevision(whole), ...ended })
        .where("id", "=", id)
        .where("acknowledged_by", "is", null)
        .executeTakeFirst(),
    );
    if (done.numUpdatedRows === 0n)
      return {
        is: "no",
        why: "acknowledged",
        because: `${row.acknowledged_by ?? "somebody"} has acknowledged it already`,
      };
    await this.#tell();
    return { is: "yes" };
  }

  /** All that last, by topic. */
  async lasting(): Promise<ReadonlyMap<string, Lasting>> {
    const asking = this.#parts.store.selectFrom("alarms").where("closed_ms", "is", null);
    const rows = await asking.select(["id", "topic", "kind"]).execute();
    return new Map(rows.map((row) => [row.topic, row]));
  }

  /** All that last or are not acknowledged, the newest first; of very many, the newest. */
  async now(): Promise<readonly AlarmLine[]> {
    const { store, nowMs } = this.#parts;
    const shown = nowMs() - SHOWN_MS;
    const rows = await store
      .selectFrom("alarms")
      .where((alarm) =>
        alarm.or([
          alarm("closed_ms", "is", null),
          alarm.and([alarm("acknowledged_by", "is", null), alarm("closed_ms", ">", shown)]),
        ]),
      )
      .selectAll()
      .orderBy("opened_ms", "desc")
      .orderBy("id", "desc")
      .limit(LIST_MOST)
      .execute();
    return rows.map(lineOf);
  }

  /** How many last. */
  async count(): Promise<number> {
    const asking = this.#parts.store.selectFrom("alarms").where("closed_ms", "is", null);
    const row = await asking.select((all) => all.fn.countAll().as("n")).executeTakeFirst();
    return Number(row?.n ?? 0);
  }

  /** `hear` is told of each alarm that begins, ends or is acknowledged from now on, here or by another backend. */
  onChange(hear: (alarm: AlarmLine) => void): Stop {
    this.#hearers.add(hear);
    if (this.#told === undefined)
      this.#beginTelling().catch((error: unknown) => this.#parts.log.warn("alarms not followed", { error }));
    return () => {
      this.#hearers.delete(hear);
      if (this.#hearers.size === 0) this.#told = undefined;
    };
  }

  /** Deletes what has ended long ago. */
  async sweep(): Promise<void> {
    const { store, nowMs } = this.#parts;
    const before = nowMs() - KEPT_MS;
    await store.deleteFrom("alarms").where("closed_ms", "<", before).execute();
  }

  /** Few at once: with a file, nobody else is served meanwhile. */
  async #changeSome(opens: readonly Opening[], closes: readonly Pick<Lasting, "id">[]): Promise<void> {
    const { store, clock, nowMs } = this.#parts;
    const atMs = nowMs();
    await store.transaction().execute(async (whole) => {
      const revision = await nextRevision(whole);
      if (opens.length > 0) {
        const rows = opens.map((opening) => this.#rowOf(opening, atMs, revision));
        const opening = whole.insertInto("alarms").values(rows);
        await opening.onConflict((lasting) => lasting.doNothing()).execute();
      }
      const ids = closes.map(({ id }) => id);
      const closing = whole.updateTable("alarms").set({ closed_ms: atMs, revision });
      if (ids.length > 0) await closing.where("id", "in", ids).where("closed_ms", "is", null).execute();
    });
    if (opens.length + closes.length === AT_ONCE) await pause(clock, BREATH_MS);
  }

  async #beginTelling(): Promise<void> {
    const row = await this.#parts.store.selectFrom("alarm_revisions").select("nth").executeTakeFirst();
    this.#told ??= row?.nth ?? 0;
  }

  async #tell(): Promise<void> {
    const from = this.#told;
    if (from === undefined || this.#hearers.size === 0) return;
    const asking = this.#parts.store.selectFrom("alarms").where("revision", ">", from).selectAll();
    const rows = await asking.orderBy("revision").orderBy("id").execute();
    const news = rows.filter(({ revision }) => revision > (this.#told ?? 0));
    this.#told = Math.max(this.#told ?? 0, ...news.map(({ revision }) => revision));
    for (const row of news) for (const hear of [...this.#hearers]) hear(lineOf(row));
  }

  #rowOf({ topic, kind, stand, order, detail }: Opening, atMs: number, revision: number): AlarmRow {
    return {
      id: this.#parts.newId(),
      topic,
      kind,
      stand: stand ?? null,
      order_id: order ?? null,
      opened_ms: atMs,
      closed_ms: null,
      acknowledged_by: null,
      acknowledged_ms: null,
      ...written(detail),
      told_opened: 0,
      told_closed: 0,
      revision,
    };
  }
}

/** Whoever changes alarms waits here for whoever is changing them: revisions are seen in their order. */
async function nextRevision(whole: Query<Tables>): Promise<number> {
  const row = await whole
    .insertInto("alarm_revisions")
    .values({ name: NAME, nth: 1 })
    .onConflict((known) => known.column("name").doUpdateSet({ nth: sql<number>`alarm_revisions.nth + 1` }))
    .returning("nth")
    .executeTakeFirstOrThrow();
  return row.nth;
}

/** Facts, and the same in words for who reads the tables, and for older programs. */
function written(detail: Detail): Pick<AlarmRow, "detail" | "facts"> {
  const bounded = readDetail(detail, "");
  return { detail: plain(wordsOf(bounded).en), facts: JSON.stringify(bounded) };
}

export const lineOf = (row: AlarmRow): AlarmLine => ({
  id: row.id,
  kind: row.kind,
  ...(row.stand === null ? {} : { stand: row.stand }),
  ...(row.order_id === null ? {} : { order: row.order_id }),
  detail: readDetail(JSON.parse(row.facts ?? "null"), row.detail),
  sinceMs: row.opened_ms,
  ...(row.closed_ms === null ? {} : { endedMs: row.closed_ms }),
  ...(row.acknowledged_by === null
    ? {}
    : { acknowledged: { by: row.acknowledged_by, atMs: row.acknowledged_ms ?? row.opened_ms } }),
});

function* chunksOf<Of>(all: readonly Of[]): Iterable<readonly Of[]> {
  for (let from = 0; from < all.length; from += AT_ONCE) yield all.slice(from, from + AT_ONCE);
}
