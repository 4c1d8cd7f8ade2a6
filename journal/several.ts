import type { JournalFault, JournalShape, Whole } from "./journal.ts";
import { readStored } from "./stored.ts";

/** One event of an order; the order's state stands with its first one. */
export type SeveralRow = {
  readonly id: string;
  readonly state_version: number;
  readonly state: string | null;
  readonly nth: number;
  readonly wall: number;
  readonly version: number;
  readonly event: string;
};

/** `which`: how the database at hand says that an order's id is one of a list. */
export const severalSql = (which: string): string => `SELECT orders.id, orders.version AS state_version,
    CASE WHEN events.nth = 1 THEN orders.state END AS state, events.nth, wall, events.version, event
  FROM orders JOIN events ON events.of = orders.nth WHERE orders.id ${which} ORDER BY orders.nth, events.nth`;

type Shape<State, Event> = Pick<JournalShape<State, Event, never>, "state" | "event">;

/** Rows of one order stand together, by number. */
export function wholesOf<State, Event>(
  rows: readonly SeveralRow[],
  shape: Shape<State, Event>,
): readonly Whole<State, Event>[] {
  const orders = new Map<string, SeveralRow[]>();
  for (const row of rows) {
    const before = orders.get(row.id);
    if (before === undefined) orders.set(row.id, [row]);
    else before.push(row);
  }
  return [...orders].map(([order, ofOne]) => wholeOf(order, ofOne, shape));
}

function wholeOf<State, Event>(
  order: string,
  rows: readonly SeveralRow[],
  shape: Shape<State, Event>,
): Whole<State, Event> {
  const [first] = rows;
  try {
    const state = readStored(shape.state, first?.state ?? "", first?.state_version ?? 0, `state of order ${order}`);
    const story = rows.map(({ nth, wall, version, event }) => ({
      event: readStored(shape.event, event, version, `event ${nth} of order ${order}`),
      wall,
    }));
    return { order, state, story };
  } catch (fault) {
    return { order, fault: fault as JournalFault };
  }
}
