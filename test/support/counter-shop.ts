import { appendFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { signNotification } from "../../backend/providers/midtrans/signature.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { Secret } from "../../host/secret.ts";
import { firstReleaseOf, type OrderId, type StandId } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { startBroker } from "../../sandbox/broker.ts";
import { type Sandbox, startMidtrans } from "../../sandbox/midtrans/start.ts";
import { seeded } from "../world/seeded.ts";
import { BackendProgram, newSite, SERVER_KEY, type Site, type SiteParts } from "./backend-program.ts";
import { type TalkingStand, talkingStand } from "./talking-stand.ts";
import { until } from "./until.ts";

/** One backend as a process of its own, with a broker, Midtrans' stand-in and a stand that talks: for whole sales. */
export type CounterShop = {
  readonly site: Site;
  /** The broker's address. */
  readonly broker: string;
  readonly midtrans: Sandbox;
  readonly stand: TalkingStand;
  /** Starts the backend's process, and waits until it serves stands. */
  start(): Promise<BackendProgram>;
  /** The stand asks, and is told the code. */
  offered(): Promise<OrderId>;
  /** The customer pays; nobody is told yet. */
  paid(order: OrderId): void;
  /** Midtrans tells the backend how the order stands; the status of the answer. */
  notified(backend: BackendProgram, order: OrderId): Promise<number>;
  told(order: OrderId, word: string): Promise<void>;
  /** The stand lets the goods out. */
  delivered(order: OrderId): Promise<void>;
  /** A whole sale; resolves when the backend has the stand's last word. */
  sells(backend: BackendProgram): Promise<OrderId>;
};

/** `more`: further lines of the configuration. */
export async function openCounterShop(more = "", parts: SiteParts = {}): Promise<CounterShop> {
  const clock = steadyClock("test");
  const broker = await startBroker({ port: 0, log: silentLog });
  onTestFinished(() => broker.close());
  const midtrans = await startMidtrans({ port: 0, clock, random: seeded(1), log: silentLog, serverKey: SERVER_KEY });
  onTestFinished(() => midtrans.close());
  const key = newKeyPair();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const site = newSite({ broker: url, midtrans: midtrans.url, key: key.pem, ...parts });
  appendFileSync(site.config, `\n${more}`);
  const [signing] = site.standKeys;
  if (signing === undefined) throw new Error("a site without a stand");
  const keys = keySetOf([{ owner: "backend", jwk: key.publicJwk }]);
  const stand = await talkingStand(url, "stand-1" as StandId, signing, keys);
  onTestFinished(() => stand.close());
  const shop: CounterShop = {
    site,
    broker: url,
    midtrans,
    stand,
    start: async () => {
      const backend = new BackendProgram(["--config", site.config]);
      await backend.ready();
      await until("it is connected", () => backend.find("connected to the broker") !== undefined, 20_000);
      return backend;
    },
    offered: async () => {
      const order = await stand.asksForCharge();
      await shop.told(order, "offer");
      return order;
    },
    paid: (order) => {
      const paid = midtrans.midtrans.pay(`${order}-1`, { issuer: "gopay", route: "on-us", amount: rupiah(15_000) });
      if (paid === "unknown" || "unmoved" in paid) throw new Error(`${order} cannot be paid`);
    },
    notified: async (backend, order) => notify(midtrans, await backend.ready(), `${order}-1`),
    told: (order, word) =>
      until(`the stand is told ${word}`, () => stand.toldOf(order).some(({ type }) => type === word), 20_000),
    delivered: (order) => stand.says({ type: "delivered", order, release: firstReleaseOf(order), confirmed: true }),
    sells: async (backend) => {
      const order = await shop.offered();
      shop.paid(order);
      await shop.notified(backend, order);
      await shop.told(order, "settled");
      await shop.delivered(order);
      return order;
    },
  };
  return shop;
}

async function notify({ url }: Sandbox, backend: string, reference: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${SERVER_KEY}:`).toString("base64")}`;
  const told = await fetch(`${url}/v2/${reference}/status`, { headers: { authorization } });
  const standing = (await told.json()) as Parameters<typeof signNotification>[0];
  const body = JSON.stringify({ ...standing, signature_key: signNotification(standing, new Secret(SERVER_KEY)) });
  const headers = { "content-type": "application/json" };
  return (await fetch(`${backend}/midtrans/notification`, { method: "POST", headers, body })).status;
}
