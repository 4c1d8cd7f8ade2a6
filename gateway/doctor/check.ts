import type { Asking, Configured } from "./asking.ts";

/** `skipped`: it could not be looked at, or there is nothing to look at; `found` says why. It speaks neither for nor against the stand. */
export const verdicts = ["ok", "warning", "wrong", "skipped"] as const;
export type Verdict = (typeof verdicts)[number];

/** One way a check may end: how bad it is, what it means, and what to do about it. */
export type Ruling = { readonly verdict: Verdict; readonly means: string; readonly todo?: string };

/** How it ended this time, and what was found, for a person. */
export type Seen<Outcome extends string = string> = { readonly as: Outcome; readonly found: string };

/** One thing that a stand needs. */
export type Check = {
  readonly name: string;
  /** The question, in a sentence. */
  readonly asks: string;
  readonly outcomes: Readonly<Record<string, Ruling>>;
  /** It has no longer to answer. */
  readonly patienceMs: number;
  /** Rejects when it cannot be told. */
  look(asking: Asking): Promise<Seen>;
};

const USUAL_PATIENCE_MS = 10_000;

type About<Outcome extends string> = {
  readonly name: string;
  readonly asks: string;
  readonly outcomes: Readonly<Record<Outcome, Ruling>>;
  readonly patienceMs?: number;
};

/** A check of the machine alone. */
export const check = <Outcome extends string>({
  patienceMs = USUAL_PATIENCE_MS,
  ...about
}: About<Outcome> & { look(asking: Asking): Promise<Seen<NoInfer<Outcome>>> }): Check => ({ ...about, patienceMs });

/** What every check of the configuration ends with where there is none. */
export const NO_CONFIGURATION = "no-configuration";

/** A check of something that the configuration names. */
export function configuredCheck<Outcome extends string>(
  about: About<Outcome> & { look(stand: Configured, asking: Asking): Promise<Seen<NoInfer<Outcome>>> },
): Check {
  const nothing: Ruling = {
    verdict: "skipped",
    means: "The configuration is not usable: nobody knows what to look at.",
  };
  return {
    patienceMs: USUAL_PATIENCE_MS,
    ...about,
    outcomes: { ...about.outcomes, [NO_CONFIGURATION]: nothing },
    look: async (asking) =>
      asking.stand === undefined
        ? { as: NO_CONFIGURATION, found: "the configuration is not usable" }
        : about.look(asking.stand, asking),
  };
}
