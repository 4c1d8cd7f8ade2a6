import { rmSync } from "node:fs";
import { join } from "node:path";
import { newKeyPair } from "../../protocol/keys.ts";
import { type Far, openFar } from "../bench/far.ts";
import { freePort } from "../support/free-port.ts";
import { pause } from "../support/until.ts";
import type { FleetBackend, Ways } from "./backends.ts";
import { type FleetBroker, startBroker } from "./broker.ts";
import type { TurnedAway } from "./customer.ts";
import { type FleetDatabase, startDatabase } from "./database.ts";
import { enrolAll } from "./enrol.ts";
import { counted } from "./fates.ts";
import { backendNames, dealt, type Ends, newStands, openFolder, startBackends } from "./ground.ts";
import type { House, HouseParts, HouseReport } from "./house.ts";
import { Network, startBalancer } from "./network.ts";
import { type FleetProvider, SERVER_KEY, startProvider } from "./provider.ts";
import type { StandPapers } from "./stand.ts";
import { longer, Standstill, type StoodStill } from "./standstill.ts";
import type { OrderTruth, Queues, Steps } from "./truth.ts";

export type FleetParts = {
  readonly stands: number;
  readonly backends: number;
  /** Processes that the stands are spread over. */
  readonly houses: number;
  readonly seed: number;
  /** Between a customer's end and the next one's press, on average. */
  readonly pauseMs: number;
  readonly diskMb: number;
  tell(what: string): void;
};

/** A whole fleet at work on this machine: real programs, each a process, and a proxy on every way between any two. */
export type Fleet = {
  readonly backends: readonly FleetBackend[];
  readonly network: Network;
  readonly broker: FleetBroker;
  readonly database: FleetDatabase;
  readonly provider: FleetProvider;
  /** Customers come. */
  open(): Promise<void>;
  /** No customer comes any more. */
  shut(): Promise<void>;
  report(): Promise<HouseReport>;
  queues(): Promise<Queues>;
  truth(): Promise<FleetTruth>;
  /** How long the processes of the stands, and this one with everybody's network, let things wait since this was last asked. */
  stoodStill(): Promise<Readonly<Record<"stands" | "network", StoodStill>>>;
  /** With `keep`, its folder with every log stays. */
  close(keep?: "keep"): Promise<void>;
  readonly folder: string;
};

type FleetTruth = { readonly orders: readonly OrderTruth[]; readonly turnedAway: readonly TurnedAway[] };

const HOST = "localhost";

/** Resolves when every backend serves and every stand is connected. */
export async function openFleet(parts: FleetParts): Promise<Fleet> {
  const folder = openFolder("fleet");
  const closing: Ends = [];
  const close = async (keep?: "keep"): Promise<void> => {
    for (const end of closing.reverse()) await end();
    if (keep === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await assemble(parts, folder, closing)), folder, close };
  } catch (error) {
    await close("keep");
    throw error;
  }
}

async function assemble(parts: FleetParts, folder: string, closing: Ends): Promise<Omit<Fleet, "folder" | "close">> {
  const { tell } = parts;
  const names = backendNames(parts.backends);
  const broker = await startBroker(folder, names);
  closing.push(() => broker.close());
  const database = await startDatabase(folder, parts.diskMb);
  closing.push(() => database.close());
  const network = new Network();
  closing.push(() => network.close());
  const ports = await Promise.all(names.map(() => freePort()));
  const balancer = await startBalancer(ports);
  closing.push(() => balancer.close());
  const notified = await network.way("midtrans to the backends", balancer.port);
  const provider = await startProvider(
    join(folder, "midtrans.log"),
    `http://127.0.0.1:${notified}/midtrans/notification`,
  );
  closing.push(() => provider.running.stop());
  tell("broker, database and Midtrans' stand-in are up");

  const key = newKeyPair();
  const stands = await newStands(parts.stands, broker);
  await enrolAll(
    database.store,
    stands.map((stand, nth) => ({ ...stand, late: nth % 2 === 0 ? "hold" : "refund" })),
  );
  const common = {
    ...{ folder, key: key.pem, serverKey: SERVER_KEY },
    ca: { broker: broker.ca, database: database.ca },
    password: database.password,
  };
  const waysOf = async (name: string): Promise<Ways> => ({
    broker: await network.way(`${name} to the broker`, broker.port, HOST),
    database: await network.way(`${name} to the database`, database.port),
    midtrans: await network.way(`${name} to midtrans`, provider.port),
  });
  const backends = await startBackends(common, { names, ports, broker, waysOf }, closing);
  tell(`${backends.length} backends serve`);

  const houses: Far<House>[] = [];
  closing.push(() => Promise.all(houses.map((house) => house.close())));
  for (const [nth, some] of dealt(stands, parts.houses).entries()) {
    const port = await network.way(`house ${nth + 1} to the broker`, broker.port, HOST);
    houses.push(
      await openHouse(some, { ...parts, phone: provider.phone, backend: key.publicJwk, port, ca: broker.ca, nth }),
    );
  }
  tell(`${stands.length} stands in ${houses.length} houses`);
  const ask = <Answer>(what: (house: Far<House>) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(houses.map(what));
  const report = async () => (await ask((house) => house.call("report"))).reduce(added, NOTHING);
  const standstill = new Standstill();
  await allConnected(report, stands.length);
  return {
    ...{ backends, network, broker, database, provider, report },
    open: async () => void (await ask((house) => house.call("sell"))),
    shut: async () => void (await ask((house) => house.call("shut"))),
    queues: async () => {
      const { open, unsent } = await report();
      return { "orders open at stands": open, "statements at stands": unsent, ...(await database.owed()) };
    },
    truth: async () => {
      const told = await ask((house) => house.call("truth"));
      const orders = truthOf(await provider.books(), await database.ledger(), await database.steps(), told);
      return { orders, turnedAway: told.flatMap(({ turnedAway }) => turnedAway) };
    },
    stoodStill: async () => ({
      stands: (await ask((house) => house.call("stoodStill"))).reduce(longer),
      network: standstill.since(),
    }),
  };
}

type HouseGround = Pick<FleetParts, "seed" | "pauseMs"> &
  Pick<HouseParts, "phone" | "backend"> & { readonly port: number; readonly ca: string; readonly nth: number };

function openHouse(stands: readonly StandPapers[], ground: HouseGround): Promise<Far<House>> {
  const { seed, pauseMs, phone, backend, port, ca, nth } = ground;
  const broker = { url: `mqtts://localhost:${port}`, ca };
  const how: HouseParts = { stands, broker, backend, phone, seed: seed * 1_000 + nth, pauseMs };
  return openFar<House>("../fleet/house.js", how);
}

const NOTHING: HouseReport = { connected: 0, open: 0, unsent: 0, busy: 0 };
const added = (one: HouseReport, other: HouseReport): HouseReport => ({
  connected: one.connected + other.connected,
  open: one.open + other.open,
  unsent: one.unsent + other.unsent,
  busy: one.busy + other.busy,
});

const CONNECTED_WITHIN_MS = 120_000;

async function allConnected(report: () => Promise<HouseReport>, stands: number): Promise<void> {
  const deadline = Date.now() + CONNECTED_WITHIN_MS;
  for (let seen = 0; seen < stands; seen = (await report()).connected) {
    if (Date.now() > deadline) throw new Error(`only ${seen} of ${stands} stands are connected`);
    await pause(200);
  }
}

type Told = Awaited<ReturnType<House["truth"]>>;

function truthOf(
  books: Awaited<ReturnType<FleetProvider["books"]>>,
  ledger: Awaited<ReturnType<FleetDatabase["ledger"]>>,
  steps: ReadonlyMap<string, Steps>,
  told: readonly Told[],
): readonly OrderTruth[] {
  const stands = new Map(told.flatMap(({ states }) => states));
  const pulses = counted(told.flatMap((each) => each.pulses.map(({ order }) => order)));
  const paid = counted(told.flatMap((each) => each.paid.map(({ order }) => order)));
  const visits = new Map(told.flatMap((each) => each.visits.map((visit) => [visit.order, { visit }])));
  const released = new Map(told.flatMap((each) => each.pulses.map(({ order, ms }) => [order, { releasedMs: ms }])));
  const orders = new Set([...books.keys(), ...ledger.keys(), ...stands.keys(), ...pulses.keys(), ...paid.keys()]);
  return [...orders].map((order) => ({
    order,
    bank: books.get(order) ?? [],
    paidByPhone: paid.get(order) ?? 0,
    pulses: pulses.get(order) ?? 0,
    ledger: ledger.get(order),
    stand: stands.get(order),
    story: { ...steps.get(order), ...visits.get(order), ...released.get(order) },
  }));
}
