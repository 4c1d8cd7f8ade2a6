import { type Backend, openBackend } from "../../backend/backend.ts";
import { tellKinds } from "../../backend/ledger/effects.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Effect, Event, State, Terms } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT, onlyMerchant } from "../../backend/merchants.ts";
import type { Standing } from "../../backend/providers/provider.ts";
import { silentLog } from "../../host/log.ts";
import { keySetOf, newKeyPair, type PublicJwk } from "../../protocol/keys.ts";
import { refunding } from "../support/terms.ts";
import { Disk } from "./house.ts";
import { Life, mortal } from "./mortal.ts";
import type { Surroundings } from "./surroundings.ts";

export const usualTerms: Terms = {
  payableMs: 120_000,
  retryPausesMs: [1_000, 3_000],
  firstAskMs: 15_000,
  slowestAskMs: 300_000,
  lapseMs: 30_000,
  ...refunding,
};

const journalCuts = ["advance", "start", "finish", "again", "hasten"] as const;
const providerCuts = ["charge", "standing", "void", "refund"] as const;

/** The provider repeats what nobody took: after so long each time. */
const REPEAT_MS = [2, 10, 30, 90, 210].map((minutes) => minutes * 60_000);

/** How long the provider waits for the answer to a notification. */
const PATIENCE_MS = 15_000;

/** The backend with its disk; its process lives and dies. */
export class BackendProcess {
  readonly #world: Surroundings;
  readonly #disk: Disk<State, Event, Effect>;
  readonly #pair = newKeyPair();
  #life = new Life();
  #backend: Backend | undefined;
  /** References of which a notification found nobody, and will come again. */
  readonly untaken = new Set<string>();
  /** How often it was killed. */
  deaths = 0;

  constructor(world: Surroundings) {
    this.#world = world;
    this.#disk = new Disk(world.place, ledgerShape, world.random);
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
    const { timeline, network, bank, stands, random } = this.#world;
    const life = new Life(fuse, () => {
      this.deaths += 1;
      network.forget(life);
    });
    this.#life = life;
    const clock = timeline.clock("utc", () => !life.isOver);
    this.#backend = openBackend({
      clientId: "backend-1",
      journal: mortal(
        this.#disk.open(() => clock.wall()),
        life,
        journalCuts,
      ),
      merchants: onlyMerchant(mortal(bank, life, providerCuts)),
      key: this.#pair.signing,
      standKeys: keySetOf(stands.map(({ id, publicJwk }) => ({ owner: id, jwk: publicJwk }))),
      openTransport: network.openFor(life, clock),
      clock,
      random,
      log: this.#world.log ?? silentLog,
      termsFor: () => usualTerms,
      onFault: (fault) => this.#world.bug(fault),
    });
  }

  async cut(): Promise<void> {
    this.#life.end();
    this.#backend = undefined;
    await this.#disk.cut();
  }

  /** A notification arrives, or finds nobody and is sent again later. */
  notify(reference: string, standing: Standing, tries = 0): void {
    const { timeline } = this.#world;
    let isTaken = false;
    this.untaken.add(reference);
    this.#take(reference, standing)
      .then((taken) => {
        isTaken = taken;
        if (taken) this.untaken.delete(reference);
      })
      .catch((error: unknown) => this.#world.bug(error));
    const afterMs = REPEAT_MS[tries];
    if (afterMs === undefined) {
      this.untaken.delete(reference);
      return;
    }
    timeline.after(PATIENCE_MS, () => {
      if (!isTaken) timeline.after(afterMs, () => this.notify(reference, standing, tries + 1));
    });
  }

  async #take(reference: string, standing: Standing): Promise<boolean> {
    return (await this.opened?.cashier.notified(ONLY_MERCHANT, reference, standing)) === "taken";
  }

  kill(): void {
    this.cut().catch((error: unknown) => this.#world.bug(error));
  }

  async owed(): Promise<number> {
    return (await this.#disk.reader().backlog([...tellKinds, "charge", "ask", "recheck", "void", "lapse", "alarm"]))
      .count;
  }

  async states(): Promise<readonly State[]> {
    return (await this.#disk.reader().latest(10_000)).map(({ state }) => state);
  }
}
