import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { standShape } from "../../../gateway/order/shape.ts";
import type { Effect, Event, State } from "../../../gateway/order/words.ts";
import { readSqliteJournal } from "../../../journal/sqlite/open.ts";
import { pull } from "../wires.ts";
import type { Known } from "./outside.ts";
import { WatchedRelay } from "./relay.ts";
import { Service, type ServiceOptions } from "./service.ts";
import { FILES, type Fittings, type Given, LINE, standToml } from "./stand-config.ts";

const PRESS_MS = 200;

export type StandOptions = Omit<Fittings, "broker" | "journal"> & {
  /** In the unit's state folder when absent. */
  readonly journal?: string;
  readonly relayChanged?: (level: 0 | 1) => void;
};

/** A whole stand in the virtual machine: the daemon as its unit starts it, fingers for its buttons, eyes on its relay, and the way to the world outside. */
export class LabStand {
  readonly service: Service;
  readonly relay: WatchedRelay;
  readonly given: Given;
  readonly #journal: string;

  private constructor(service: Service, relay: WatchedRelay, given: Given, journal: string) {
    this.service = service;
    this.relay = relay;
    this.given = given;
    this.#journal = journal;
  }

  /** `folder`: what the world has given the stand, see `Outside`. The daemon is not started. */
  static async install(folder: string, options: StandOptions): Promise<LabStand> {
    const given = JSON.parse(readFileSync(join(folder, "given.json"), "utf8")) as Given;
    for (const line of [LINE.coffee, LINE.tea, LINE.cancel, LINE.chute]) pull(line, 1);
    const service = new Service();
    await service.install();
    const journal = options.journal ?? join(service.unit.stateFolder, "journal.sqlite");
    write(FILES.config, standToml({ ...options, journal, broker: given.broker }));
    write(FILES.backendKeys, JSON.stringify(given.backendKeys));
    for (const file of Object.values(service.unit.credentials)) write(file, given.standKey);
    const relay = await WatchedRelay.on(LINE.relay, options.relayChanged);
    return new LabStand(service, relay, given, journal);
  }

  /** Starts the daemon; resolves when it is ready and has the broker. */
  async start(options: ServiceOptions = {}): Promise<void> {
    await this.service.start(options);
    await this.service.says("connected to the broker");
  }

  /** A customer presses until an order begins: right after its start a stand is not ready to sell. */
  async order(button: "coffee" | "tea"): Promise<void> {
    for (let tries = 20; tries > 0; tries -= 1) {
      const before = this.service.log.length;
      await this.press(button);
      const { became } = await this.service.says("pressed", before);
      if (became === "begun") return;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    throw new Error(`no order begins:\n${this.service.story()}`);
  }

  async press(button: "coffee" | "tea" | "cancel"): Promise<void> {
    pull(LINE[button], 0);
    await new Promise((resolve) => setTimeout(resolve, PRESS_MS));
    pull(LINE[button], 1);
  }

  /** Something falls past the sensor. */
  async drop(): Promise<void> {
    pull(LINE.chute, 0);
    await new Promise((resolve) => setTimeout(resolve, PRESS_MS));
    pull(LINE.chute, 1);
  }

  /** What the world knows of its orders, newest first. */
  async known(): Promise<readonly Known[]> {
    const answer = await fetch(`${this.given.door}/orders`);
    return ((await answer.json()) as { readonly orders: readonly Known[] }).orders;
  }

  /** Waits until the newest order is known so. */
  async isKnown(at: string, orders: number, withinMs = 60_000): Promise<Known> {
    const end = performance.now() + withinMs;
    for (;;) {
      const known = await this.known();
      const [newest] = known;
      if (known.length === orders && newest?.at === at) return newest;
      if (performance.now() > end) {
        const story = `it is ${JSON.stringify(known)}, and the stand says\n${this.service.story()}`;
        throw new Error(`not within ${withinMs} ms: order ${orders} is ${at}; ${story}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** True when money was taken. */
  async pay(qr: string): Promise<boolean> {
    const answer = await fetch(`${this.given.door}/pay`, { method: "POST", body: qr });
    return ((await answer.json()) as { readonly paid: boolean }).paid;
  }

  /** What its journal holds of its orders, newest first. */
  async states(): Promise<readonly State[]> {
    return readStates(this.#journal);
  }

  async stop(): Promise<readonly [number | null, string | null]> {
    this.service.signal("SIGTERM");
    return this.service.ended();
  }

  close(): void {
    this.service.close();
    this.relay.close();
  }
}

export async function readStates(file: string): Promise<readonly State[]> {
  const journal = readSqliteJournal<State, Event, Effect>(file, standShape);
  const latest = await journal.latest(1_000);
  await journal.close();
  return latest.map(({ state }) => state);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
}
