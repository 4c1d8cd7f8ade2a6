/** What is known of an order without reading what it is. */
export type OpenOrder = { readonly nth: number; readonly id: string; readonly party: string | undefined };

type ByParty = Map<string | undefined, Map<number, string>>;

/**
 * Whose orders are not finished, in memory: made from the file when somebody asks for the first time, and following each commit
 * from then on. In the file it would be a page more for the disk in every commit.
 */
export class OpenOrders {
  readonly #read: () => Iterable<OpenOrder>;
  #byParty: ByParty | undefined;

  constructor(read: () => Iterable<OpenOrder>) {
    this.#read = read;
  }

  /** Names of this party's orders, and of those that are nobody's, as they were begun. */
  of(party: string): readonly string[] {
    const known = this.#known();
    const found = [party, undefined].flatMap((each) => [...(known.get(each) ?? [])]);
    return found.sort(([one], [other]) => one - other).map(([, id]) => id);
  }

  /** A commit is through. `partyOf` is asked only where somebody wants to know. */
  follow(order: Omit<OpenOrder, "party">, isFinished: boolean, partyOf: () => string | undefined): void {
    if (this.#byParty === undefined) return;
    const open = { ...order, party: partyOf() };
    if (isFinished) drop(this.#byParty, open);
    else put(this.#byParty, open);
  }

  #known(): ByParty {
    if (this.#byParty !== undefined) return this.#byParty;
    const byParty: ByParty = new Map();
    for (const order of this.#read()) put(byParty, order);
    this.#byParty = byParty;
    return byParty;
  }
}

function put(byParty: ByParty, { nth, id, party }: OpenOrder): void {
  byParty.set(party, (byParty.get(party) ?? new Map()).set(nth, id));
}

function drop(byParty: ByParty, { nth, party }: OpenOrder): void {
  const known = byParty.get(party);
  known?.delete(nth);
  if (known?.size === 0) byParty.delete(party);
}
