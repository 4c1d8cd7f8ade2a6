/** What is open already, to be closed in the opposite order. */
export class Opened {
  #ends: readonly (() => Promise<void> | void)[] = [];

  /** Passes `thing` on, and remembers how it is closed. */
  add<Thing>(thing: Thing, end: (thing: Thing) => Promise<void> | void): Thing {
    this.#ends = [...this.#ends, () => end(thing)];
    return thing;
  }

  /** Closes everything, whatever becomes of the others; rejects with the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const end of this.#ends.toReversed())
      await Promise.resolve(end()).catch((error: unknown) => failures.push(error));
    this.#ends = [];
    if (failures.length > 0) throw failures[0];
  }
}
