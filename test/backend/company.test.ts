import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { signNotification } from "../../backend/providers/midtrans/signature.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { Secret } from "../../host/secret.ts";
import type { PostgresPlace } from "../../journal/postgres/client.ts";
import type { OrderId, StandId } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { type Sandbox, startMidtrans } from "../../sandbox/midtrans/start.ts";
import { type BackendProgram, newSite, SERVER_KEY, type Site, startBackend } from "../support/backend-program.ts";
import { type Mosquitto, startMosquitto } from "../support/mosquitto.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { type TalkingStand, talkingStand } from "../support/talking-stand.ts";
import { until } from "../support/until.ts";
import { seeded } from "../world/seeded.ts";

/** Two backends on one PostgreSQL and one Mosquitto, each a process as its operator starts it. */

let postgres: PostgresServer;
let broker: Mosquitto;
beforeAll(async () => {
  [postgres, broker] = await Promise.all([startPostgres(), startMosquitto()]);
});
afterAll(async () => {
  await Promise.all([postgres?.close(), broker?.close()]);
});

/** Several processes start, perhaps on a busy machine. */
const PATIENT = { timeout: 120_000 };
const LONG_MS = 40_000;

type Company = {
  readonly backends: readonly BackendProgram[];
  readonly stands: readonly TalkingStand[];
  readonly place: PostgresPlace;
  readonly midtrans: Sandbox;
};

/** The first one's configuration, for a process of another name on the same books. */
function shared({ config }: Site, place: PostgresPlace, name: string): string {
  const [at, text] = [join(config, "..", `${name}.toml`), readFileSync(config, "utf8")];
  const url = `postgres://${place.user}@localhost/${place.database}?host=${place.host}`;
  const more = `client_id = "${name}"\nshared_group = "backends"\n[keys]`;
  writeFileSync(at, text.replace(/file = ".*"/, `url = "${url}"`).replace("[keys]", more));
  return at;
}

async function open(): Promise<Company> {
  // A database of its own: what the configuration names has no schema.
  const { schema: _, ...place } = await postgres.newPlace();
  const database = `books_${process.hrtime.bigint()}`;
  await postgres.ask(place, `CREATE DATABASE ${database}`);
  const clock = steadyClock("test");
  const midtrans = await startMidtrans({ port: 0, clock, random: seeded(1), log: silentLog, serverKey: SERVER_KEY });
  onTestFinished(() => midtrans.close());
  const key = newKeyPair();
  const lines = ["", "", ""].map(() => "charges_a_minute = 600\ncharges_burst = 100");
  const site = newSite({ broker: broker.url, midtrans: midtrans.url, key: key.pem, stands: lines });
  const own = { ...place, database };
  const backends = ["backend-1", "backend-2"].map((name) => startBackend({ ...site, config: shared(site, own, name) }));
  for (const backend of backends) {
    await until("it is ready", () => backend.find("ready") !== undefined, LONG_MS);
    await until("it is connected", () => backend.find("connected to the broker") !== undefined, LONG_MS);
  }
  const backendKeys = keySetOf([{ owner: "backend", jwk: key.publicJwk }]);
  const stands = await Promise.all(
    site.standKeys.map((signing, nth) => talkingStand(broker.url, `stand-${nth + 1}` as StandId, signing, backendKeys)),
  );
  onTestFinished(() => Promise.all(stands.map((stand) => stand.close())).then(() => undefined));
  return { backends, stands, place: own, midtrans };
}

type Sale = { readonly stand: TalkingStand; readonly order: OrderId };

/** Each stand asks for so many charges at once. */
const sell = async (stands: readonly TalkingStand[], each: number): Promise<readonly Sale[]> =>
  Promise.all(
    stands.flatMap((stand) =>
      Array.from({ length: each }, async () => ({ stand, order: await stand.asksForCharge() })),
    ),
  );

const isTold = (word: string, { stand, order }: Sale): boolean => stand.toldOf(order).some(({ type }) => type === word);

const allTold = (word: string, sales: readonly Sale[]): Promise<void> =>
  until(`every stand is told ${word}`, () => sales.every((sale) => isTold(word, sale)), LONG_MS);

const ATTEMPTS = [3, 2, 1];

/** The customer pays what can be paid, and Midtrans tells this backend; the status of its answer. */
async function pay({ midtrans }: Pick<Company, "midtrans">, order: OrderId, backend: BackendProgram): Promise<number> {
  const payment = { issuer: "gopay", route: "on-us", amount: rupiah(15_000) } as const;
  const isPaid = (reference: string): boolean => {
    const moved = midtrans.midtrans.pay(reference, payment);
    return moved !== "unknown" && !("unmoved" in moved);
  };
  // A charge that a backend died over was ended, and asked for again.
  const reference = ATTEMPTS.map((attempt) => `${order}-${attempt}`).find(isPaid);
  if (reference === undefined) throw new Error(`no charge of ${order} can be paid`);
  const authorization = `Basic ${Buffer.from(`${SERVER_KEY}:`).toString("base64")}`;
  const told = await fetch(`${midtrans.url}/v2/${reference}/status`, { headers: { authorization } });
  const standing = (await told.json()) as Parameters<typeof signNotification>[0];
  const body = JSON.stringify({ ...standing, signature_key: signNotification(standing, new Secret(SERVER_KEY)) });
  const http = `${await backend.ready()}/midtrans/notification`;
  return (await fetch(http, { method: "POST", headers: { "content-type": "application/json" }, body })).status;
}

/** How many orders this backend has begun. */
const asked = (backend: BackendProgram): number => backend.all("step").filter(({ event }) => event === "asked").length;

const owed = async (place: PostgresPlace): Promise<number> => {
  const sql = "SELECT count(*)::integer AS count FROM effects WHERE kind LIKE 'tell %'";
  const [row] = await postgres.ask<{ readonly count: number }>(place, sql);
  return row?.count ?? 0;
};

/** Orders that the sales book has not got as the journal has them. */
const unwritten = async (place: PostgresPlace): Promise<number> => {
  const sql = `SELECT count(*)::integer AS count FROM orders LEFT JOIN sales ON sales.order_id = orders.id
    WHERE sales.events IS DISTINCT FROM orders.events OR sales.state <> orders.state::json ->> 'at'`;
  const [row] = await postgres.ask<{ readonly count: number }>(place, sql);
  return row?.count ?? -1;
};

test(
  "two backends share the stands' statements and Midtrans' notifications, and each is answered once",
  PATIENT,
  async () => {
    const company = await open();
    const { backends, stands, place } = company;
    const sales = await sell(stands, 8);
    await allTold("offer", sales);
    const shares = backends.map(asked);
    expect(shares.every((count) => count > 0)).toBe(true);
    expect(shares.reduce((sum, count) => sum + count, 0)).toBe(sales.length);
    const statuses = await Promise.all(
      sales.map(({ order }, nth) => {
        const backend = backends[nth % backends.length];
        return backend === undefined ? 0 : pay(company, order, backend);
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    await allTold("settled", sales);
    for (const { stand, order } of sales) {
      expect(stand.toldOf(order).filter(({ type }) => type === "settled")).toHaveLength(1);
      await stand.says({ type: "delivered", order, release: `R${order.slice(1)}` as never, confirmed: true });
    }
    await expect.poll(() => owed(place), { timeout: LONG_MS }).toBe(0);
    await expect.poll(() => unwritten(place), { timeout: LONG_MS }).toBe(0);
  },
);

test(
  "a backend that is killed is survived by the other, which takes over what it had in hand and what one of them does",
  PATIENT,
  async () => {
    const company = await open();
    const { backends, stands, place } = company;
    const leads = (backend: BackendProgram): boolean => backend.find("leads the backends") !== undefined;
    await until("one of them leads", () => backends.some(leads), LONG_MS);
    const first = backends.find(leads);
    const other = backends.find((backend) => backend !== first);
    if (first === undefined || other === undefined) throw new Error("two backends, one of which leads");
    expect(leads(other)).toBe(false);
    const selling = sell(stands, 8);
    await until("it is in the middle", () => asked(first) > 2, LONG_MS);
    first.kill("SIGKILL");
    const sales = await selling;
    await until(
      "every charge is answered",
      () => sales.every(({ stand, order }) => stand.toldOf(order).length > 0),
      LONG_MS,
    );
    await until("the other leads", () => leads(other), LONG_MS);
    const offered = sales.filter((sale) => isTold("offer", sale));
    expect(offered.length).toBeGreaterThan(0);
    for (const { order } of offered) expect(await pay(company, order, other)).toBe(200);
    await allTold("settled", offered);
    await expect.poll(() => owed(place), { timeout: LONG_MS }).toBe(0);
    await expect.poll(() => unwritten(place), { timeout: LONG_MS }).toBe(0);
  },
);

test("a database that loses its power while they sell, and comes back, costs no sale", PATIENT, async () => {
  const company = await open();
  const { backends, stands, place } = company;
  const selling = sell(stands, 8);
  await until("they are in the middle", () => backends.some((backend) => asked(backend) > 2), LONG_MS);
  await postgres.kill();
  await postgres.restart();
  const sales = await selling;
  await until(
    "every charge is answered",
    () => sales.every(({ stand, order }) => stand.toldOf(order).length > 0),
    LONG_MS,
  );
  const offered = sales.filter((sale) => isTold("offer", sale));
  expect(offered.length).toBeGreaterThan(0);
  for (const [nth, { order }] of offered.entries()) {
    const backend = backends[nth % backends.length];
    expect(backend && (await pay(company, order, backend))).toBe(200);
  }
  await allTold("settled", offered);
  await expect.poll(() => owed(place), { timeout: LONG_MS }).toBe(0);
  await expect.poll(() => unwritten(place), { timeout: LONG_MS }).toBe(0);
});
