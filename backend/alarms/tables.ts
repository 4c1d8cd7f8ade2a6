import type { OrderId, StandId } from "../../protocol/ids.ts";
import type { Migration } from "../store/migrations.ts";
import { sql } from "../store/query.ts";
import type { AlarmKind } from "./kinds.ts";

/** Something that a person should know of: from when to when it lasted, and whom it was told. */
export type AlarmRow = {
  id: string;
  /** What it is about; of alarms that last there is one of each. */
  topic: string;
  kind: AlarmKind;
  stand: StandId | null;
  order_id: OrderId | null;
  opened_ms: number;
  closed_ms: number | null;
  acknowledged_by: string | null;
  acknowledged_ms: number | null;
  /** English words, without anything of a payer. */
  detail: string;
  /** `Detail` as JSON; none of what an older program wrote. */
  facts: string | null;
  /** 1: the beginning, and the end, are in a message that is on its way. */
  told_opened: number;
  told_closed: number;
  /** Of all alarms, when it was changed last: later changes have higher ones, whoever made them. */
  revision: number;
};

export const ways = ["webhook", "mail"] as const;
export type Way = (typeof ways)[number];

/** A message to people, until it has arrived and some days after. */
export type NoticeRow = {
  id: string;
  way: Way;
  /** `Notice` as JSON. */
  body: string;
  made_ms: number;
  due_ms: number;
  tries: number;
  sent_ms: number | null;
  given_up_ms: number | null;
};

/** Counts what has changed, so that other backends see that something has. */
export type RevisionRow = { name: string; nth: number };

export type AlarmsTables = { alarms: AlarmRow; alarm_notices: NoticeRow; alarm_revisions: RevisionRow };

export const ALARMS_MIGRATIONS: readonly Migration[] = [
  {
    name: "alarms-1",
    up: async (store) => {
      for (const statement of TABLES) await sql.raw(statement).execute(store);
    },
  },
  {
    name: "alarms-2",
    up: async (store) => {
      await sql`ALTER TABLE alarms ADD COLUMN facts text`.execute(store);
    },
  },
];

const TABLES = [
  `CREATE TABLE alarms (
    id text PRIMARY KEY,
    topic text NOT NULL,
    kind text NOT NULL,
    stand text,
    order_id text,
    opened_ms bigint NOT NULL,
    closed_ms bigint,
    acknowledged_by text,
    acknowledged_ms bigint,
    detail text NOT NULL,
    told_opened smallint NOT NULL DEFAULT 0,
    told_closed smallint NOT NULL DEFAULT 0,
    revision bigint NOT NULL
  )`,
  "CREATE UNIQUE INDEX alarms_lasting ON alarms (topic) WHERE closed_ms IS NULL",
  "CREATE INDEX alarms_revision ON alarms (revision)",
  "CREATE INDEX alarms_closed ON alarms (closed_ms)",
  "CREATE INDEX alarms_opened ON alarms (opened_ms)",
  "CREATE INDEX alarms_stand ON alarms (stand, opened_ms)",
  "CREATE INDEX alarms_untold ON alarms (opened_ms) WHERE told_opened = 0 OR told_closed = 0",
  `CREATE TABLE alarm_notices (
    id text PRIMARY KEY,
    way text NOT NULL,
    body text NOT NULL,
    made_ms bigint NOT NULL,
    due_ms bigint NOT NULL,
    tries bigint NOT NULL DEFAULT 0,
    sent_ms bigint,
    given_up_ms bigint
  )`,
  "CREATE INDEX alarm_notices_due ON alarm_notices (due_ms) WHERE sent_ms IS NULL AND given_up_ms IS NULL",
  "CREATE INDEX alarm_notices_made ON alarm_notices (made_ms)",
  "CREATE TABLE alarm_revisions (name text PRIMARY KEY, nth bigint NOT NULL)",
];
