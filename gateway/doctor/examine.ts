import { within } from "../../host/within.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Asking } from "./asking.ts";
import type { Check, Ruling, Seen, Verdict } from "./check.ts";

/** What one check came to. `as` names the outcome, also in docs/doctor.md; `ms` is how long it took. */
export type Finding = {
  readonly check: string;
  readonly verdict: Verdict;
  readonly as: string;
  readonly found: string;
  readonly todo?: string;
  readonly ms: number;
};

/** How any check may end besides its own ways. */
export const COMMON: Readonly<Record<"failed" | "late", Ruling>> = {
  failed: {
    verdict: "wrong",
    means: "It could not be looked at.",
    todo: "read what was found; run doctor as root (sudo) where something may not be read",
  },
  late: {
    verdict: "wrong",
    means: "There was no answer within the time that the check has.",
    todo: "try again; something hangs: the disk, a device or the network",
  },
};

/** Makes all checks at the same time, each with its own deadline; `tell` hears of each in their order, as early as that allows. */
export async function examine(
  checks: readonly Check[],
  asking: Asking,
  tell: (finding: Finding) => void,
): Promise<readonly Finding[]> {
  const looking = checks.map((each) => made(each, asking));
  const findings: Finding[] = [];
  for (const finding of looking) {
    findings.push(await finding);
    tell(await finding);
  }
  return findings;
}

async function made(check: Check, asking: Asking): Promise<Finding> {
  const { clock } = asking.machine;
  const from = clock.now().ms;
  const seen = await looked(check, asking, clock);
  const ruling = Object.hasOwn(check.outcomes, seen.as) ? check.outcomes[seen.as] : undefined;
  const { verdict, todo } = ruling ?? COMMON[seen.as === "late" ? "late" : "failed"];
  const ms = clock.now().ms - from;
  return { check: check.name, verdict, as: seen.as, found: seen.found, ...(todo === undefined ? {} : { todo }), ms };
}

async function looked(check: Check, asking: Asking, clock: Clock): Promise<Seen> {
  const late = { as: "late", found: `no answer within ${check.patienceMs / 1_000} s` };
  try {
    return await within(clock, check.patienceMs, check.look(asking), late);
  } catch (error) {
    return { as: "failed", found: error instanceof Error ? error.message : String(error) };
  }
}

/** The worst of all; what was skipped counts for nothing. */
export const worstOf = (findings: readonly Finding[]): Exclude<Verdict, "skipped"> =>
  (["wrong", "warning"] as const).find((verdict) => findings.some((finding) => finding.verdict === verdict)) ?? "ok";
