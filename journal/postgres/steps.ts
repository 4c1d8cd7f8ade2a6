import { later } from "../../protocol/time.ts";
import type { AdvanceOptions, JournalShape, Step } from "../journal.ts";
import type { OrderRow } from "../sql.ts";
import type { Ask } from "./client.ts";

/** An order as it was read: what is known of it, and whether this statement was seen and this commit was made. */
export type Read = {
  readonly nth: number | null;
  readonly events: number;
  readonly version: number;
  readonly state: string;
  readonly seen: boolean;
  readonly made: boolean;
};

const READ = `SELECT orders.nth, events, version, state,
    EXISTS (SELECT 1 FROM seen WHERE statement = $2) AS seen,
    EXISTS (SELECT 1 FROM events WHERE events.of = orders.nth AND events.nth >= $3 AND events.mark = $4) AS made
  FROM (SELECT 1) one LEFT JOIN orders ON orders.id = $1`;

/** `made` is asked only when a commit was tried. */
export const readOrder = (order: string, once: string | undefined, tried: { nth: number; mark: string }): Ask => ({
  sql: READ,
  values: [order, once ?? null, tried.nth, tried.mark],
});

/** The row is changed only while it is as it was read: whoever came between has raised `events`, and this is as nothing. */
const CHANGED = `UPDATE orders SET events = $1, finished = $2, last_wall = $3, version = $4, state = $5, party = $20::text
    WHERE nth = $6::bigint AND events = $1 - 1 RETURNING nth`;
const BEGUN = `INSERT INTO orders (events, finished, last_wall, version, state, id, party)
    VALUES ($1, $2, $3, $4, $5, $6, $20::text)
    ON CONFLICT (id) DO NOTHING RETURNING nth`;

const written = (order: string): string => `WITH changed AS (${order}),
  told AS (INSERT INTO events (of, nth, wall, version, event, mark) SELECT nth, $1, $3, $7::integer, $8::text, $9::text FROM changed),
  saw AS (INSERT INTO seen (statement, of, wall) SELECT $10::text, nth, $3 FROM changed WHERE $10::text IS NOT NULL),
  finished AS (DELETE FROM effects WHERE id = $11 AND EXISTS (SELECT 1 FROM changed) RETURNING kind),
  taken_back AS (DELETE FROM effects USING changed WHERE effects.of = changed.nth AND kind = ANY($12::text[])),
  added AS (INSERT INTO effects (id, of, kind, addressee, clock, due_ms, wall, version, effect)
    SELECT due.id, changed.nth, due.kind, due.addressee, $13::text, due.ms, $3, $14::integer, due.effect FROM changed,
      unnest($15::text[], $16::text[], $17::text[], $18::double precision[], $19::text[])
        WITH ORDINALITY AS due (id, kind, addressee, ms, effect, place)
    ORDER BY due.place)
  SELECT nth, (SELECT kind FROM finished) AS finished FROM changed`;

const CHANGE = written(CHANGED);
const BEGIN = written(BEGUN);

export type Writing<State, Event, Effect> = {
  readonly order: string;
  readonly known: Pick<OrderRow, "nth" | "events"> | undefined;
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

/** The order's number, and the kind of the effect that is finished by the way. */
export type Written = { readonly nth: number; readonly finished: string | null };

/** Event, state and effects in one statement, which is one commit. It answers no row when the order is not as it was read. */
export function writeStep<State, Event, Effect>(
  { order, known, event, step, options, mark }: Writing<State, Event, Effect>,
  { shape, newId, wall }: Pens<State, Event, Effect>,
): Ask {
  const { now, once, finishes } = options;
  const due = step.effects.map(({ effect, afterMs = 0 }) => {
    const { kind, to } = shape.traits(effect);
    const ms = afterMs > 0 ? later(now, afterMs).ms : 0;
    return { id: newId(), kind, to: to ?? null, ms, effect: JSON.stringify(effect) };
  });
  const events = (known?.events ?? 0) + 1;
  const kept = [events, step.finished === true ? 1 : 0, wall(), shape.state.version, JSON.stringify(step.state)];
  return {
    sql: known === undefined ? BEGIN : CHANGE,
    values: [
      ...kept,
      known?.nth ?? order,
      ...[shape.event.version, JSON.stringify(event), mark, once ?? null, finishes ?? null],
      step.takesBack ?? [],
      ...[now.clock, shape.effect.version],
      ...[due.map(({ id }) => id), due.map(({ kind }) => kind), due.map(({ to }) => to)],
      ...[due.map(({ ms }) => ms), due.map(({ effect }) => effect)],
      shape.partyOf?.(step.state) ?? null,
    ],
  };
}

const IGNORE = `WITH saw AS (INSERT INTO seen (statement, of, wall) SELECT $1::text, $2::bigint, $3::bigint WHERE $1::text IS NOT NULL
    ON CONFLICT DO NOTHING)
  DELETE FROM effects WHERE id = $4`;

/** An ignored event changes nothing but that its statement was seen, and that an effect has had its outcome. */
export const writeIgnored = ({ once, finishes }: AdvanceOptions, of: number | null, wall: number): Ask => ({
  sql: IGNORE,
  values: [once ?? null, of, wall, finishes ?? null],
});
