import { JournalFault } from "../journal.ts";
import { type Ask, type Line, nameOf, openLine, type PostgresOptions } from "./client.ts";
import { verdictOf } from "./faults.ts";
import { Patience } from "./patience.ts";

/** A worker: one connection, and the number that it holds a lock on as long as it lives. */
type Worker = { readonly number: number; readonly line: Line & { close(): Promise<void> }; leads: boolean };

const LEAD = "SELECT pg_try_advisory_lock('orders'::regclass::oid::integer, 1) AS held";
const LISTEN = "LISTEN qris_received";
const NEXT = "SELECT nextval('workers') AS number";
/** Locks of this journal's workers, told from those of others in the same database by the number of its table. */
const LOCK = "SELECT pg_try_advisory_lock('effects'::regclass::oid::integer, $1::integer) AS held";

/** The server may not have noticed yet that a worker's connection is gone: it ends it, and waits until it has. */
const END = `SELECT pg_terminate_backend(pid, 2000) FROM pg_locks
  WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = 'effects'::regclass::oid AND objid = $1::oid`;

/** What workers had in hand that are gone: nobody holds the lock on their number. Rows that somebody just changes come next time. */
const BURY = `WITH others AS MATERIALIZED (SELECT DISTINCT worker FROM effects WHERE worker IS NOT NULL AND worker <> $1),
    gone AS MATERIALIZED (SELECT worker FROM others
      WHERE pg_try_advisory_xact_lock('effects'::regclass::oid::integer, worker)),
    left_over AS (SELECT seq FROM effects WHERE worker IN (SELECT worker FROM gone) FOR UPDATE SKIP LOCKED)
  UPDATE effects SET worker = NULL, held_ms = NULL FROM left_over WHERE effects.seq = left_over.seq RETURNING effects.seq`;

/**
 * What this process has in hand, as the database sees it: leases name a worker, and a worker is a connection. When the process dies,
 * or its machine, or the way to it, the server ends the connection, the lock goes with it, and others may take what it held. What
 * is asked here is not waited for by the disk.
 */
export class Hands {
  readonly #options: PostgresOptions;
  readonly #patience: Patience;
  #worker: Promise<Worker> | undefined;
  /** The number that was ours before, and what it had in hand. */
  #before: number | undefined;
  #hear: (text: string) => void = () => undefined;
  #lost: () => void = () => undefined;

  constructor(options: PostgresOptions) {
    this.#options = options;
    this.#patience = new Patience(options);
  }

  /** The number of the worker; another one when the connection was lost. */
  async number(): Promise<number> {
    return this.#with(async ({ number }) => number);
  }

  /** One statement of this worker; carried out again, by another worker, when the connection is lost. */
  async ask<Row>(askOf: (worker: number) => Ask): Promise<readonly Row[]> {
    return this.#with(({ number, line }) => line.ask<Row>(askOf(number)));
  }

  /** Frees what was in the hands of workers that are gone; how many effects that were. */
  async bury(): Promise<number> {
    return this.#with(buried);
  }

  /** Of all workers one leads, until its connection goes. */
  async lead(): Promise<boolean> {
    return this.#with(async (worker) => {
      if (worker.leads) return true;
      const [lock] = await worker.line.ask<{ readonly held: boolean }>({ sql: LEAD });
      worker.leads = lock?.held === true;
      return worker.leads;
    });
  }

  /**
   * `hear` is told what workers say to all. `lost`: the worker is gone, and perhaps with the whole server; then what it was told may have
   * been undone, as the disk was not waited for.
   */
  listen(hear: (text: string) => void, lost: () => void): void {
    this.#hear = hear;
    this.#lost = lost;
  }

  async close(): Promise<void> {
    this.#patience.end();
    await this.#drop(this.#worker);
  }

  #with<T>(work: (worker: Worker) => Promise<T>): Promise<T> {
    return this.#patience.lasting(nameOf(this.#options.place), async () => {
      const opening = this.#opened();
      try {
        return await work(await opening);
      } catch (error) {
        if (verdictOf(error) === "lost") await this.#drop(opening);
        throw error;
      }
    });
  }

  #opened(): Promise<Worker> {
    const known = this.#worker;
    if (known !== undefined) return known;
    const opening: Promise<Worker> = this.#open(() => this.#forget(opening));
    this.#worker = opening;
    opening.catch(() => this.#forget(opening));
    return opening;
  }

  async #open(lost: () => void): Promise<Worker> {
    const line = await openLine(this.#options, { lost, heard: (text) => this.#hear(text) });
    try {
      const worker = { number: await numberOn(line), line, leads: false };
      await line.run(LISTEN);
      if (this.#before !== undefined) await line.ask({ sql: END, values: [this.#before] });
      this.#before = worker.number;
      await buried(worker);
      return worker;
    } catch (error) {
      await line.close();
      throw error;
    }
  }

  #forget(opening: Promise<Worker>): void {
    if (this.#worker !== opening) return;
    this.#worker = undefined;
    this.#lost();
  }

  async #drop(opening: Promise<Worker> | undefined): Promise<void> {
    if (opening === undefined) return;
    this.#forget(opening);
    await opening.then(({ line }) => line.close()).catch(() => undefined);
  }
}

async function numberOn(line: Line): Promise<number> {
  const [next] = await line.ask<{ readonly number: number }>({ sql: NEXT });
  const number = next?.number ?? 0;
  const [lock] = await line.ask<{ readonly held: boolean }>({ sql: LOCK, values: [number] });
  if (lock?.held === true) return number;
  throw new JournalFault("busy", `worker ${number} of the journal is somebody else: try again`);
}

async function buried({ number, line }: Worker): Promise<number> {
  return (await line.ask({ sql: BURY, values: [number] })).length;
}
