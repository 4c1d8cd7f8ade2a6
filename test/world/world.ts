import type { Log } from "../../host/log.ts";
import type { Random, StandId } from "../../protocol/ids.ts";
import { BackendProcess } from "./backend-process.ts";
import { Bank } from "./bank.ts";
import { Place } from "./house.ts";
import { Network } from "./network.ts";
import { seeded } from "./seeded.ts";
import { StandProcess, type StandSettings, usual } from "./stand-process.ts";
import type { Surroundings } from "./surroundings.ts";
import { rest, Timeline } from "./timeline.ts";

export type WorldOptions = {
  readonly seed: number;
  readonly stands: number;
  readonly log?: Log;
  readonly mistake?: NonNullable<StandSettings["mistake"]>;
};

/** Stands, a backend, a bank and the network between them, in virtual time and by one seed. */
export class World implements Surroundings {
  readonly timeline = new Timeline();
  readonly place = new Place();
  readonly random: Random;
  readonly network: Network;
  readonly bank: Bank;
  readonly stands: readonly StandProcess[];
  readonly backend: BackendProcess;
  readonly log: Log | undefined;
  /** What should never have happened, as it happened. */
  readonly bugs: unknown[] = [];

  constructor({ seed, stands, log, mistake }: WorldOptions) {
    this.random = seeded(seed);
    this.log = log;
    this.network = new Network(this.timeline, this.random);
    this.bank = new Bank(this.timeline, this.random);
    this.backend = new BackendProcess(this);
    this.stands = Array.from({ length: stands }, (_, index) => {
      const settings = { ...usual(), ...(mistake === undefined ? {} : { mistake }) };
      return new StandProcess(this, `stand-${index + 1}` as StandId, settings);
    });
    this.bank.notify = (reference, standing) => this.backend.notify(reference, standing);
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
    await rest();
    this.place.remove();
  }
}
