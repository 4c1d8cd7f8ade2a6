import type { MerchantId } from "../../backend/providers/provider.ts";
import type { Log } from "../../host/log.ts";
import type { Random, StandId } from "../../protocol/ids.ts";
import { type BackendMistake, isBackendMistake } from "./backend-mistakes.ts";
import { BackendProcess } from "./backend-process.ts";
import type { Bank, Listener, Receiver } from "./bank.ts";
import { Banks } from "./banks.ts";
import { type LedgerDisk, Place } from "./house.ts";
import { type Api, MidtransBank } from "./midtrans-bank.ts";
import { Network } from "./network.ts";
import { seeded } from "./seeded.ts";
import { StandProcess, type StandSettings, usual } from "./stand-process.ts";
import { Stories } from "./stories.ts";
import type { Surroundings } from "./surroundings.ts";
import { Timeline } from "./timeline.ts";
import { VirtualBank } from "./virtual-bank.ts";

export type WorldOptions = {
  readonly seed: number;
  readonly stands: number;
  readonly log?: Log;
  /** What stands behind each merchant's account: a bank of this world, or Midtrans' stand-in with our provider before it. */
  readonly banks?: readonly [BankKind, BankKind];
  readonly mistake?: NonNullable<StandSettings["mistake"]> | BackendMistake;
  /** Where the backend keeps its books; a file when absent. */
  readonly books?: (timeline: Timeline) => LedgerDisk;
};

export type BankKind = "virtual" | Api;

/** Whom stands sell for, in turn; each has a bank of its own. */
const MERCHANTS = ["utara" as MerchantId, "selatan" as MerchantId] as const;

/** Stands, a backend, a bank and the network between them, in virtual time and by one seed. */
export class World implements Surroundings {
  readonly timeline = new Timeline();
  readonly place = new Place();
  readonly random: Random;
  readonly network: Network;
  readonly banks: Banks;
  readonly stands: readonly StandProcess[];
  readonly backend: BackendProcess;
  readonly stories: Stories;
  readonly log: Log | undefined;
  /** What should never have happened, as it happened. */
  readonly bugs: unknown[] = [];

  constructor({ seed, stands, log, banks = ["virtual", "virtual"], mistake, books }: WorldOptions) {
    this.random = seeded(seed);
    this.log = log;
    this.network = new Network(this.timeline, this.random);
    this.banks = new Banks(banks.map((kind, index) => this.#newBank(MERCHANTS[index === 0 ? 0 : 1], kind)));
    this.backend = new BackendProcess(this, isBackendMistake(mistake) ? mistake : undefined, books?.(this.timeline));
    this.stories = new Stories(this.banks);
    this.backend.onHeard = (heard) => this.stories.hear(heard);
    this.stands = Array.from({ length: stands }, (_, index) => {
      const merchant = MERCHANTS[index % 2 === 0 ? 0 : 1];
      const own = mistake === undefined || isBackendMistake(mistake) ? {} : { mistake };
      return new StandProcess(this, `stand-${index + 1}` as StandId, { ...usual(), merchant, ...own });
    });
  }

  #newBank(merchant: MerchantId, kind: BankKind): Bank {
    const { timeline, random } = this;
    const bugged = (error: unknown): undefined => {
      this.bug(error);
    };
    if (kind === "virtual") {
      const tell: Listener = async (...news) => (await this.backend.hear(...news).catch(bugged)) ?? false;
      return new VirtualBank(merchant, timeline, random, tell);
    }
    const receive: Receiver = (...news) => this.backend.receive(...news).catch(bugged);
    return new MidtransBank({ merchant, api: kind, timeline, random, receive });
  }

  bug(error: unknown): void {
    this.bugs.push(error);
  }

  /** Everybody starts, and is connected. */
  async open(): Promise<void> {
    this.backend.start();
    for (const stand of this.stands) stand.start();
    await this.timeline.run(1_000);
  }

  async close(): Promise<void> {
    for (const stand of this.stands) await stand.cut();
    await this.backend.cut();
    await this.timeline.rest();
    this.banks.close();
    this.place.remove();
  }
}
