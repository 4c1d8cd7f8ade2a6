import type { StandId } from "../../protocol/ids.ts";
import { sql } from "../store/query.ts";
import type { Store } from "../store/store.ts";
import { type FigureColumn, figureOf, figures } from "./figures.ts";
import type { HourRow, MinuteRow } from "./tables.ts";

/** `points`: at most so many, 1 to 1,000. Walls in milliseconds since 1970, `toMs` not included. */
export type SeriesAsked = {
  readonly stand: StandId;
  readonly fromMs: number;
  readonly toMs: number;
  readonly points: number;
};

/** A line for each figure: the mean of each point's time, and the least and most in it; `null` where nobody knows. */
export type Series = {
  /** Where each point's time begins. */
  readonly atMs: readonly number[];
  readonly figures: Lines;
  readonly least: Lines;
  readonly most: Lines;
};
export type Lines = Readonly<Record<string, readonly (number | null)[]>>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A chart of more is drawn from hours. */
const MINUTES_MOST_MS = 48 * HOUR_MS;
const LONGEST_MS = 400 * 24 * HOUR_MS;
const POINTS_MOST = 1_000;

/** What is known of a stand in a time: from minutes where they are kept, else from hours, and from minutes what is in no hour yet. */
export async function seriesOf(
  store: Store,
  asked: SeriesAsked,
  { nowMs, minutesKeptMs }: { readonly nowMs: number; readonly minutesKeptMs: number },
): Promise<Series> {
  const toMs = Math.min(asked.toMs, nowMs + MINUTE_MS);
  const fromMs = Math.max(asked.fromMs, toMs - LONGEST_MS);
  const isNear = toMs - fromMs <= MINUTES_MOST_MS && fromMs >= nowMs - minutesKeptMs;
  const samples = isNear
    ? await minutesOf(store, asked.stand, fromMs, toMs)
    : await hoursAndRest(store, asked.stand, fromMs, toMs);
  return thinned(samples, { fromMs, toMs, points: asked.points, leastMs: isNear ? MINUTE_MS : HOUR_MS });
}

/** One minute, or one hour, in whole steps. */
export type Sample = { readonly atMs: number; readonly weight: number } & Readonly<
  Record<FigureColumn, { readonly min: number; readonly avg: number; readonly max: number } | null>
>;

/** The key of minutes begins with the minute, so each is named: one look in the key a minute. */
async function minutesOf(store: Store, stand: StandId, fromMs: number, toMs: number): Promise<readonly Sample[]> {
  const from = Math.ceil(fromMs / MINUTE_MS);
  const last = Math.ceil(toMs / MINUTE_MS) - 1;
  if (last < from) return [];
  const { rows } = await sql<MinuteRow>`
    WITH RECURSIVE wanted (minute) AS (
      SELECT CAST(${from} AS integer) UNION ALL SELECT minute + 1 FROM wanted WHERE minute < CAST(${last} AS integer)
    )
    SELECT health_minutes.* FROM wanted
    JOIN health_minutes ON health_minutes.minute = wanted.minute AND health_minutes.stand = ${stand}
    ORDER BY health_minutes.minute`.execute(store);
  return rows.map((row) => sampleOf(row.minute * MINUTE_MS, 1, (column) => [row[column], row[column], row[column]]));
}

async function hoursAndRest(store: Store, stand: StandId, fromMs: number, toMs: number): Promise<readonly Sample[]> {
  const rows: HourRow[] = await store
    .selectFrom("health_hours")
    .where("stand", "=", stand)
    .where("hour", ">=", Math.ceil(fromMs / HOUR_MS))
    .where("hour", "<", Math.ceil(toMs / HOUR_MS))
    .selectAll()
    .orderBy("hour")
    .execute();
  const hours = rows.map((row) =>
    sampleOf(row.hour * HOUR_MS, row.samples, (column) => [
      row[`${column}_min`],
      row[`${column}_avg`],
      row[`${column}_max`],
    ]),
  );
  const known = (rows.at(-1)?.hour ?? Number.NEGATIVE_INFINITY) + 1;
  const restMs = Math.max(fromMs, toMs - MINUTES_MOST_MS, known * HOUR_MS);
  return [...hours, ...(await minutesOf(store, stand, restMs, toMs))];
}

type Three = readonly [min: number | null, avg: number | null, max: number | null];

function sampleOf(atMs: number, weight: number, of: (column: FigureColumn) => Three): Sample {
  const columns = figures.map(({ column }) => {
    const [min, avg, max] = of(column);
    return [column, min === null || avg === null || max === null ? null : { min, avg, max }];
  });
  return { atMs, weight, ...Object.fromEntries(columns) } as Sample;
}

type Thinning = { readonly fromMs: number; readonly toMs: number; readonly points: number; readonly leastMs: number };

/** At most `points` points of one length each, that cover the whole time; one without a sample has `null`. */
export function thinned(samples: readonly Sample[], { fromMs, toMs, points, leastMs }: Thinning): Series {
  const wanted = Math.max(1, Math.min(POINTS_MOST, Math.floor(points)));
  const lengthMs = Math.max(leastMs, Math.ceil(Math.max(0, toMs - fromMs) / wanted));
  const count = Math.min(wanted, Math.ceil(Math.max(0, toMs - fromMs) / lengthMs));
  const buckets: Sample[][] = Array.from({ length: count }, () => []);
  for (const sample of samples) buckets[Math.floor((sample.atMs - fromMs) / lengthMs)]?.push(sample);
  return {
    atMs: buckets.map((_, nth) => fromMs + nth * lengthMs),
    figures: linesOf(buckets, meanOf),
    least: linesOf(buckets, (known) => Math.min(...known.map(({ min }) => min))),
    most: linesOf(buckets, (known) => Math.max(...known.map(({ max }) => max))),
  };
}

type Known = { readonly weight: number; readonly min: number; readonly avg: number; readonly max: number };

const meanOf = (known: readonly Known[]): number =>
  known.reduce((sum, { avg, weight }) => sum + avg * weight, 0) / known.reduce((sum, { weight }) => sum + weight, 0);

function linesOf(buckets: readonly (readonly Sample[])[], join: (known: readonly Known[]) => number): Lines {
  const line = (column: FigureColumn) =>
    buckets.map((bucket) => {
      const known = bucket.flatMap((sample) =>
        sample[column] === null ? [] : [{ weight: sample.weight, ...sample[column] }],
      );
      return known.length === 0 ? null : join(known);
    });
  return Object.fromEntries(
    figures.map((figure) => [figure.name, line(figure.column).map((steps) => figureOf(figure, steps))]),
  );
}
