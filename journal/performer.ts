import type { Owed } from "./journal.ts";

/** What became of an owed effect. `reported`: its outcome is committed already, by an event with `finishes`. */
export type Outcome = "done" | "reported" | { readonly againMs: number };

/** Effects of some kinds, performed one after another or some at once, independent of the other lanes. */
export type Lane<Effect> = {
  readonly kinds: readonly string[];
  readonly atOnce: number;
  /** How many of one addressee's effects may be under way; no bound when absent. */
  readonly perAddressee?: number;
  /** A lane that is not open takes nothing; say `wake` when it opens. */
  isOpen?(): boolean;
  /** Ends soon after `signal`, which fires when the process stops. */
  perform(owed: Owed<Effect>, signal: AbortSignal): Promise<Outcome>;
};
