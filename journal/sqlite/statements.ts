import { type SeveralRow, severalSql } from "../several.ts";
import { type EventRow, type NoteRow, type OrderRow, SQL } from "../sql.ts";
import type { Connection } from "./connection.ts";

/** `inside`: 1 when it has an event in the span. */
type SpanRow = { readonly nth: number; readonly id: string; readonly inside: number };

/** Whose last event may lie in a span or behind it, by number: the indexes tell, no order is read for it. */
const HEARD_SINCE = `SELECT nth FROM (
    SELECT nth FROM orders INDEXED BY orders_finished WHERE finished = 1 AND last_wall >= ? AND nth > ?
    UNION ALL SELECT nth FROM orders INDEXED BY orders_unfinished WHERE finished = 0 AND nth > ?
  ) ORDER BY nth LIMIT ?`;

/** What the journal says to SQLite about orders, events, seen statements and notes. */
export const prepareJournal = (connection: Connection) => ({
  order: connection.prepare<OrderRow>(SQL.order),
  unfinished: connection.prepare<OrderRow>(SQL.unfinished),
  latest: connection.prepare<OrderRow>(SQL.latest),
  begin: connection.prepare(
    "INSERT INTO orders (id, events, finished, last_wall, version, state) VALUES (?, ?, ?, ?, ?, ?)",
  ),
  change: connection.prepare(
    "UPDATE orders SET events = ?, finished = ?, last_wall = ?, version = ?, state = ? WHERE nth = ?",
  ),

  tell: connection.prepare("INSERT INTO events (of, nth, wall, version, event) VALUES (?, ?, ?, ?, ?)"),
  story: connection.prepare<EventRow>(SQL.story),
  several: connection.prepare<SeveralRow>(severalSql("IN (SELECT value FROM json_each(?))")),

  heardSince: connection.prepare<SpanRow>(
    `WITH heard AS MATERIALIZED (${HEARD_SINCE})
     SELECT orders.nth, id,
       EXISTS (SELECT 1 FROM events WHERE of = orders.nth AND wall >= ? AND wall < ?) AS inside
     FROM heard JOIN orders ON orders.nth = heard.nth ORDER BY orders.nth`,
  ),

  see: connection.prepare(SQL.see),
  isSeen: connection.prepare<{ readonly of: number | null }>("SELECT of FROM seen WHERE statement = ?"),

  old: connection.prepare<{ readonly nth: number }>(
    `SELECT nth FROM orders INDEXED BY orders_finished WHERE finished = 1 AND last_wall < ?
     AND nth NOT IN (SELECT of FROM effects) ORDER BY last_wall LIMIT ?`,
  ),
  dropEvents: connection.prepare("DELETE FROM events WHERE of IN (SELECT value FROM json_each(?))"),
  dropOrders: connection.prepare("DELETE FROM orders WHERE nth IN (SELECT value FROM json_each(?))"),
  dropSeen: connection.prepare(SQL.dropSeen),

  note: connection.prepare<{ readonly nth: number }>(SQL.note),
  dropNotes: connection.prepare(SQL.dropNotes),
  notes: connection.prepare<NoteRow>(SQL.notes),

  probe: connection.prepare(SQL.probe),
  probed: connection.prepare<{ readonly mark: string }>(SQL.probed),
});
