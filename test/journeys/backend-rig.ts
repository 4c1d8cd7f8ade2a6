import { type Backend, openBackend } from "../../backend/backend.ts";
import type { LedgerJournal } from "../../backend/cashier.ts";
import { tellKinds } from "../../backend/ledger/effects.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Effect, Event, State } from "../../backend/ledger/words.ts";
import type { Account } from "../../backend/merchants/accounts.ts";
import { merchantsOf } from "../../backend/merchants/merchants.ts";
import { payAddresses } from "../../backend/pay/addresses.ts";
import { type Http, openHttp } from "../../backend/providers/http.ts";
import { utcClock } from "../../host/clock.ts";
import { type Route, type Server, serve } from "../../host/http.ts";
import type { OrderId, StandId } from "../../protocol/ids.ts";
import { type KeySet, keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { freePort } from "../support/free-port.ts";
import { type Proxy as Cable, startProxy } from "../support/proxy.ts";
import { Disk } from "../world/house.ts";
import { Life, mortal } from "../world/mortal.ts";
import { openRoutes, PAY_KEY, staffRoutes } from "./backend-doors.ts";
import { type BackendGround, TERMS } from "./backend-ground.ts";
import { type ProcessClock, processClock } from "./process-clock.ts";
import { wireTo } from "./rig-broker.ts";
import { SOON } from "./stand-options.ts";

/** What is owed besides words to stands. */
const OWN_KINDS = ["charge", "ask", "void", "refund", "lapse", "alarm"];
const CUTS = ["advance", "start", "finish", "again", "hasten"] as const;
const PROVIDER_CUTS = ["charge", "standing", "void", "refund"] as const;

/** The clock of what is owed, which can skip; that of wires and calls, which cannot. */
type Clocks = { readonly clock: ProcessClock; readonly ioClock: ProcessClock };

type Running = Clocks & {
  readonly life: Life;
  readonly accounts: readonly Account[];
  readonly backend: Backend;
  readonly journal: LedgerJournal;
  readonly link: Cable;
  readonly road: Cable;
  readonly http: Http;
  readonly server: Server;
  readonly desk: Server;
};

/** The backend's machine: its disk and address stay, its process is started, stopped and killed. */
export class BackendRig {
  readonly #ground: BackendGround;
  readonly #pair = newKeyPair();
  readonly #disk: Disk<State, Event, Effect>;
  readonly #health: { readonly stand: StandId; readonly health: unknown }[] = [];
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

  /** Where Midtrans sends the first merchant's notifications, through every life of the process. */
  get webhook(): string {
    return this.origin + (this.#ground.merchants[0]?.path ?? "");
  }

  /** Where the world finds it, through every life of the process. */
  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Where staff's programs find it. */
  get desk(): Server {
    return this.#now.desk;
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
    return (await this.#disk.reader().backlog([...tellKinds, ...OWN_KINDS])).count;
  }

  /** What it heard of the stands' health, oldest first. */
  get health(): readonly { readonly stand: StandId; readonly health: unknown }[] {
    return this.#health;
  }

  cutLink(): void {
    this.link.refuse(true);
    this.link.cut();
  }

  mendLink(): void {
    this.link.refuse(false);
    this.link.cut();
  }

  /** The operator puts the keys that Midtrans shows now into the files, and has them read anew. */
  exchangeKeys(): void {
    for (const [nth, merchant] of this.#ground.merchants.entries()) {
      merchant.copyKeys();
      this.#now.accounts[nth]?.keys.renew(merchant.secrets);
    }
  }

  /** A backup of its books, as they are now. */
  backup(): Promise<string> {
    return this.#disk.backup();
  }

  /** Its process dies, its books are put back to a backup, and it is started again. */
  async goBackTo(backup: string): Promise<void> {
    await this.kill();
    this.#disk.putBack(backup);
    await this.start();
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const { broker, midtransPort, pages, clock } = this.#ground;
    const life = new Life();
    const clocks = { clock: processClock(clock), ioClock: processClock(utcClock()) };
    const [link, road] = await Promise.all([startProxy(broker), startProxy({ port: midtransPort })]);
    const http = openHttp({ clock: clocks.ioClock });
    const accounts = this.#accounts(clocks, http, road).map((account) => ({
      ...account,
      provider: mortal(account.provider, life, PROVIDER_CUTS),
    }));
    const journal = mortal(
      this.#disk.open(() => clocks.clock.wall()),
      life,
      CUTS,
    );
    const backend = this.#open(clocks, accounts, journal, link);
    const parts = { ...this.#ground, clock: clocks.clock, accounts, journal, cashier: backend.cashier };
    const [server, desk] = await Promise.all([
      this.#serve(openRoutes(parts, pages), this.#port),
      this.#serve(staffRoutes(parts), 0),
    ]);
    this.#running = { ...clocks, life, accounts, backend, journal, link, road, http, server, desk };
  }

  /** The process dies as by `kill -9`. */
  async kill(): Promise<void> {
    this.#now.life.end();
    await this.#gone();
  }

  /** Ends as by SIGTERM, and starts again on the same disk. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** The process ends as by SIGTERM. */
  async stop(): Promise<void> {
    const { backend, server, desk } = this.#now;
    await Promise.all([server.close(), desk.close()]);
    await backend.stop();
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
    const { clock, ioClock, link, road, http, server, desk } = this.#now;
    this.#running = undefined;
    clock.end();
    ioClock.end();
    link.refuse(true);
    await Promise.all([link, road, http, server, desk].map((each) => each.close()));
    await this.#disk.cut();
  }

  #accounts({ clock }: Clocks, http: Http, road: Cable): readonly Account[] {
    const { merchants, pages, timeoutMs, random, log } = this.#ground;
    const ways = { base: `http://127.0.0.1:${road.port}`, origin: this.origin, timeoutMs };
    const finish = pages ? { finishUrlOf: payAddresses(this.origin, PAY_KEY).finishOf } : {};
    return merchants.map((merchant) => merchant.open(ways, { http, clock, random, log, ...finish }));
  }

  #open({ clock, ioClock }: Clocks, accounts: readonly Account[], journal: LedgerJournal, link: Cable): Backend {
    const { random, log, sellers, standKeys, terms, pages, broker } = this.#ground;
    const providers = new Map(accounts.map(({ config, provider }) => [config.name, provider]));
    return openBackend({
      clientId: "backend-1",
      journal,
      merchants: merchantsOf(providers, sellers),
      key: this.#pair.signing,
      standKeys: standKeys(),
      openTransport: openMqtt({ ...wireTo(broker, "backend.1", link.port), clock: ioClock, random, log, redial: SOON }),
      ...(broker.group === undefined ? {} : { group: broker.group }),
      clock,
      random,
      log,
      healthOf: (stand, health) => void this.#health.push({ stand, health }),
      termsFor: () => ({ ...TERMS, ...terms }),
      ...(pages && { pageOf: payAddresses(this.origin, PAY_KEY).pageOf }),
      onFault: (fault) => log.error("journal failed", { fault }),
    });
  }

  #serve(routes: readonly Route[], port: number): Promise<Server> {
    return serve({ routes, port, clock: utcClock(), log: this.#ground.log, closeWithinMs: 30 });
  }
}
