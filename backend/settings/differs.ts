/** What a stand says by what it works. */
export type Using = {
  /** 0: its own file. */
  readonly version: number;
  readonly refused?: { readonly version: number; readonly because: string };
};

/**
 * `same`: nothing to do, or nothing wanted. `push`: it shall have the newer one. `refused`: it cannot use the newer one, and said
 * why: a person must look. `ahead`: it works by one that these books do not have, as after a restored backup; it hears no older
 * one, so the next that is saved is made newer than that.
 */
export type Difference = "same" | "push" | "refused" | "ahead";

/** `desired`: the newest version that was saved for the stand; `using`: what it said last, absent when it never did. */
export function differs(desired: number | undefined, using: Using | undefined): Difference {
  if (desired === undefined || using?.version === desired) return "same";
  if (using?.refused?.version === desired) return "refused";
  return using !== undefined && using.version > desired ? "ahead" : "push";
}

/** One more than anything that this stand has, had or refused. */
export const nextVersion = (saved: number | undefined, using: Using | undefined): number =>
  Math.max(0, saved ?? 0, using?.version ?? 0, using?.refused?.version ?? 0) + 1;
