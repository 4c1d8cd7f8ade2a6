import { type Backend, openBackend } from "../../backend/backend.ts";
import type { LedgerJournal } from "../../backend/cashier.ts";
import { tellKinds } from "../../backend/ledger/effects.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Effect, Event, State, Step, Terms } from "../../backend/ledger/words.ts";
import { type Merchants, merchantsOf } from "../../backend/merchants/merchants.ts";
import type { MerchantId, PaymentProvider, Standing } from "../../backend/providers/provider.ts";
import { webhookRoute } from "../../backend/webhooks.ts";
import type { HttpRequest } from "../../host/http.ts";
import { type Log, silentLog } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair, type PublicJwk } from "../../protocol/keys.ts";
import type { Clock } from "../../protocol/time.ts";
import { type BackendMistake, forgetting, renaming } from "./backend-mistakes.ts";
import { Disk, type LedgerDisk } from "./house.ts";
import { Life, mortal, withMethod } from "./mortal.ts";
import type { Surroundings } from "./surroundings.ts";

export const usualTerms: Terms = {
  payableMs: 120_000,
  retryPausesMs: [1_000, 3_000],
  firstAskMs: 15_000,
  slowestAskMs: 300_000,
  lapseMs: 30_000,
  // Longer than the slowest request is on its way, as everywhere.
  refundPausesMs: [60_000, 180_000],
  policies: { late: "hold", failed: "hold" },
};

/** One event that the ledger heard, with what it became and what it owes for it; nothing when it was ignored. */
export type Heard = {
  readonly order: string;
  readonly event: Event;
  readonly before: State | undefined;
  readonly took: { readonly after: State; readonly effects: readonly Effect[] } | undefined;
};

const journalCuts = ["advance", "start", "finish", "again", "hasten"] as const;
const providerCuts = ["charge", "standing", "void", "refund"] as const;

/** The backend with its disk; its process lives and dies. */
export class BackendProcess {
  readonly #world: Surroundings;
  readonly #disk: LedgerDisk;
  readonly #pair = newKeyPair();
  #life = new Life();
  #backend: Backend | undefined;
  #providers: ReadonlyMap<MerchantId, PaymentProvider> = new Map();
  /** A deliberate mistake, to see that it is found. */
  readonly #mistake: BackendMistake | undefined;
  readonly #triedKeys: string[] = [];
  /** How often it was killed. */
  deaths = 0;
  /** Told of everything that reaches the disk, in that order. */
  onHeard: (heard: Heard) => void = () => undefined;

  constructor(world: Surroundings, mistake?: BackendMistake, disk?: LedgerDisk) {
    this.#world = world;
    this.#mistake = mistake;
    this.#disk = disk ?? new Disk<State, Event, Effect>(world.place, ledgerShape, world.random);
    this.#life.end();
  }

  get publicJwk(): PublicJwk {
    return this.#pair.publicJwk;
  }

  get isAlive(): boolean {
    return !this.#life.isOver;
  }

  get moments(): number {
    return this.#life.moments;
  }

  get opened(): Backend | undefined {
    return this.isAlive ? this.#backend : undefined;
  }

  start(fuse?: number): void {
    const { timeline, network } = this.#world;
    const life = new Life(fuse, () => {
      this.deaths += 1;
      network.forget(life);
    });
    this.#life = life;
    const clock = timeline.clock("utc", () => !life.isOver);
    const opened = this.#disk.open(() => clock.wall());
    const begin = (journal: LedgerJournal): void => this.#begin(journal, life, clock);
    if (!(opened instanceof Promise)) begin(opened);
    else opened.then(begin).catch((error: unknown) => this.#world.bug(error));
  }

  #begin(journal: LedgerJournal, life: Life, clock: Clock): void {
    const { network, stands, random } = this.#world;
    const log = this.#world.log ?? silentLog;
    this.#backend = openBackend({
      clientId: "backend-1",
      journal: mortal(this.#told(forgetting(journal, this.#mistake)), life, journalCuts),
      merchants: this.#merchants(life, clock, log),
      key: this.#pair.signing,
      standKeys: keySetOf(stands.map(({ id, publicJwk }) => ({ owner: id, jwk: publicJwk }))),
      openTransport: network.openFor(life, clock),
      clock,
      random,
      log,
      termsFor: (stand) => this.#termsFor(stand),
      onFault: (fault) => this.#world.bug(fault),
    });
  }

  async cut(): Promise<void> {
    this.#life.end();
    this.#backend = undefined;
    await this.#disk.cut();
  }

  /** A bank tells something by itself; true once it is on disk. */
  async hear(merchant: MerchantId, reference: string, standing: Standing): Promise<boolean> {
    return (await this.opened?.cashier.notified(merchant, reference, standing)) === "taken";
  }

  /** The same over HTTP; the status of the answer. */
  async receive(merchant: MerchantId, request: HttpRequest): Promise<number | undefined> {
    const cashier = this.opened?.cashier;
    const provider = this.#providers.get(merchant);
    if (cashier === undefined || provider === undefined) return undefined;
    const common = { clock: this.#world.timeline.clock("utc"), log: this.#world.log ?? silentLog };
    const answer = await webhookRoute({ ...common, merchant, provider, cashier, path: request.path }).answer(request);
    return "status" in answer ? answer.status : undefined;
  }

  kill(): void {
    this.cut().catch((error: unknown) => this.#world.bug(error));
  }

  /** What it still has to do, but for looks at attempts that are not in hand. */
  async owed(): Promise<number> {
    const acts = ["charge", "ask", "void", "refund", "lapse", "alarm"];
    return (await this.#disk.reader().backlog([...tellKinds, ...acts])).count;
  }

  async looksOwed(): Promise<number> {
    return (await this.#disk.reader().backlog(["recheck"])).count;
  }

  async states(): Promise<readonly State[]> {
    return (await this.#disk.reader().latest(10_000)).map(({ state }) => state);
  }

  #merchants(life: Life, clock: Clock, log: Log): Merchants {
    const { banks, stands } = this.#world;
    this.#providers = banks.open({ life, clock, log }, (provider) =>
      mortal(renaming(provider, this.#mistake, this.#triedKeys), life, providerCuts),
    );
    return merchantsOf(this.#providers, new Map(stands.map(({ id, settings }) => [id, settings.merchant])));
  }

  #termsFor(stand: StandId | undefined): Terms {
    const settings = this.#world.stands.find(({ id }) => id === stand)?.settings;
    return settings === undefined ? usualTerms : { ...usualTerms, policies: settings.policies };
  }

  /** The journal, listened to; a process that dies right after one has made it all the same. */
  #told(journal: LedgerJournal): LedgerJournal {
    const advance: LedgerJournal["advance"] = async (order, event, decide, options) => {
      let before: State | undefined;
      const seen = (state: State | undefined): ReturnType<typeof decide> => {
        before = state;
        return decide(state);
      };
      const step = await journal.advance(order, event, seen, options);
      this.onHeard({ order, event, before, took: tookOf(step) });
      return step;
    };
    return withMethod(journal, "advance", advance);
  }
}

const tookOf = (step: Step): Heard["took"] =>
  "ignored" in step ? undefined : { after: step.state, effects: step.effects.map(({ effect }) => effect) };
