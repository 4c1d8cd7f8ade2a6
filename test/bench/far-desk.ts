import { openBackend } from "../../backend/backend.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Effect, Event, State } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import { openHttp } from "../../backend/providers/http.ts";
import { midtransCore } from "../../backend/providers/midtrans/core.ts";
import { webhookRoute } from "../../backend/webhooks.ts";
import { utcClock } from "../../host/clock.ts";
import { serve } from "../../host/http.ts";
import type { Journal } from "../../journal/journal.ts";
import type { PostgresPlace } from "../../journal/postgres/client.ts";
import { openPostgresJournal } from "../../journal/postgres/open.ts";
import type { PostgresJournal } from "../../journal/postgres/postgres-journal.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid } from "../../protocol/ids.ts";
import { keySetOf, type PublicJwk, privateKeyFrom } from "../../protocol/keys.ts";
import type { Clock } from "../../protocol/time.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { onlyMerchant } from "../support/only-merchant.ts";
import { until } from "../support/until.ts";
import { unreadLog } from "./bench-log.ts";
import { serveFar } from "./far.ts";
import { answeringAtOnce, PATH, SERVER_KEY, TERMS } from "./shop.ts";

/** Where a desk keeps its books: a file for itself, or a database with others. */
export type BooksAt = { readonly file: string } | { readonly place: PostgresPlace };

export type DeskParts = {
  readonly name: string;
  readonly broker: string;
  readonly books: BooksAt;
  /** PEM of the backends' key. */
  readonly key: string;
  readonly stands: readonly { readonly id: string; readonly jwk: PublicJwk }[];
};

export type FarDesk = Awaited<ReturnType<typeof open>>;

/** One of the backends that share the sales: all of it real, but that Midtrans answers a charge at once, from within. */
async function open({ name, broker, books, key, stands }: DeskParts) {
  const [clock, log, random] = [utcClock(), unreadLog("backend"), Math.random];
  const { journal, shared } = await openBooks(books, clock);
  const http = openHttp({ clock });
  const midtrans = midtransCore({
    serverKeys: () => [SERVER_KEY],
    baseUrl: "http://127.0.0.1:1",
    notificationUrls: [],
    ...{ http, clock, log },
  });
  const provider = answeringAtOnce(midtrans);
  const backend = openBackend({
    clientId: name,
    group: "bench",
    journal,
    ...(shared === undefined ? {} : { company: companyOf(shared) }),
    merchants: onlyMerchant(provider),
    key: privateKeyFrom(key),
    standKeys: keySetOf(stands.map(({ id, jwk }) => ({ owner: id as never, jwk }))),
    openTransport: openMqtt({ url: broker, clock, random, log }),
    ...{ clock, random, log },
    termsFor: () => TERMS,
    onFault: (fault) => log.error("journal failed", { fault }),
  });
  const route = webhookRoute({ merchant: ONLY_MERCHANT, provider, cashier: backend.cashier, clock, log, path: PATH });
  const server = await serve({ routes: [route], port: 0, clock, log });
  return {
    port: () => server.port,
    connected: () => until("the backend is connected", () => backend.fleet.connected),
    cpuMs: () => process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000,
    close: async (): Promise<void> => {
      await server.close();
      await backend.stop();
      await http.close();
      await journal.close();
    },
  };
}

type LedgerJournal = Journal<State, Event, Effect>;
type Shared = PostgresJournal<State, Event, Effect>;

async function openBooks(
  books: BooksAt,
  clock: Clock,
): Promise<{ readonly journal: LedgerJournal; readonly shared?: Shared }> {
  const common = { shape: ledgerShape, newId: () => newUlid(clock.wall(), Math.random), wall: clock.wall };
  if ("file" in books) return { journal: openSqliteJournal({ ...common, file: books.file }).journal };
  const shared = await openPostgresJournal({ ...common, place: books.place, clock });
  return { journal: shared, shared };
}

const companyOf = (journal: Shared) => ({
  received: (stand: string, ids: readonly string[]) => journal.received(stand, ids),
  listen: (hear: (ids: readonly string[]) => void) => journal.listen(hear),
});

serveFar(open);
