import { type Codec, JournalFault } from "./journal.ts";
import type { OrderRow } from "./sql.ts";

/**
 * Reads one stored value; `what` names it in the fault. Throws `JournalFault`: `corrupt` when the codec cannot, `newer` when a later
 * version of this program wrote it, which may work on the same database.
 */
export function readStored<Value>(codec: Codec<Value>, json: string, version: number, what: string): Value {
  if (version > codec.version)
    throw new JournalFault("newer", `the journal's ${what} was stored by a later program, as version ${version}`);
  try {
    return codec.read(JSON.parse(json), version);
  } catch (cause) {
    const message = `the journal's ${what}, stored as version ${version}, cannot be read: ${reasonOf(cause)}`;
    throw new JournalFault("corrupt", message, cause);
  }
}

/** The state of one order, as its row has it. Throws as `readStored` does. */
export const readState = <State>(codec: Codec<State>, { id, state, version }: OrderRow): State =>
  readStored(codec, state, version, `state of order ${id}`);

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
