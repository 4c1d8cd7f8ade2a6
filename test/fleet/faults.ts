import type { Random } from "../../protocol/ids.ts";
import type { FleetBackend } from "./backends.ts";
import type { Link, Network } from "./network.ts";

/** Everything that can be made to go wrong, and how often it was. */
export const TROUBLES = [
  "backend killed",
  "broker restarted",
  "broker killed",
  "database restarted",
  "link cut",
  "link slow",
  "link silent",
  "link refused",
  "disk full",
] as const;
export type Trouble = (typeof TROUBLES)[number];

export type TroublePlaces = {
  readonly backends: readonly FleetBackend[];
  readonly network: Network;
  restartBroker(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  restartDatabase(): Promise<void>;
  /** Fills the database's disk for so long; absent where there is no disk of its own. */
  readonly fillDisk?: (ms: number) => Promise<void>;
  pause(ms: number): Promise<void>;
  tell(what: string): void;
};

/** Slow is what a bad mobile link is; silent is what a half-open one is. */
const SLOW_MS = 300;
const LASTS_MS = 3_000;

/** Makes one trouble after another, drawn from `random`. Each is over when it resolves; backends are up again. */
export class Troublemaker {
  readonly #places: TroublePlaces;
  readonly #random: Random;
  readonly counts = new Map<Trouble, number>();

  constructor(places: TroublePlaces, random: Random) {
    this.#places = places;
    this.#random = random;
  }

  /** What can go wrong here. */
  get possible(): readonly Trouble[] {
    return TROUBLES.filter((trouble) => trouble !== "disk full" || this.#places.fillDisk !== undefined);
  }

  async any(of: readonly Trouble[] = this.possible): Promise<void> {
    await this.make(this.#oneOf(of));
  }

  async make(trouble: Trouble): Promise<void> {
    this.counts.set(trouble, (this.counts.get(trouble) ?? 0) + 1);
    await this.#make(trouble);
  }

  async #make(trouble: Trouble): Promise<void> {
    const { restartBroker, restartDatabase, fillDisk, tell } = this.#places;
    switch (trouble) {
      case "backend killed":
        return this.#kill(this.#oneOf(this.#places.backends));
      case "broker restarted":
      case "broker killed":
        tell(trouble);
        return restartBroker(trouble === "broker killed" ? "SIGKILL" : "SIGTERM");
      case "database restarted":
        tell(trouble);
        return restartDatabase();
      case "disk full":
        tell(trouble);
        return fillDisk?.(LASTS_MS);
      default:
        return this.#spoil(this.#oneOf(this.#places.network.links), trouble);
    }
  }

  async #kill(backend: FleetBackend): Promise<void> {
    const { tell, pause } = this.#places;
    tell(`${backend.name} killed`);
    await backend.kill();
    await pause(this.#random() * LASTS_MS);
    await backend.start();
  }

  async #spoil({ name, proxy }: Link, trouble: Trouble): Promise<void> {
    const { tell, pause } = this.#places;
    tell(`${trouble}: ${name}`);
    if (trouble === "link slow") proxy.delay(SLOW_MS, SLOW_MS);
    if (trouble === "link silent") proxy.stall();
    if (trouble === "link refused") proxy.refuse(true);
    if (trouble === "link cut" || trouble === "link refused") proxy.cut();
    await pause(this.#random() * 2 * LASTS_MS);
    proxy.delay(0, 0);
    proxy.refuse(false);
    proxy.resume();
    // What was swallowed is lost: a connection that goes on after that would be another one's.
    if (trouble === "link silent") proxy.cut();
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new RangeError("nothing to choose from");
    return item;
  }
}
