/** A list that stays in order. Looking at the first is free, adding at the end nearly; the rest costs a short search. */
export class Sorted<Item> {
  readonly #items: Item[] = [];
  readonly #compare: (one: Item, other: Item) => number;

  /** `compare` answers 0 for an item and itself only. */
  constructor(compare: (one: Item, other: Item) => number) {
    this.#compare = compare;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  [Symbol.iterator](): IterableIterator<Item> {
    return this.#items[Symbol.iterator]();
  }

  add(item: Item): void {
    const last = this.#items.at(-1);
    if (last === undefined || this.#compare(last, item) < 0) this.#items.push(item);
    else this.#items.splice(this.#placeOf(item), 0, item);
  }

  /** An item that is not in the list leaves it as it is. */
  remove(item: Item): void {
    const place = this.#placeOf(item);
    if (this.#items[place] === item) this.#items.splice(place, 1);
  }

  /** Takes out, in order, what comes before the first that is not `wanted`. */
  takeWhile(wanted: (item: Item) => boolean): readonly Item[] {
    const { first } = this;
    if (first === undefined || !wanted(first)) return [];
    const end = this.#items.findIndex((item) => !wanted(item));
    return this.#items.splice(0, end < 0 ? this.#items.length : end);
  }

  /** Where the item is, or would be. */
  #placeOf(item: Item): number {
    let [from, to] = [0, this.#items.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const met = this.#items[middle];
      if (met !== undefined && this.#compare(met, item) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
