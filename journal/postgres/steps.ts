import { later } from "../../protocol/time.ts";
import type { AdvanceOptions, JournalShape, Step } from "../journal.ts";
import type { OrderRow } from "../sql.ts";
import type { Ask } from "./client.ts";
import { DROPPED } from "./owed.ts";
import type { Dropped } from "./quiet.ts";

/** An order's row; with its number, how many events it has and when the last one was, it is that row and no other. */
export type KnownRow = OrderRow & { readonly last_wall: number };

/** An order as it was read: what is known of it, and whether this statement was seen and this commit was made. */
export type Read = {
  readonly nth: number | null;
  readonly events: number;
  readonly last_wall: number;
  readonly version: number;
  readonly state: string;
  readonly seen: boolean;
  readonly made: boolean;
};

const READ = `SELECT orders.nth, events, last_wall, version, state,
    EXISTS (SELECT 1 FROM seen WHERE statement = $2) AS seen,
    EXISTS (SELECT 1 FROM events WHERE events.of = orders.nth AND events.nth >= $3 AND events.mark = $4) AS made
  FROM (SELECT 1) one LEFT JOIN orders ON orders.id = $1`;

/** `made` is asked only when a commit was tried. */
export const readOrder = (order: string, once: string | undefined, tried: { nth: number; mark: string }): Ask => ({
  sql: READ,
  values: [order, once ?? null, tried.nth, tried.mark],
});

/** A statement that was seen brings nothing, whatever whoever decided knew of it. */
const UNSEEN = "NOT EXISTS (SELECT 1 FROM seen WHERE statement = $10::text)";

/** The row is changed only while it is as it was read: whoever came between has raised `events`, and this is as nothing. */
const CHANGED = `UPDATE orders SET events = $1, finished = $2, last_wall = $3, version = $4, state = $5, party = $20::text
    WHERE nth = $6::bigint AND events = $1 - 1 AND last_wall = $21::bigint AND ${UNSEEN} RETURNING nth`;
const BEGUN = `INSERT INTO orders (events, finished, last_wall, version, state, id, party)
    SELECT $1::integer, $2::smallint, $3::bigint, $4::integer, $5::text, $6::text, $20::text WHERE ${UNSEEN}
    ON CONFLICT (id) DO NOTHING RETURNING nth`;

const written = (order: string): string => `WITH changed AS (${order}),
  told AS (INSERT INTO events (of, nth, wall, version, event, mark) SELECT nth, $1, $3, $7::integer, $8::text, $9::text FROM changed),
  saw AS (INSERT INTO seen (statement, of, wall) SELECT $10::text, nth, $3 FROM changed WHERE $10::text IS NOT NULL),
  finished AS (DELETE FROM effects WHERE id = $11 AND EXISTS (SELECT 1 FROM changed) RETURNING ${DROPPED}),
  taken_back AS (DELETE FROM effects USING changed WHERE effects.of = changed.nth AND kind = ANY($12::text[]) RETURNING ${DROPPED}),
  added AS (INSERT INTO effects (id, of, kind, addressee, clock, due_ms, wall, version, effect)
    SELECT due.id, changed.nth, due.kind, due.addressee, $13::text, due.ms, $3, $14::integer, due.effect FROM changed,
      unnest($15::text[], $16::text[], $17::text[], $18::double precision[], $19::text[])
        WITH ORDINALITY AS due (id, kind, addressee, ms, effect, place)
    ORDER BY due.place),
  dropped AS (SELECT kind, due FROM finished UNION ALL SELECT kind, due FROM taken_back)
  SELECT nth, (SELECT json_agg(dropped) FROM dropped WHERE due IS NOT NULL) AS dropped FROM changed`;

const CHANGE = written(CHANGED);
const BEGIN = written(BEGUN);

export type Writing<State, Event, Effect> = {
  readonly order: string;
  readonly known: Pick<KnownRow, "nth" | "events" | "last_wall"> | undefined;
  readonly event: Event;
  readonly step: Exclude<Step<State, Effect>, { readonly ignored: string }>;
  readonly options: AdvanceOptions;
  /** Names this commit, so that it is known again when its answer was lost. */
  readonly mark: string;
};

type Pens<State, Event, Effect> = {
  readonly shape: JournalShape<State, Event, Effect>;
  readonly newId: () => string;
  readonly wall: () => number;
};

/** The order's number, and what of its effects is owed no more and was in nobody's hands. */
export type Written = { readonly nth: number; readonly dropped: readonly Dropped[] | null };

/** A commit, and what it leaves: the order as it stands then, and when what it owes anew becomes due. */
export type Prepared = {
  readonly ask: Ask;
  readonly row: Omit<KnownRow, "nth">;
  readonly due: readonly { readonly kind: string; readonly ms: number }[];
};

/** Event, state and effects in one statement, which is one commit. It answers no row when the order is not as it was read. */
export function writeStep<State, Event, Effect>(
  { order, known, event, step, options, mark }: Writing<State, Event, Effect>,
  { shape, newId, wall }: Pens<State, Event, Effect>,
): Prepared {
  const { now, once, finishes } = options;
  const due = step.effects.map(({ effect, afterMs = 0 }) => {
    const { kind, to } = shape.traits(effect);
    const ms = afterMs > 0 ? later(now, afterMs).ms : 0;
    return { id: newId(), kind, to: to ?? null, ms, effect: JSON.stringify(effect) };
  });
  const [{ version }, state] = [shape.state, JSON.stringify(step.state)];
  const row = { id: order, events: (known?.events ?? 0) + 1, last_wall: wall(), version, state };
  const values = [
    ...[row.events, step.finished === true ? 1 : 0, row.last_wall, version, state, known?.nth ?? order],
    ...[shape.event.version, JSON.stringify(event), mark, once ?? null, finishes ?? null],
    step.takesBack ?? [],
    ...[now.clock, shape.effect.version],
    ...[due.map(({ id }) => id), due.map(({ kind }) => kind), due.map(({ to }) => to)],
    ...[due.map(({ ms }) => ms), due.map(({ effect }) => effect)],
    shape.partyOf?.(step.state) ?? null,
    ...(known === undefined ? [] : [known.last_wall]),
  ];
  return { ask: { sql: known === undefined ? BEGIN : CHANGE, values }, row, due };
}

const IGNORE = `WITH saw AS (INSERT INTO seen (statement, of, wall) SELECT $1::text, $2::bigint, $3::bigint WHERE $1::text IS NOT NULL
    ON CONFLICT DO NOTHING)
  DELETE FROM effects WHERE id = $4`;

/** An ignored event changes nothing but that its statement was seen, and that an effect has had its outcome. */
export const writeIgnored = ({ once, finishes }: AdvanceOptions, of: number | null, wall: number): Ask => ({
  sql: IGNORE,
  values: [once ?? null, of, wall, finishes ?? null],
});
