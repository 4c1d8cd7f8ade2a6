import type { LedgerJournal } from "../../backend/cashier.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Effect, Event, State } from "../../backend/ledger/words.ts";
import { steadyClock } from "../../host/clock.ts";
import type { PostgresPlace } from "../../journal/postgres/client.ts";
import { openPostgresJournal } from "../../journal/postgres/open.ts";
import type { PostgresJournal } from "../../journal/postgres/postgres-journal.ts";
import { newUlid } from "../../protocol/ids.ts";
import type { PostgresServer } from "../support/postgres.ts";
import type { LedgerDisk } from "./house.ts";
import { seeded } from "./seeded.ts";
import type { Timeline } from "./timeline.ts";

type Opened = PostgresJournal<State, Event, Effect>;

/** Books in a real PostgreSQL; no virtual time passes while it is asked. What a cut leaves is what the server has. */
export class PostgresDisk implements LedgerDisk {
  readonly #server: PostgresServer;
  readonly #timeline: Timeline;
  readonly #random = seeded(11);
  #place: PostgresPlace | undefined;
  #open: Opened | undefined;

  constructor(server: PostgresServer, timeline: Timeline) {
    this.#server = server;
    this.#timeline = timeline;
  }

  open(wall: () => number): Promise<LedgerJournal> {
    return this.#timeline.during(this.#opened(wall).then((journal) => this.#timed(journal)));
  }

  reader(): Pick<Opened, "backlog" | "latest"> {
    return {
      backlog: async (kinds) => (await this.#now()).backlog(kinds),
      latest: async (limit) => (await this.#now()).latest(limit),
    };
  }

  /** The server ends the connections of a process that was killed, and what it had asked for is done or is not. */
  async cut(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    await this.#timeline.during(this.#server.cutAll().then(() => open.close()));
  }

  async #now(): Promise<Opened> {
    return this.#open ?? this.#opened(() => 0);
  }

  async #opened(wall: () => number): Promise<Opened> {
    this.#place ??= await this.#server.newPlace();
    const newId = (): string => newUlid(wall(), this.#random);
    const parts = { place: this.#place, clock: steadyClock("world"), connections: 3, shape: ledgerShape, newId, wall };
    this.#open = await openPostgresJournal(parts);
    return this.#open;
  }

  #timed(journal: Opened): LedgerJournal {
    return new Proxy(journal, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => this.#timeline.during(Reflect.apply(value, target, args) as Promise<unknown>);
      },
    });
  }
}
