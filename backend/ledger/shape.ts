import type { Codec, JournalShape } from "../../journal/journal.ts";
import { traitsOf } from "./effects.ts";
import type { Effect, Event, State } from "./words.ts";

/**
 * How the ledger's words are kept. A change of their shape raises the version and teaches `read` the older one; what stands
 * in the journal was checked when it came in, and is believed.
 */
const VERSION = 2;

const codec = <Value>(): Codec<Value> => ({
  version: VERSION,
  read: (json, version) => {
    if (version === VERSION) return json as Value;
    throw new Error(`the ledger was written in version ${version}; this program reads up to ${VERSION}`);
  },
});

export const ledgerShape: JournalShape<State, Event, Effect> = {
  state: codec<State>(),
  event: codec<Event>(),
  effect: codec<Effect>(),
  traits: traitsOf,
};
