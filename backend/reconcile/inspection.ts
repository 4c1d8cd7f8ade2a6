import type { OrderId } from "../../protocol/ids.ts";
import type { Cashier, LedgerJournal } from "../cashier.ts";
import { CLOSEST_ASK_MS } from "../ledger/effects.ts";
import type { Event, State } from "../ledger/words.ts";
import type { Standing } from "../providers/provider.ts";
import { attemptsOf } from "./attempts.ts";
import { compare, type Look } from "./compare.ts";
import { type Entry, entryOf } from "./entry.ts";
import { isWorthTelling } from "./news.ts";

export type InspectionParts = {
  readonly journal: Pick<LedgerJournal, "stateOf" | "story">;
  readonly cashier: Pick<Cashier, "look" | "learned">;
  /** Resolves when the provider may be asked again. */
  turn(): Promise<void>;
  readonly signal: AbortSignal;
};

export type Inspected =
  | { readonly is: "entry"; readonly entry: Entry; readonly state: State; readonly begunWall: number }
  | { readonly is: "later"; readonly againMs: number }
  /** The ledger has not got this order any more. */
  | { readonly is: "gone" };

type Book = { readonly state: State; readonly events: readonly Event[]; readonly begunWall: number };

/** Pauses before an attempt whose standing was unclear is asked about again; after that there is no answer. */
const UNCLEAR_PAUSES_MS: readonly number[] = [30_000, 120_000, 600_000];
/** How often an order is begun again because it moved while it was looked at. */
const FRESH_STARTS = 3;

/** One order before the books of the provider, step by step: one question at most between two pauses. */
export class Inspection {
  readonly order: OrderId;
  #looks: readonly Look[] = [];
  #left: readonly number[] | undefined;
  #eventsSeen = 0;
  #unclear = 0;
  #starts = 0;

  constructor(order: OrderId) {
    this.order = order;
  }

  async step(parts: InspectionParts): Promise<Inspected> {
    const book = await this.#read(parts);
    if (book === undefined) return { is: "gone" };
    if (this.#left === undefined) this.#begin(book);
    const [attempt] = this.#left ?? [];
    if (attempt === undefined || book.state.at === "forestalled") return this.#conclude(book, parts);
    await parts.turn();
    const looked = await parts.cashier.look(book.state.sale, attempt, parts.signal);
    if (parts.signal.aborted) return { is: "later", againMs: 0 };
    return "againMs" in looked ? { is: "later", ...looked } : this.#take(attempt, looked, parts);
  }

  /** The time for asking is over: what has no answer by now has none. */
  async giveUp(parts: InspectionParts): Promise<Inspected> {
    const book = await this.#read(parts);
    if (book === undefined) return { is: "gone" };
    if (this.#left === undefined) this.#begin(book);
    const standing: Standing = { is: "unclear", detail: "there was no time left to ask" };
    for (const attempt of this.#left ?? []) this.#looks = [...this.#looks, { attempt, standing }];
    return this.#conclude(book, parts);
  }

  #begin({ state, events }: Book): void {
    this.#left = attemptsOf(state, events);
    this.#looks = [];
    this.#eventsSeen = events.length;
    this.#unclear = 0;
    this.#starts += 1;
  }

  async #take(attempt: number, standing: Standing, parts: InspectionParts): Promise<Inspected> {
    const pauseMs = standing.is === "unclear" ? UNCLEAR_PAUSES_MS[this.#unclear] : undefined;
    if (pauseMs !== undefined) {
      this.#unclear += 1;
      return { is: "later", againMs: pauseMs };
    }
    this.#looks = [...this.#looks, { attempt, standing }];
    this.#left = this.#left?.slice(1) ?? [];
    this.#unclear = 0;
    if (this.#left.length > 0) return { is: "later", againMs: CLOSEST_ASK_MS };
    const book = await this.#read(parts);
    return book === undefined ? { is: "gone" } : this.#conclude(book, parts);
  }

  /** What moved meanwhile is looked at afresh: two books of two moments differ without anything being wrong. */
  async #conclude(book: Book, parts: InspectionParts): Promise<Inspected> {
    if (book.events.length !== this.#eventsSeen && this.#starts < FRESH_STARTS) {
      this.#left = undefined;
      return { is: "later", againMs: CLOSEST_ASK_MS };
    }
    const differences = compare(book.state, this.#looks);
    for (const { attempt, standing } of this.#looks) {
      if (isWorthTelling(differences, attempt, standing, book.events)) {
        await parts.cashier.learned(this.order, attempt, standing);
      }
    }
    const state = (await parts.journal.stateOf(this.order)) ?? book.state;
    return { is: "entry", entry: entryOf(this.order, state, differences), state, begunWall: book.begunWall };
  }

  async #read({ journal }: InspectionParts): Promise<Book | undefined> {
    const state = await journal.stateOf(this.order);
    const story = await journal.story(this.order);
    const [first] = story;
    if (state === undefined || first === undefined) return undefined;
    return { state, events: story.map(({ event }) => event), begunWall: first.wall };
  }
}
