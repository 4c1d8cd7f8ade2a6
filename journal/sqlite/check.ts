import type { Connection } from "./connection.ts";

/** What is looked for, and how it is told. Each finds nothing in a sound journal. */
const QUESTIONS: readonly { readonly sql: string; readonly means: string }[] = [
  {
    sql: `SELECT orders.id AS name FROM orders LEFT JOIN events ON events.of = orders.nth GROUP BY orders.nth
          HAVING count(events.nth) <> orders.events OR max(events.nth) IS NOT orders.events OR min(events.nth) IS NOT 1`,
    means: "has events missing, or more than it counts",
  },
  {
    sql: "SELECT DISTINCT 'order number ' || of AS name FROM events WHERE of NOT IN (SELECT nth FROM orders)",
    means: "has events, but is not there",
  },
  {
    sql: "SELECT id AS name FROM effects WHERE of NOT IN (SELECT nth FROM orders)",
    means: "is owed for an order that is not there",
  },
];

const MOST = 100;

/** What is wrong with the file and with how its rows hang together, at most some hundred lines; empty when it is sound. Reads all of it. */
export function flawsIn(connection: Connection): readonly string[] {
  const damage = connection
    .prepare<{ readonly integrity_check: string }>(`PRAGMA integrity_check(${MOST})`)
    .all()
    .map(({ integrity_check: line }) => line)
    .filter((line) => line !== "ok");
  const torn = QUESTIONS.flatMap(({ sql, means }) =>
    connection
      .prepare<{ readonly name: string }>(`${sql} LIMIT ${MOST}`)
      .all()
      .map(({ name }) => `${name} ${means}`),
  );
  return [...damage, ...torn];
}
