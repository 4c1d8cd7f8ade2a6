import type { Connection } from "./sqlite-connection.ts";

export type OrderRow = {
  readonly nth: number;
  readonly id: string;
  /** How many events the order has. */
  readonly events: number;
  readonly version: number;
  readonly state: string;
};

/** `inside`: 1 when it has an event in the span. */
type SpanRow = { readonly nth: number; readonly id: string; readonly inside: number };

type EventRow = { readonly nth: number; readonly wall: number; readonly version: number; readonly event: string };

const ORDER = "SELECT nth, id, events, version, state FROM orders";

/** Whose last event may lie in a span or behind it, by number: the indexes tell, no order is read for it. */
const HEARD_SINCE = `SELECT nth FROM (
    SELECT nth FROM orders INDEXED BY orders_finished WHERE finished = 1 AND last_wall >= ? AND nth > ?
    UNION ALL SELECT nth FROM orders INDEXED BY orders_unfinished WHERE finished = 0 AND nth > ?
  ) ORDER BY nth LIMIT ?`;

/** What the journal says to SQLite about orders, events, seen statements and notes. */
export const prepareJournal = (connection: Connection) => ({
  order: connection.prepare<OrderRow>(`${ORDER} WHERE id = ?`),
  unfinished: connection.prepare<OrderRow>(`${ORDER} WHERE finished = 0 ORDER BY nth`),
  latest: connection.prepare<OrderRow>(`${ORDER} ORDER BY nth DESC LIMIT ?`),
  begin: connection.prepare(
    "INSERT INTO orders (id, events, finished, last_wall, version, state) VALUES (?, ?, ?, ?, ?, ?)",
  ),
  change: connection.prepare(
    "UPDATE orders SET events = ?, finished = ?, last_wall = ?, version = ?, state = ? WHERE nth = ?",
  ),

  tell: connection.prepare("INSERT INTO events (of, nth, wall, version, event) VALUES (?, ?, ?, ?, ?)"),
  story: connection.prepare<EventRow>(
    `SELECT events.nth, wall, events.version, event FROM orders JOIN events ON events.of = orders.nth
     WHERE orders.id = ? ORDER BY events.nth`,
  ),

  heardSince: connection.prepare<SpanRow>(
    `WITH heard AS MATERIALIZED (${HEARD_SINCE})
     SELECT orders.nth, id,
       EXISTS (SELECT 1 FROM events WHERE of = orders.nth AND wall >= ? AND wall < ?) AS inside
     FROM heard JOIN orders ON orders.nth = heard.nth ORDER BY orders.nth`,
  ),

  see: connection.prepare("INSERT OR IGNORE INTO seen (statement, of, wall) VALUES (?, ?, ?)"),
  isSeen: connection.prepare<{ readonly of: number | null }>("SELECT of FROM seen WHERE statement = ?"),

  old: connection.prepare<{ readonly nth: number }>(
    `SELECT nth FROM orders INDEXED BY orders_finished WHERE finished = 1 AND last_wall < ?
     AND nth NOT IN (SELECT of FROM effects) ORDER BY last_wall LIMIT ?`,
  ),
  dropEvents: connection.prepare("DELETE FROM events WHERE of IN (SELECT value FROM json_each(?))"),
  dropOrders: connection.prepare("DELETE FROM orders WHERE nth IN (SELECT value FROM json_each(?))"),
  /** What an order that is still here has seen stays seen, however old. */
  dropSeen: connection.prepare(
    `DELETE FROM seen WHERE statement IN (SELECT statement FROM seen WHERE wall < ?
     AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.nth = seen.of) LIMIT ?)`,
  ),

  note: connection.prepare("INSERT INTO notes (kind, wall, json) VALUES (?, ?, ?)"),
  dropNotes: connection.prepare("DELETE FROM notes WHERE nth <= ?"),
  notes: connection.prepare<{ readonly wall: number; readonly json: string }>(
    "SELECT wall, json FROM notes WHERE kind = ? ORDER BY nth DESC LIMIT ?",
  ),

  probe: connection.prepare("INSERT OR REPLACE INTO probe (one, mark) VALUES (1, ?)"),
  probed: connection.prepare<{ readonly mark: string }>("SELECT mark FROM probe"),
});
