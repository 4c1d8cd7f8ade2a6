import { Client, Pool, type QueryConfig, types } from "pg";
import type { Clock } from "../../protocol/time.ts";
import { JournalFault } from "../journal.ts";
import { faultOf, verdictOf } from "./faults.ts";
import { InTurn } from "./in-turn.ts";

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
const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
const CONNECT_WITHIN_MS = 5_000;
const STATEMENT_MS = 8_000;
const LOCK_MS = 4_000;
/** Longer than the server's own limit: past it, the way to it is gone. */
const ANSWER_MS = 10_000;
const BIGINT = 20;

/** A connection of a machine that lost its power is given up by the server after some 15 s, and what it held is free. */
const KEEPALIVE = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3";

/** The numbers of rows, and times in milliseconds, all fit. */
const numbers = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === BIGINT ? Number : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
};

const sessionOptions = (durability: "on" | "off"): string =>
  `-c synchronous_commit=${durability} -c default_transaction_isolation=read\\ committed ${KEEPALIVE}`;

function settingsOf({ place }: PostgresOptions, durability: "on" | "off") {
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
  const client = new Client(settingsOf(options, "off"));
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

/** Tries again while the database is away, and says so when it has been for too long. */
export class Patience {
  readonly #clock: PostgresOptions["clock"];
  readonly #patienceMs: number;
  #isOver = false;

  constructor({ clock, patienceMs = PATIENCE_MS }: PostgresOptions) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** What is under way is not tried again any more. */
  end(): void {
    this.#isOver = true;
  }

  async lasting<T>(where: string, work: () => Promise<T>): Promise<T> {
    const begun = this.#clock.now().ms;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      if (this.#isOver) throw new JournalFault("unwritable", `the journal ${where} is closed`);
      try {
        return await work();
      } catch (error) {
        const isLate = this.#clock.now().ms - begun + pauseMs > this.#patienceMs;
        if (isLate || this.#isOver || verdictOf(error) === "final") throw faultOf(error, where);
      }
      await new Promise<void>((resolve) => this.#clock.after(pauseMs, resolve));
    }
  }
}
