import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { DeviceClock } from "../clock.ts";
import { HardwareFault, type Stop } from "../device.ts";
import { Contacts } from "./contacts.ts";
import { type FromGuard, type GuardSetup, readWord, TO_GUARD, type ToGuard, write } from "./guard-words.ts";
import type { Lines } from "./lines.ts";

export type GuardParts = {
  readonly hear: Readable;
  readonly say: Writable;
  readonly clock: DeviceClock;
  /** Throws `HardwareFault`. */
  openLines(chips: readonly string[]): Lines;
};

/**
 * Holds the relays' lines in the place of a daemon that may die: a kernel of a Raspberry Pi leaves a line as it was when its
 * holder is gone. Resolves when its work is over: the daemon has hung up, said something that is no word, or the lines could
 * not be had. All contacts are open then.
 */
export async function guard({ hear, say, clock, openLines }: GuardParts): Promise<void> {
  const words = createInterface({ input: hear })[Symbol.asyncIterator]();
  const tell = (word: FromGuard): void => void say.write(write(word));
  let held: Held | undefined;
  try {
    for (let line = await words.next(); line.done !== true; line = await words.next()) {
      const word = readWord<ToGuard>(line.value, TO_GUARD);
      if (word.say === "setup") held = take(word.setup, openLines, clock, tell);
      else held?.heard(word, tell);
      if (held === undefined) return;
    }
  } finally {
    held?.close();
  }
}

type Held = { heard(word: ToGuard, tell: (word: FromGuard) => void): void; close(): void };

function take(
  setup: GuardSetup,
  openLines: GuardParts["openLines"],
  clock: DeviceClock,
  tell: (word: FromGuard) => void,
): Held | undefined {
  try {
    const lines = openLines(setup.chips);
    const held = hold(setup, lines, clock);
    tell({ say: "holding", where: lines.where });
    return held;
  } catch (error) {
    if (!(error instanceof HardwareFault)) throw error;
    tell({ say: "refused", because: error.message });
    return undefined;
  }
}

function hold({ relays, silenceMs }: GuardSetup, lines: Lines, clock: DeviceClock): Held {
  const contacts = new Contacts(
    relays.map(({ name, line, activeLow, mostMs }) => ({ name, line: lines.output({ line, activeLow }), mostMs })),
    clock,
  );
  let stopWaiting: Stop = () => undefined;
  const listen = (): void => {
    stopWaiting();
    stopWaiting = clock.after(silenceMs, () => contacts.letGo());
  };
  listen();
  return {
    heard: (word, tell) => {
      listen();
      if (word.say !== "pulse") return;
      const { id, relay, ms } = word;
      void contacts
        .pulse(relay, ms)
        .then((broken) => tell({ say: "pulsed", id, ...(broken === undefined ? {} : { broken }) }));
    },
    close: () => {
      stopWaiting();
      contacts.letGo();
      lines.close();
    },
  };
}
