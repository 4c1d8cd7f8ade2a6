/** Cuts what arrives on a socket into lines of at most `most` bytes, without copying a long line once for each packet. */
export class Lines {
  #parts: Buffer[] = [];
  #length = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that `chunk` completes; `undefined` when a line is longer than allowed: nothing more can be read then. */
  push(chunk: Buffer): readonly string[] | undefined {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, at));
      if (this.#length > this.#most) return undefined;
      lines.push(Buffer.concat(this.#parts).toString("utf8"));
      this.#parts = [];
      this.#length = 0;
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
    return this.#length > this.#most ? undefined : lines;
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
