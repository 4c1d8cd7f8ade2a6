import { tmpdir } from "node:os";
import { join } from "node:path";
import { newKeyPair } from "../../protocol/keys.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import type { Samples } from "./bare-words.ts";
import { unitEnvironment } from "./daemon.ts";
import { type Far, openFar } from "./far.ts";
import type { BareDeskParts, FarBareDesk } from "./far-bare-desk.ts";
import type { BooksAt, DeskParts, FarDesk } from "./far-desk.ts";
import { withFolder } from "./folder.ts";
import { nowMs, percentile } from "./stopwatch.ts";
import type { Row } from "./table.ts";
import { BareTalk, newStands, publicOf, StandTalk, type Talk } from "./talk.ts";

/** How much of what bare commits and messages reach the backends must reach. */
const SHARE = 0.5;
const STANDS = 64;
/** Sales under way at once: enough that nobody waits for work, few enough that they do not wait for each other only. */
const AT_ONCE = 32;
/**
 * Backends run for weeks: their first thousand sales take up to twice as long, the next two thousand still a tenth, until Node has made
 * their code fast. So many each, because several get a share each.
 */
const WARM_UP_SALES = 2_000;
const MEASURED_MS = 4_000;
/** More than are sold in that time. */
const MEASURED_AT_MOST = 4_000;
/** Of the broker's configuration in deploy/. */
const AS_DELIVERED = "max_inflight_messages 64";

type Measured = { readonly aSecond: number; readonly p99Ms: number };
type Kind = { readonly what: string; readonly backends: number; readonly books: "SQLite" | "PostgreSQL" };

export const KINDS: readonly Kind[] = [
  { what: "1 backend on SQLite", backends: 1, books: "SQLite" },
  { what: "1 backend on PostgreSQL", backends: 1, books: "PostgreSQL" },
  { what: "2 backends on PostgreSQL", backends: 2, books: "PostgreSQL" },
  { what: "4 backends on PostgreSQL", backends: 4, books: "PostgreSQL" },
];

/** Sales a second, and how long the money's news takes from the webhook to the stand while as many are sold as can be. */
export async function throughputRows(kinds: readonly Kind[] = KINDS): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const kind of kinds) rows.push(...(await rowsOf(kind)));
  return rows;
}

async function rowsOf(kind: Kind): Promise<readonly Row[]> {
  const broker = await startMosquitto({ lines: [AS_DELIVERED] });
  const postgres =
    kind.books === "PostgreSQL"
      ? await startPostgres({ settings: { max_connections: "120" }, below: tmpdir() })
      : undefined;
  try {
    return await withFolder(async (folder) => {
      const ground = { kind, broker: broker.url, newBooks: () => newBooks(folder, postgres) };
      const { measured, samples } = await withLogic(ground);
      const floor = await withoutLogic(ground, samples);
      return rowsFrom(kind, measured, floor);
    });
  } finally {
    await postgres?.close();
    await broker.close();
  }
}

function rowsFrom({ what }: Kind, measured: Measured, floor: Measured): readonly Row[] {
  const note = `${AT_ONCE} sales under way at once, of ${STANDS} stands, whose side runs on the same machine; floor: the same stands and number of processes, five durable commits and eight messages a sale, in bare SQLite or pg, MQTT.js and node:http`;
  return [
    {
      ...{ what: `sales, ${what}`, unit: "/s", value: measured.aSecond, floor: floor.aSecond },
      ...{ target: SHARE * floor.aSecond, isMore: true, note },
    },
    {
      ...{ what: `webhook -> stand then, ${what}, p99`, unit: "ms", value: measured.p99Ms, floor: floor.p99Ms },
      ...{ target: undefined, note },
    },
  ];
}

type Ground = { readonly kind: Kind; readonly broker: string; newBooks(): Promise<BooksAt> };

let made = 0;
async function newBooks(folder: string, postgres: PostgresServer | undefined): Promise<BooksAt> {
  made += 1;
  return postgres === undefined ? { file: join(folder, `books-${made}.sqlite`) } : { place: await postgres.newPlace() };
}

async function withLogic({ kind, broker, newBooks: books }: Ground): Promise<{ measured: Measured; samples: Samples }> {
  const [stands, key, at] = [newStands(STANDS), newKeyPair().pem, await books()];
  const desks = await openDesks(kind, (name) =>
    openFar<FarDesk>(
      "./far-desk.js",
      { name, broker, books: at, key, stands: publicOf(stands) } satisfies DeskParts,
      unitEnvironment("qris-backend"),
    ),
  );
  try {
    await Promise.all(desks.map((desk) => desk.call("connected")));
    const ports = await Promise.all(desks.map((desk) => desk.call("port")));
    const talk = await StandTalk.open(broker, stands, ports, kind.backends * WARM_UP_SALES + MEASURED_AT_MOST);
    const measured = await measure(talk, kind);
    const { samples } = talk;
    await talk.close();
    return { measured, samples };
  } finally {
    await Promise.all(desks.map((desk) => desk.close()));
  }
}

async function withoutLogic({ kind, broker, newBooks: books }: Ground, samples: Samples): Promise<Measured> {
  const [stands, at] = [newStands(STANDS), await books()];
  const desks = await openDesks(kind, (name) =>
    openFar<FarBareDesk>("./far-bare-desk.js", {
      ...{ name, broker, books: at, samples },
      stands: STANDS,
    } satisfies BareDeskParts),
  );
  try {
    const ports = await Promise.all(desks.map((desk) => desk.call("port")));
    const talk = await BareTalk.open(broker, stands, samples, ports);
    const measured = await measure(talk, kind);
    await talk.close();
    return measured;
  } finally {
    await Promise.all(desks.map((desk) => desk.close()));
  }
}

/** One after another: the first one makes the tables. */
async function openDesks<Desk extends Far<never>>(
  { backends }: Kind,
  open: (name: string) => Promise<Desk>,
): Promise<readonly Desk[]> {
  const desks: Desk[] = [];
  for (let nth = 1; nth <= backends; nth += 1) desks.push(await open(`backend-${nth}`));
  return desks;
}

/** What ends in the measured time, however long before it began. */
async function measure(talk: Talk, { backends }: Kind): Promise<Measured> {
  const took: number[] = [];
  let [sold, from, to] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const sellOn = async (): Promise<void> => {
    while (nowMs() < to) {
      const ms = await talk.sell();
      sold += 1;
      const at = nowMs();
      if (at >= from && at < to) took.push(ms);
      if (sold === backends * WARM_UP_SALES) [from, to] = [at, at + MEASURED_MS];
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sellOn));
  return { aSecond: (took.length * 1_000) / MEASURED_MS, p99Ms: percentile(took, 0.99) };
}
