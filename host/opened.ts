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

  /** Ends them all, for a start that failed; one that does not end well keeps no other open. */
  async end(): Promise<void> {
    for (const { stop } of this.endings) {
      try {
        await stop();
      } catch {
        // Why the start failed is what people must hear.
      }
    }
  }
}
