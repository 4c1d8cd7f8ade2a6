import { EventEmitter, once } from "node:events";
import type { RawRequest } from "../../../backend/providers/provider.ts";
import type { Heard } from "./midtrans/tape-server.ts";

type Json = Readonly<Record<string, unknown>>;
type Letter = { readonly reference: unknown; readonly isEnd: boolean; readonly request: RawRequest };

export type MailboxOptions = {
  readonly referenceIn: (json: Json) => unknown;
  /** Whether it speaks of a charge that is not open any more. */
  readonly isEnd: (json: Json) => boolean;
};

/** Where a company's sandbox posts to: keeps what it hears, by reference. */
export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #rung = new EventEmitter();
  readonly #letters: Letter[] = [];

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  take({ line, headers, bytes, json }: Heard): void {
    const fields = json as Json;
    const single = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]);
    const request = { path: line.replace("POST ", ""), headers: Object.fromEntries(single), body: bytes };
    this.#letters.push({ reference: this.#options.referenceIn(fields), isEnd: this.#options.isEnd(fields), request });
    this.#rung.emit("letter");
  }

  /** Waits until one of the letters about `reference` speaks of its end. */
  async of(reference: string): Promise<readonly RawRequest[]> {
    for (;;) {
      const mine = this.#letters.filter((each) => each.reference === reference);
      if (mine.some((each) => each.isEnd)) return mine.map((each) => each.request);
      await once(this.#rung, "letter");
    }
  }
}
