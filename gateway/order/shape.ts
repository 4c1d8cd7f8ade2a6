import type { Codec, JournalShape } from "../../journal/journal.ts";
import { traitsOf } from "./effects.ts";
import type { Effect, Event, State } from "./words.ts";

/**
 * The version of everything that this stand writes into its journal. Whoever changes a stored type raises it, and reads the
 * old. Version 1 knew no controllers: no reference, no hand-over. What it wrote is good as it stands.
 */
const VERSION = 2;
const OLDEST = 1;

/** What the journal wrote is what this program once gave it: the file is checked when it is opened. */
function plain<Value>(name: string): Codec<Value> {
  return {
    version: VERSION,
    read: (json, version) => {
      if (version >= OLDEST && version <= VERSION) return json as Value;
      throw new Error(`${name} of version ${version}: this program reads versions ${OLDEST} to ${VERSION}`);
    },
  };
}

export const standShape: JournalShape<State, Event, Effect> = {
  state: plain<State>("an order's state"),
  event: plain<Event>("an order's event"),
  effect: plain<Effect>("an owed effect"),
  traits: traitsOf,
};
