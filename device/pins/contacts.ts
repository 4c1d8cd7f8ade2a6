import type { DeviceClock } from "../clock.ts";
import type { Stop } from "../device.ts";
import type { OutputLine } from "./lines.ts";

/** A relay's contact, as the guard holds it. `mostMs`: it is never closed for longer, whatever is asked. */
export type Contact = { readonly name: string; readonly line: OutputLine; readonly mostMs: number };

/** Why a contact was not closed, or was opened before its time. */
export type Broken = "no-such-relay" | "still-closed" | "too-long" | "let-go" | "line-failed";

type Closed = { readonly stop: Stop; readonly end: (because?: Broken) => void };

/**
 * The contacts of a stand, held by whoever outlives the daemon. Each is open but for one pulse at a time, and all of them open
 * at once when they are let go.
 */
export class Contacts {
  readonly #contacts: ReadonlyMap<string, Contact>;
  readonly #clock: DeviceClock;
  readonly #closed = new Map<string, Closed>();

  constructor(contacts: readonly Contact[], clock: DeviceClock) {
    this.#contacts = new Map(contacts.map((contact) => [contact.name, contact]));
    this.#clock = clock;
  }

  /** Closes a contact for `ms` milliseconds; resolves when it is open again, with a reason when that was not as asked. */
  pulse(name: string, ms: number): Promise<Broken | undefined> {
    const contact = this.#contacts.get(name);
    if (contact === undefined) return Promise.resolve("no-such-relay");
    if (this.#closed.has(name)) return Promise.resolve("still-closed");
    if (!(ms > 0 && ms <= contact.mostMs)) return Promise.resolve("too-long");
    return new Promise((resolve) => this.#close(contact, ms, resolve));
  }

  /** Opens everything, whatever is under way. */
  letGo(): void {
    for (const { end } of [...this.#closed.values()]) end("let-go");
    for (const { line } of this.#contacts.values()) open(line);
  }

  #close({ name, line }: Contact, ms: number, tell: (because?: Broken) => void): void {
    const end = (because?: Broken): void => {
      this.#closed.get(name)?.stop();
      this.#closed.delete(name);
      tell(open(line) ? because : "line-failed");
    };
    this.#closed.set(name, { stop: this.#clock.after(ms, () => end()), end });
    if (!set(line, true)) end("line-failed");
  }
}

const open = (line: OutputLine): boolean => set(line, false);

/** False: the line does not do what it is told. */
function set(line: OutputLine, isClosed: boolean): boolean {
  try {
    line.set(isClosed);
    return true;
  } catch {
    return false;
  }
}
