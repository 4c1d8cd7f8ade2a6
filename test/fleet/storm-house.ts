import { Link } from "../../gateway/link.ts";
import { systemChance } from "../../host/chance.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { newOrderId, newUlid } from "../../protocol/ids.ts";
import { keySetOf, type PublicJwk, privateKeyFrom } from "../../protocol/keys.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { serveFar } from "../bench/far.ts";
import type { StandPapers } from "./stand.ts";

export type StormHouseParts = {
  readonly stands: readonly StandPapers[];
  readonly broker: { readonly url: string; readonly ca: string };
  readonly backend: PublicJwk;
  /** Connections begun a second, the first time. */
  readonly aSecond: number;
};

export type StormHouse = Awaited<ReturnType<typeof open>>;

/** When something came, in milliseconds since 1970. */
export type StormTimes = { readonly connected: readonly number[]; readonly acked: readonly number[] };

/** Links of many stands, as a stand has one: its sync at every connect, and what it has to tell. */
async function open({ stands, broker, backend, aSecond }: StormHouseParts) {
  const backendKeys = keySetOf([{ owner: "backend", jwk: backend }]);
  const clock = steadyClock("storm");
  const links: StormLink[] = [];
  const begin = async (): Promise<void> => {
    for (const papers of stands) {
      links.push(new StormLink(papers, { broker, backendKeys, clock }));
      await new Promise<void>((resolve) => clock.after(1_000 / aSecond, resolve));
    }
  };
  void begin();
  return {
    connected: () => links.filter(({ connected }) => connected).length,
    acked: () => links.filter(({ ackedAt }) => ackedAt !== undefined).length,
    /** From now on each has a statement to tell; when it is connected the next time is noted. */
    arm: () => {
      for (const link of links) link.arm();
    },
    times: (): StormTimes => ({
      connected: links.flatMap(({ connectedAt }) => connectedAt ?? []),
      acked: links.flatMap(({ ackedAt }) => ackedAt ?? []),
    }),
    memoryMb: () => process.memoryUsage.rss() / 1e6,
    close: async (): Promise<void> => {
      await Promise.all(links.map((link) => link.close()));
    },
  };
}

type Ground = Pick<StormHouseParts, "broker"> & {
  readonly backendKeys: ReturnType<typeof keySetOf>;
  readonly clock: Clock;
};

class StormLink {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  #isArmed = false;
  #isTelling = false;
  #stopWaiting: Stop = () => undefined;
  connectedAt: number | undefined;
  ackedAt: number | undefined;

  constructor({ id, pem, broker: papers }: StandPapers, { broker, backendKeys, clock }: Ground) {
    this.#clock = clock;
    const [random, log] = [systemChance, silentLog];
    this.#link = new Link({
      stand: id,
      key: privateKeyFrom(pem),
      backendKeys,
      open: openMqtt({ url: broker.url, tls: () => ({ ca: broker.ca, ...papers }), clock, random, log }),
      journal: `journal of ${id}`,
      boot: `boot of ${id}`,
      ...{ clock, random, log, lost: false },
      hear: async () => undefined,
      openOrders: async () => [],
      changed: () => this.#changed(),
    });
  }

  get connected(): boolean {
    return this.#link?.connected ?? false;
  }

  arm(): void {
    this.#isArmed = true;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#stopWaiting();
    await this.#link.close();
  }

  #changed(): void {
    if (!this.#isArmed || !this.connected) return;
    this.connectedAt ??= Date.now();
    if (!this.#isTelling) void this.#tell();
  }

  /** A customer pressed cancel while nobody was there: one commit and one answer at the backend. */
  async #tell(): Promise<void> {
    this.#isTelling = true;
    const body = { type: "void", order: newOrderId(Date.now(), Math.random), why: "cancelled" } as const;
    const id = newUlid(Date.now(), Math.random);
    for (let tries = 0; this.ackedAt === undefined && !this.#ending.signal.aborted; tries += 1) {
      const owed = { id, seq: 1, order: body.order, effect: { do: "tell", body }, started: false, tries } as const;
      const outcome = await this.#link.tell(owed, this.#ending.signal);
      if (outcome === "done") this.ackedAt = Date.now();
      else if (typeof outcome === "object") await this.#wait(outcome.againMs);
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#stopWaiting = this.#clock.after(ms, resolve);
    });
  }
}

serveFar(open);
