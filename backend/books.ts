import { steadyClock, utcClock } from "../host/clock.ts";
import { every } from "../host/every.ts";
import type { Log } from "../host/log.ts";
import { openPostgresJournal } from "../journal/postgres/open.ts";
import type { PostgresJournal } from "../journal/postgres/postgres-journal.ts";
import { openSqliteJournal } from "../journal/sqlite/open.ts";
import { newUlid, type Random, type StandId, type StatementId } from "../protocol/ids.ts";
import type { Clock, Stop } from "../protocol/time.ts";
import type { LedgerJournal } from "./cashier.ts";
import { placeOf, type SharedJournalConfig } from "./config/journal-config.ts";
import { ledgerShape } from "./ledger/shape.ts";
import type { Effect, Event, State } from "./ledger/words.ts";
import type { Setup } from "./setup.ts";
import { sharedClock } from "./shared-clock.ts";
import { openStore, type Store, type StorePlace, storeFileBeside } from "./store/store.ts";

/** What backends that keep their books in one database have to tell each other. */
export type Company = {
  /** A stand has these statements, whichever backend sent them: they are owed no more, and their senders hear of it. */
  received(stand: StandId, ids: readonly StatementId[]): Promise<void>;
  /** `hear` is told which statements other backends were told that stands have. */
  listen(hear: (ids: readonly string[]) => void): void;
  /** Whether this backend does what only one of them does. */
  readonly leads: boolean;
  /** Takes over, once a second, what backends that are gone had in hand; `wake` when there may be something to do. */
  keep(wake: () => void): Stop;
};

/** The books, and the clock that their deadlines are kept on. */
export type Books = {
  readonly journal: LedgerJournal;
  readonly clock: Clock;
  /** All that is no order: stands, settings, accounts, and the sales book. */
  readonly store: Store;
  /** Where a damaged file was moved to; the books are new then. */
  readonly quarantined?: string;
  /** Whether this backend does what only one of several does. */
  leads(): boolean;
  /** Absent where one process has the books for itself. */
  readonly company?: Company;
};

type BooksParts = { readonly setup: Setup; readonly random: Random; readonly log: Log };

const LOOK_MS = 1_000;
const SET_CLOCK_MS = 30_000;

/** Opens the books where the configuration says. Rejects with `JournalFault`. */
export async function openBooks({ setup, random, log }: BooksParts): Promise<Books> {
  const { journal: kept } = setup.config;
  if (!("file" in kept)) return openShared(kept, { setup, random, log });
  const clock = utcClock();
  const { journal, quarantined } = openSqliteJournal({
    file: kept.file,
    shape: ledgerShape,
    newId: idsOn(clock, random),
    wall: clock.wall,
  });
  const store = await storeOr(() => journal.close(), clock, { file: storeFileBeside(kept.file) });
  return { journal, clock, store, leads: () => true, ...(quarantined === undefined ? {} : { quarantined }) };
}

async function storeOr(undo: () => Promise<void>, clock: Clock, place: StorePlace): Promise<Store> {
  try {
    return await openStore({ place, clock });
  } catch (error) {
    await undo();
    throw error;
  }
}

async function openShared(kept: SharedJournalConfig, { setup, random, log }: BooksParts): Promise<Books> {
  const own = steadyClock("backend");
  const place = placeOf(kept, setup.database ?? {});
  const journal = await openPostgresJournal({
    place,
    clock: own,
    connections: kept.connections,
    shape: ledgerShape,
    newId: idsOn(own, random),
    wall: own.wall,
  });
  try {
    const { clock, check } = await sharedClock({ own, ask: () => journal.time() });
    const store = await openStore({ place: { postgres: place }, clock: own });
    const company = companyOf(journal, own, log, check);
    return { journal, clock, store, leads: () => company.leads, company };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

function companyOf(
  journal: PostgresJournal<State, Event, Effect>,
  clock: Clock,
  log: Log,
  setClock: () => Promise<void>,
): Company {
  let leads = false;
  return {
    get leads() {
      return leads;
    },
    received: (stand, ids) => journal.received(stand, ids),
    listen: (hear) => journal.listen(hear),
    keep: (wake) => {
      const look = async (): Promise<void> => {
        // Who cannot ask does not know whether it still leads.
        const does = await journal.lead().catch((error: unknown) => {
          leads = false;
          throw error;
        });
        if (does && !leads) log.info("leads the backends");
        leads = does;
        const effects = await journal.bury();
        if (effects > 0) log.warn("took over what a backend had in hand that is gone", { effects });
        wake();
      };
      const round = { firstMs: 0, everyMs: LOOK_MS, what: "other backends not looked after", run: look };
      const setting = { firstMs: SET_CLOCK_MS, everyMs: SET_CLOCK_MS, what: "clock not set", run: setClock };
      const stops = [every(clock, log, round), every(clock, log, setting)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

const idsOn = (clock: Clock, random: Random) => (): string => newUlid(clock.wall(), random);
