import type { Stop } from "../device.ts";

/** What every way to the lines does with those that were taken, and with those who listen. */

export type Closing = { close(): void };

/** Lines that are given back together. */
export class Taken {
  readonly #lines = new Set<Closing>();

  keep<Line extends Closing>(line: Line): Line {
    this.#lines.add(line);
    return line;
  }

  close(): void {
    for (const line of this.#lines) line.close();
    this.#lines.clear();
  }
}

/** Tells hearers of a level when it is another one than before. */
export class Changes {
  readonly #hearers = new Set<(isActive: boolean) => void>();
  #last: boolean;

  constructor(isActive: boolean) {
    this.#last = isActive;
  }

  now(isActive: boolean): void {
    if (isActive === this.#last) return;
    this.#last = isActive;
    for (const hear of this.#hearers) hear(isActive);
  }

  subscribe(hear: (isActive: boolean) => void): Stop {
    this.#hearers.add(hear);
    return () => {
      this.#hearers.delete(hear);
    };
  }
}

export function once(close: () => void): () => void {
  let isClosed = false;
  return () => {
    if (!isClosed) close();
    isClosed = true;
  };
}
