import type { Codec, JournalShape } from "../../journal/journal.ts";
import { traitsOf } from "./effects.ts";
import { type Upgrade, upgradeEffect, upgradeEvent, upgradeState } from "./version-1.ts";
import { type Effect, type Event, type State, standOf } from "./words.ts";

/**
 * How the ledger's words are kept. A change of their shape raises the version and teaches `read` the older one; what stands
 * in the journal was checked when it came in, and is believed.
 */
const VERSION = 2;

const codec = <Value>(upgrade: Upgrade): Codec<Value> => ({
  version: VERSION,
  read: (json, version) => {
    if (version === VERSION) return json as Value;
    if (version === 1) return upgrade(json) as Value;
    throw new Error(`the ledger was written in version ${version}; this program reads up to ${VERSION}`);
  },
});

export const ledgerShape: JournalShape<State, Event, Effect> = {
  state: codec<State>(upgradeState),
  event: codec<Event>(upgradeEvent),
  effect: codec<Effect>(upgradeEffect),
  traits: traitsOf,
  partyOf: standOf,
};
