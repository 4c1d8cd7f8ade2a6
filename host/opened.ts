import type { Ending } from "./shutdown.ts";

/** What a process has opened, to be ended the other way round: nothing ends before what stands on it. */
export class Opened {
  readonly #endings: Ending[] = [];

  /** In the order in which they are to end: what was opened last ends first. */
  get endings(): readonly Ending[] {
    return this.#endings.toReversed();
  }

  keep<Part>(what: string, part: Part, stop: (part: Part) => Promise<void> | void): Part {
    this.#endings.push({ what, stop: () => stop(part) });
    return part;
  }

  /** Ends them all, once; one that does not end well keeps no other open. Answers what went wrong, the first first. */
  async end(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const { stop } of this.#endings.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}
