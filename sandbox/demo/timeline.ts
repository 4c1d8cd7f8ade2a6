import type { Stop, WallMs } from "../../protocol/time.ts";

/** Who does something, and to whom. */
export type Actor = "customer" | "stand" | "broker" | "backend" | "midtrans" | "demo";
/** What one may want to see apart. */
export type Chapter = "stand" | "wire" | "backend" | "midtrans" | "trouble";

/** One thing that happened, in words for a person. */
export type Told = {
  readonly chapter: Chapter;
  readonly from: Actor;
  readonly to?: Actor;
  readonly words: string;
  readonly detail?: string;
  readonly tone?: "good" | "warn" | "bad";
  /** The order's id, or a reference that begins with it. */
  readonly order?: string;
  /** Of interest only to who wants to see everything. */
  readonly minor?: true;
};

export type Entry = Omit<Told, "order"> & {
  readonly id: number;
  readonly at: WallMs;
  /** The order's last four characters. */
  readonly order?: string;
};

const KEPT = 600;

/** What happened, newest last; the oldest is forgotten first. */
export class Timeline {
  readonly #wall: () => WallMs;
  readonly #watchers = new Set<(entry: Entry) => void>();
  #entries: readonly Entry[] = [];
  #made = 0;

  constructor(wall: () => WallMs) {
    this.#wall = wall;
  }

  tell({ order, ...told }: Told): void {
    this.#made += 1;
    const entry = {
      ...told,
      ...(order === undefined ? {} : { order: lastFour(order) }),
      id: this.#made,
      at: this.#wall(),
    };
    this.#entries = [...this.#entries.slice(1 - KEPT), entry];
    for (const hear of [...this.#watchers]) hear(entry);
  }

  since(id: number): readonly Entry[] {
    return this.#entries.filter((entry) => entry.id > id);
  }

  watch(hear: (entry: Entry) => void): Stop {
    this.#watchers.add(hear);
    return () => this.#watchers.delete(hear);
  }
}

const lastFour = (order: string): string => order.split("-", 1).join("").slice(-4);
