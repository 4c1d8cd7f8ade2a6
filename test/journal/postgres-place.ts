import { steadyClock } from "../../host/clock.ts";
import type { PostgresPlace as Where } from "../../journal/postgres/client.ts";
import { openPostgresJournal, type PostgresJournalOptions } from "../../journal/postgres/open.ts";
import type { PostgresJournal } from "../../journal/postgres/postgres-journal.ts";
import type { PostgresServer } from "../support/postgres.ts";
import type { JournalPlace } from "./contract.ts";
import { type Effect, type Event, idsFrom, type State, seeded, shape } from "./words.ts";

type Options = Partial<PostgresJournalOptions<State, Event, Effect>>;
type Opened = PostgresJournal<State, Event, Effect>;

/** A place of the test's own in the database, with journals on it. */
export class PostgresPlace implements JournalPlace {
  readonly wall = { now: 1_700_000_000_000 };
  readonly server: PostgresServer;
  readonly where: Where;
  readonly #newId = idsFrom(seeded(1), () => this.wall.now);
  readonly #opened: Opened[] = [];

  private constructor(server: PostgresServer, where: Where) {
    this.server = server;
    this.where = where;
  }

  static async on(server: PostgresServer): Promise<PostgresPlace> {
    return new PostgresPlace(server, await server.newPlace());
  }

  async open(options: Options = {}): Promise<Opened> {
    const opened = await openPostgresJournal({
      place: this.where,
      clock: steadyClock("test"),
      connections: 4,
      shape,
      newId: this.#newId,
      wall: () => this.wall.now,
      ...options,
    });
    this.#opened.push(opened);
    return opened;
  }

  /** What the server sees when the process is killed: its connections end, wherever they are. */
  async crash(): Promise<Opened> {
    await this.server.cutAll();
    return this.open();
  }

  async remove(): Promise<void> {
    await Promise.all(this.#opened.map((journal) => journal.close()));
  }
}
