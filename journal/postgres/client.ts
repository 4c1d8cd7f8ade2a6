import { Client, Pool, type PoolClient, type QueryConfig, types } from "pg";
import type { Clock } from "../../protocol/time.ts";
import { faultOf, verdictOf } from "./faults.ts";
import { InTurn } from "./in-turn.ts";
import { Patience } from "./patience.ts";

/** Where a database is, and as whom it is spoken to. */
export type PostgresPlace = {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Where in it the tables are; the user's usual one when absent. It must exist. */
  readonly schema?: string;
  readonly user: string;
  /** Asked at every connection, so that a new one is taken up without a restart. */
  readonly password?: () => string;
  /** PEM of who vouches for the server; `"system"` for the usual authorities. Without it nothing is encrypted. */
  readonly ca?: string;
};

export type PostgresOptions = {
  readonly place: PostgresPlace;
  /** Real time, for pauses between attempts. */
  readonly clock: Pick<Clock, "now" | "after">;
  /** Connections for orders, at most; one more is held for owed effects. Default 8. */
  readonly connections?: number;
  /** How long a call is tried again while the database is away. Default 10 s. */
  readonly patienceMs?: number;
};

export type Value = string | number | null | readonly (string | number | null)[];

/** A statement with the values for its `$1`, `$2` …; it is prepared once a connection. */
export type Ask = { readonly sql: string; readonly values?: readonly Value[] };

/** One connection for a work that needs the same one throughout. */
export type Line = {
  ask<Row>(ask: Ask): Promise<readonly Row[]>;
  /** Several statements, without values; `withinMs` where they may take longer than any other. */
  run(sql: string, withinMs?: number): Promise<void>;
};

const DEFAULT_CONNECTIONS = 8;
const CONNECT_WITHIN_MS = 5_000;
const STATEMENT_MS = 8_000;
const LOCK_MS = 4_000;
/** Longer than the server's own limit: past it, the way to it is gone. */
const ANSWER_MS = 10_000;
const SLACK_MS = ANSWER_MS - STATEMENT_MS;
const BIGINT = 20;
/** What PostgreSQL makes of the sum of bigints. */
const NUMERIC = 1700;

/** A connection of a machine that lost its power is given up by the server after some 15 s, and what it held is free. */
const KEEPALIVE = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3";

/** The numbers of rows, and times in milliseconds, all fit. */
const numbers = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === BIGINT || oid === NUMERIC
      ? Number
      : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
};

const sessionOptions = (durability: "on" | "off"): string =>
  `-c synchronous_commit=${durability} -c default_transaction_isolation=read\\ committed ${KEEPALIVE}`;

/**
 * A worker asks for few rows, by an index, as often as anything happens: a statement is planned once, and for an index also while the
 * server believes the table to be empty.
 */
const PLANS = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off";

function settingsOf({ place }: Pick<PostgresOptions, "place">, durability: "on" | "off") {
  const { host, port, database, schema, user, password, ca } = place;
  const ssl = ca === undefined ? {} : { ssl: { rejectUnauthorized: true, ...(ca === "system" ? {} : { ca }) } };
  return {
    ...{ host, port, database, user, types: numbers, ...ssl },
    ...(password === undefined ? {} : { password }),
    application_name: "qris-backend",
    options: `${sessionOptions(durability)}${schema === undefined ? "" : ` -c search_path=${schema}`}`,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  };
}

/** Names a place in faults and logs. */
export const nameOf = ({ host, port, database }: PostgresPlace): string => `postgres ${host}:${port}/${database}`;

/** What runs as a transaction of its own on any of the connections, tried again while the database is away. */
export class PostgresPool {
  readonly #pool: Pool;
  readonly #patience: Patience;
  readonly #where: string;

  constructor(options: PostgresOptions) {
    this.#where = nameOf(options.place);
    this.#patience = new Patience(options);
    this.#pool = new Pool({ ...settingsOf(options, "on"), max: options.connections ?? DEFAULT_CONNECTIONS });
    // A connection that breaks, whether somebody has it or not, is replaced when it is needed: whoever asks is told.
    const unheard = (): void => undefined;
    this.#pool.on("error", unheard);
    this.#pool.on("connect", (client) => void client.on("error", unheard));
  }

  /**
   * One statement, one commit, on the disk when this resolves. It may be carried out more than once, when a connection is lost before it
   * answers: it must be one to which that is nothing.
   */
  async ask<Row>(ask: Ask): Promise<readonly Row[]> {
    return this.lasting(() => this.using((line) => line.ask<Row>(ask)));
  }

  /** Carries `work` out again while the database is away, and until it has been for too long. */
  lasting<T>(work: () => Promise<T>): Promise<T> {
    return this.#patience.lasting(this.#where, work);
  }

  /** Lends one connection, once; a statement in `work` that fails costs the connection. */
  async using<T>(work: (line: Line) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      const done = await work(lineOn(client));
      client.release();
      return done;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#patience.end();
    if (!this.#pool.ended) await this.#pool.end();
  }
}

export type LineEvents = {
  /** The connection is gone; it may be told twice. */
  lost(): void;
  /** What `pg_notify` says on the channels that it listens to. */
  heard(text: string): void;
};

/** Opens a connection of one's own, whose commits the disk is not waited for. */
export async function openLine(
  options: PostgresOptions,
  { lost, heard }: LineEvents,
): Promise<Line & { close(): Promise<void> }> {
  const settings = settingsOf(options, "off");
  const client = new Client({ ...settings, options: `${settings.options} ${PLANS}` });
  client.on("error", lost);
  client.on("end", lost);
  client.on("notification", ({ payload }) => heard(payload ?? ""));
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  const { ask, run } = lineOn(client);
  const inTurn = new InTurn();
  return {
    ask: (asked) => inTurn.run("", () => ask(asked)),
    run: (sql, withinMs) => inTurn.run("", () => run(sql, withinMs)),
    close: () => client.end(),
  };
}

/** A connection that is asked in whatever words, as who lends them; what was asked and is not known to be answered costs it. */
export type PlainClient = {
  query(
    sql: string,
    values: readonly unknown[],
  ): Promise<{ command: string; rowCount: number | null; rows: unknown[] }>;
  release(): void;
};

export type PlainPool = { connect(): Promise<PlainClient>; end(): Promise<void> };

/** Connections for all that is no order: `withinMs` bounds each statement and each lock. Rejects with `JournalFault`. */
export function openPlainPool(place: PostgresPlace, connections: number, withinMs = STATEMENT_MS): PlainPool {
  const within = { statement_timeout: withinMs, lock_timeout: withinMs, query_timeout: withinMs + SLACK_MS };
  const pool = new Pool({ ...settingsOf({ place }, "on"), ...within, max: connections });
  const unheard = (): void => undefined;
  pool.on("error", unheard);
  pool.on("connect", (client) => void client.on("error", unheard));
  const told = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw faultOf(error, nameOf(place), "store");
    });
  return {
    connect: () => told(async () => plainOn(await pool.connect(), told)),
    end: () => pool.end(),
  };
}

function plainOn(client: PoolClient, told: <T>(work: () => Promise<T>) => Promise<T>): PlainClient {
  let isLost = false;
  return {
    query: (sql, values) =>
      told(async () => {
        try {
          return await client.query({ text: sql, values: [...values] });
        } catch (error) {
          isLost ||= verdictOf(error) === "lost";
          throw error;
        }
      }),
    release: () => client.release(isLost),
  };
}

const lineOn = (client: Pick<Client, "query">): Line => ({
  ask: async <Row>({ sql, values = [] }: Ask) => {
    const { rows } = await client.query({ name: nameFor(sql), text: sql, values: [...values] });
    return rows as Row[];
  },
  run: async (text, withinMs = ANSWER_MS) => {
    await client.query({ text, query_timeout: withinMs } as QueryConfig);
  },
});

/** Statements are constants of this program: each has one name. */
const names = new Map<string, string>();
function nameFor(sql: string): string {
  const name = names.get(sql) ?? `journal_${names.size + 1}`;
  names.set(sql, name);
  return name;
}
