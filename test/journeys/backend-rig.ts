import { type Backend, openBackend } from "../../backend/backend.ts";
import type { LedgerJournal } from "../../backend/cashier.ts";
import { tellKinds } from "../../backend/ledger/effects.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Effect, Event, State, Terms } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT, onlyMerchant } from "../../backend/merchants.ts";
import { payAddresses } from "../../backend/pay/addresses.ts";
import { payRoutes } from "../../backend/pay/routes.ts";
import { type Http, openHttp } from "../../backend/providers/http.ts";
import { midtransCore } from "../../backend/providers/midtrans/core.ts";
import { webhookRoute } from "../../backend/webhooks.ts";
import { utcClock } from "../../host/clock.ts";
import { type Server, serve } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import { Secret } from "../../host/secret.ts";
import type { OrderId, StandId } from "../../protocol/ids.ts";
import { type KeySet, keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { freePort } from "../support/mosquitto.ts";
import { type Proxy as Cable, startProxy } from "../support/proxy.ts";
import { refunding } from "../support/terms.ts";
import { Disk, type Place } from "../world/house.ts";
import { Life, mortal } from "../world/mortal.ts";
import { type ProcessClock, processClock } from "./process-clock.ts";
import { SOON } from "./stand-options.ts";

export type BackendGround = {
  readonly place: Place;
  readonly brokerPort: number;
  readonly midtransPort: number;
  readonly serverKey: string;
  readonly standKeys: () => KeySet;
  readonly random: () => number;
  readonly log: Log;
  readonly terms: Partial<Terms>;
  /** Every order has a page for its customer. */
  readonly pages: boolean;
  /** For one call to Midtrans. */
  readonly timeoutMs: number;
};

/** The provider's codes outlive the stands' patience by far; nobody asks before a notification has had its chance. */
const TERMS: Terms = {
  payableMs: 900_000,
  retryPausesMs: [100, 200],
  firstAskMs: 60_000,
  slowestAskMs: 300_000,
  lapseMs: 30_000,
  ...refunding,
};

const CUTS = ["advance", "start", "finish", "again", "hasten"] as const;
const PROVIDER_CUTS = ["charge", "standing", "void", "refund"] as const;
const PATH = "/midtrans/notification";
const PAY_KEY = new Secret("nobody knows the key of these journeys");

type Running = {
  readonly life: Life;
  readonly clock: ProcessClock;
  readonly backend: Backend;
  readonly journal: LedgerJournal;
  readonly link: Cable;
  readonly road: Cable;
  readonly http: Http;
  readonly server: Server;
};

/** The backend's machine: its disk and address stay, its process is started, stopped and killed. */
export class BackendRig {
  readonly #ground: BackendGround;
  readonly #pair = newKeyPair();
  readonly #disk: Disk<State, Event, Effect>;
  #port = 0;
  #running: Running | undefined;

  constructor(ground: BackendGround) {
    this.#ground = ground;
    this.#disk = new Disk(ground.place, ledgerShape, ground.random);
  }

  get keys(): KeySet {
    return keySetOf([{ owner: "backend", jwk: this.#pair.publicJwk }]);
  }

  get key() {
    return this.#pair.signing;
  }

  /** Where Midtrans sends its notifications, through every life of the process. */
  get webhook(): string {
    return `http://127.0.0.1:${this.#port}${PATH}`;
  }

  get backend(): Backend {
    return this.#now.backend;
  }

  /** Its books, as the process has them open. */
  get journal(): LedgerJournal {
    return this.#now.journal;
  }

  /** The cable to the broker. */
  get link(): Cable {
    return this.#now.link;
  }

  /** The way to Midtrans. */
  get road(): Cable {
    return this.#now.road;
  }

  hears(stand: StandId): boolean {
    return this.backend.fleet.connected && this.backend.fleet.presence.get(stand)?.online === true;
  }

  async stateOf(order: OrderId): Promise<State | undefined> {
    return this.#disk.reader().stateOf(order);
  }

  async states(): Promise<readonly State[]> {
    return (await this.#disk.reader().latest(100)).map(({ state }) => state);
  }

  /** What it owes stands, provider and staff; a second look at what the provider does not know is no debt. */
  async owed(): Promise<number> {
    return (await this.#disk.reader().backlog([...tellKinds, "charge", "ask", "void", "lapse", "alarm"])).count;
  }

  /** What it noted of the stands' health, oldest first. */
  async health(): Promise<readonly unknown[]> {
    return (await this.#disk.reader().notes("health", 100)).map(({ json }) => json);
  }

  cutLink(): void {
    this.link.refuse(true);
    this.link.cut();
  }

  mendLink(): void {
    this.link.refuse(false);
    this.link.cut();
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const { brokerPort, midtransPort, standKeys, random, log, terms, pages } = this.#ground;
    const life = new Life();
    const clock = processClock(utcClock());
    const [link, road] = await Promise.all([startProxy({ port: brokerPort }), startProxy({ port: midtransPort })]);
    const http = openHttp({ clock });
    const provider = mortal(this.#midtrans(http, clock, road), life, PROVIDER_CUTS);
    const journal = mortal(
      this.#disk.open(() => clock.wall()),
      life,
      CUTS,
    );
    const url = `mqtt://127.0.0.1:${link.port}`;
    const backend = openBackend({
      clientId: "backend-1",
      journal,
      merchants: onlyMerchant(provider),
      key: this.#pair.signing,
      standKeys: standKeys(),
      openTransport: openMqtt({ url, clock, random, log, redial: SOON }),
      clock,
      random,
      log,
      termsFor: () => ({ ...TERMS, ...terms }),
      ...(pages && { pageOf: payAddresses(`http://127.0.0.1:${this.#port}`, PAY_KEY).pageOf }),
      onFault: (fault) => log.error("journal failed", { fault }),
    });
    const webhook = webhookRoute({ merchant: ONLY_MERCHANT, provider, cashier: backend.cashier, log, path: PATH });
    const door = { journal, key: PAY_KEY, contact: {}, clock, log, isTest: () => true, isProxy: () => false };
    const routes = [webhook, ...(pages ? payRoutes({ ...door, requestsAMinute: 1_000 }) : [])];
    const server = await serve({ routes, port: this.#port, clock: utcClock(), log, closeWithinMs: 30 });
    this.#running = { life, clock, backend, journal, link, road, http, server };
  }

  /** The process dies as by `kill -9`. */
  async kill(): Promise<void> {
    const { life, clock } = this.#now;
    life.end();
    clock.end();
    await this.#gone();
  }

  /** Ends as by SIGTERM, and starts again on the same disk. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** The process ends as by SIGTERM. */
  async stop(): Promise<void> {
    const { backend, clock, server } = this.#now;
    await server.close();
    await backend.stop();
    clock.end();
    await this.#gone();
  }

  async close(): Promise<void> {
    if (this.#running !== undefined) await this.stop();
  }

  get #now(): Running {
    if (this.#running === undefined) throw new Error("the backend is not running");
    return this.#running;
  }

  async #gone(): Promise<void> {
    const { link, road, http, server } = this.#now;
    this.#running = undefined;
    link.refuse(true);
    await Promise.all([link.close(), road.close(), http.close(), server.close()]);
    await this.#disk.cut();
  }

  #midtrans(http: Http, clock: ProcessClock, road: Cable) {
    const { serverKey, log, timeoutMs } = this.#ground;
    return midtransCore({
      serverKeys: () => [new Secret(serverKey)],
      baseUrl: `http://127.0.0.1:${road.port}`,
      notificationUrls: [this.webhook],
      timeoutMs,
      http,
      clock,
      log,
    });
  }
}
