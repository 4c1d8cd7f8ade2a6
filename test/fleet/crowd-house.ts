import { setPriority } from "node:os";
import { Link } from "../../gateway/link.ts";
import { systemChance } from "../../host/chance.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { newOrderId, newUlid, type OrderId } from "../../protocol/ids.ts";
import { keySetOf, type PublicJwk, privateKeyFrom } from "../../protocol/keys.ts";
import type { DownBody, UpBody } from "../../protocol/statements.ts";
import { type Clock, pause } from "../../protocol/time.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { serveFar } from "../bench/far.ts";
import { coffee } from "../support/sale.ts";
import type { StandPapers } from "./stand.ts";

export type CrowdHouseParts = {
  readonly stands: readonly StandPapers[];
  readonly broker: { readonly url: string; readonly ca: string };
  readonly backend: PublicJwk;
  /** Connections begun a second, the first time. */
  readonly aSecond: number;
};

export type CrowdHouse = Awaited<ReturnType<typeof open>>;

/** When something came, in milliseconds since 1970. */
export type CrowdTimes = { readonly connected: readonly number[]; readonly acked: readonly number[] };

/** What each stand has to tell: so many statements, each at any moment within so long. */
export type Burden = { readonly each: number; readonly withinMs: number };

/** In the field stands have processors of their own; here they take what broker, backends and database leave. */
const NICENESS = 10;
/** Longer than any stand waits for a code. */
const CODE_WITHIN_MS = 25_000;

/** Links of many stands, as a stand has one: its sync at every connect, and what it has to tell. */
async function open({ stands, broker, backend, aSecond }: CrowdHouseParts) {
  setPriority(NICENESS);
  const backendKeys = keySetOf([{ owner: "backend", jwk: backend }]);
  const clock = steadyClock("crowd");
  const links: CrowdLink[] = [];
  const begin = async (): Promise<void> => {
    for (const papers of stands) {
      links.push(new CrowdLink(papers, { broker, backendKeys, clock }));
      await pause(clock, 1_000 / aSecond);
    }
  };
  void begin();
  return {
    connected: () => links.filter(({ connected }) => connected).length,
    acked: () => links.reduce((sum, { acked }) => sum + acked.length, 0),
    /** From now on each has one statement to tell; when it is connected the next time is noted. */
    arm: () => {
      for (const link of links) link.arm();
    },
    /** Each tells what has waited for a day, so long that it is tried every five minutes only. */
    unload: (burden: Burden) => {
      for (const link of links) link.unload(burden);
    },
    /** A customer presses at the `nth` stand: how long until its code could be drawn. Absent: not in time. */
    press: async (nth: number): Promise<number | undefined> => links[nth % links.length]?.press(),
    times: (): CrowdTimes => ({
      connected: links.flatMap(({ connectedAt }) => connectedAt ?? []),
      acked: links.flatMap(({ acked }) => acked),
    }),
    memoryMb: () => process.memoryUsage.rss() / 1e6,
    close: async (): Promise<void> => {
      await Promise.all(links.map((link) => link.close()));
    },
  };
}

type Ground = Pick<CrowdHouseParts, "broker"> & {
  readonly backendKeys: ReturnType<typeof keySetOf>;
  readonly clock: Clock;
};

/** A statement that was tried so often is tried again after the longest pause. */
const TRIED_ALL_DAY = 20;

class CrowdLink {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  readonly #codes = new Map<OrderId, () => void>();
  #isArmed = false;
  connectedAt: number | undefined;
  readonly acked: number[] = [];

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
      hear: async (body) => this.#hear(body),
      openOrders: async () => [],
      isServing: () => false,
      changed: () => this.#changed(),
    });
  }

  get connected(): boolean {
    return this.#link?.connected ?? false;
  }

  arm(): void {
    this.#isArmed = true;
  }

  unload({ each, withinMs }: Burden): void {
    for (let nth = 0; nth < each; nth += 1)
      this.#clock.after(Math.random() * withinMs, () => void this.#tellVoid(TRIED_ALL_DAY));
  }

  press(): Promise<number | undefined> {
    const order = newOrderId(Date.now(), Math.random);
    const begun = this.#clock.now().ms;
    const coming = new Promise<number | undefined>((resolve) => {
      const late = this.#clock.after(CODE_WITHIN_MS, () => resolve(undefined));
      this.#codes.set(order, () => {
        late();
        this.#codes.delete(order);
        resolve(this.#clock.now().ms - begun);
      });
    });
    const { id: product, name, price } = coffee;
    const items = [{ product, name, price, quantity: 1 }];
    void this.#tell({ type: "charge", order, amount: price, items, method: "qris", patienceMs: CODE_WITHIN_MS }, 0);
    return coming;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#link.close();
  }

  #hear(body: DownBody): void {
    if (body.type === "offer") this.#codes.get(body.order)?.();
  }

  #changed(): void {
    if (!this.#isArmed || !this.connected || this.connectedAt !== undefined) return;
    this.connectedAt = Date.now();
    void this.#tellVoid(0);
  }

  /** A customer pressed cancel while nobody was there: one commit and one answer at the backend. */
  async #tellVoid(tries: number): Promise<void> {
    const order = newOrderId(Date.now(), Math.random);
    if (await this.#tell({ type: "void", order, why: "cancelled" }, tries)) this.acked.push(Date.now());
  }

  /** Until it is acknowledged. */
  async #tell(body: Extract<UpBody, { type: "charge" | "void" }>, tried: number): Promise<boolean> {
    const id = newUlid(Date.now(), Math.random);
    for (let tries = tried; !this.#ending.signal.aborted; tries += 1) {
      const owed = { id, seq: 1, order: body.order, effect: { do: "tell", body }, started: false, tries } as const;
      const outcome = await this.#link.tell(owed, this.#ending.signal);
      if (outcome === "done") return true;
      if (typeof outcome === "object") await this.#wait(outcome.againMs);
    }
    return false;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#ending;
      const stop = this.#clock.after(ms, resolve);
      signal.addEventListener("abort", () => {
        stop();
        resolve();
      });
    });
  }
}

serveFar(open);
