/**
 * What both databases are asked in the same words, with `?` for each value. What they say differently (a list of values, a hint
 * which index to use, how an effect is leased) stands with each.
 */

const ORDER = "SELECT nth, id, events, version, state FROM orders";

export const SQL = {
  order: `${ORDER} WHERE id = ?`,
  unfinished: `${ORDER} WHERE finished = 0 ORDER BY nth`,
  latest: `${ORDER} ORDER BY nth DESC LIMIT ?`,
  story: `SELECT events.nth, wall, events.version, event FROM orders JOIN events ON events.of = orders.nth
    WHERE orders.id = ? ORDER BY events.nth`,
  see: "INSERT INTO seen (statement, of, wall) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  /** What an order that is still here has seen stays seen, however old. */
  dropSeen: `DELETE FROM seen WHERE statement IN (SELECT statement FROM seen WHERE wall < ?
    AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.nth = seen.of) LIMIT ?)`,
  note: "INSERT INTO notes (kind, wall, json) VALUES (?, ?, ?) RETURNING nth",
  dropNotes: "DELETE FROM notes WHERE nth <= ?",
  notes: "SELECT wall, json FROM notes WHERE kind = ? ORDER BY nth DESC LIMIT ?",
  probe: "INSERT INTO probe (one, mark) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET mark = excluded.mark",
  probed: "SELECT mark FROM probe",
  about: "SELECT id, state_version AS state, event_version AS event, effect_version AS effect FROM about WHERE one = 1",
  raise: "UPDATE about SET state_version = ?, event_version = ?, effect_version = ?",
} as const;

export type OrderRow = {
  readonly nth: number;
  readonly id: string;
  /** How many events the order has. */
  readonly events: number;
  readonly version: number;
  readonly state: string;
};

export type EventRow = {
  readonly nth: number;
  readonly wall: number;
  readonly version: number;
  readonly event: string;
};

export type NoteRow = { readonly wall: number; readonly json: string };

/** What names a journal, and the latest versions of the words in it. */
export type AboutRow = { readonly id: string } & Readonly<Record<"state" | "event" | "effect", number>>;
