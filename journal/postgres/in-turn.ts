/** Works that have the same name run one after another, in the order in which they were handed in; others side by side. */
export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const own = before.then(work, work);
    this.#last.set(name, own);
    const forget = (): void => {
      if (this.#last.get(name) === own) this.#last.delete(name);
    };
    own.then(forget, forget);
    return own;
  }
}
