import type { Verdict } from "./check.ts";
import { type Finding, worstOf } from "./examine.ts";

/** What `doctor --json` prints, in one line. Names stay; checks and outcomes may be added. */
export type Report = {
  readonly stand?: string;
  readonly version: string;
  /** ISO 8601, UTC, by the machine's own clock. */
  readonly at: string;
  /** The worst verdict of all; what was skipped counts for nothing. */
  readonly verdict: Exclude<Verdict, "skipped">;
  readonly checks: readonly Finding[];
};

export type About = { readonly stand: string | undefined; readonly version: string; readonly wall: number };

export const reportOf = ({ stand, version, wall }: About, findings: readonly Finding[]): Report => ({
  ...(stand === undefined ? {} : { stand }),
  version,
  at: new Date(wall).toISOString(),
  verdict: worstOf(findings),
  checks: findings,
});

const MARKS: Readonly<Record<Verdict, string>> = { ok: "ok", warning: "WARNING", wrong: "WRONG", skipped: "–" };

/** One line, and one more for what to do. */
export function linesOf({ verdict, check, found, todo }: Finding): readonly string[] {
  const head = `${MARKS[verdict].padEnd(8)} ${check.padEnd(14)} `;
  const [first = "", ...more] = found.split("\n");
  const indent = " ".repeat(head.length);
  return [head + first, ...more.map((line) => indent + line), ...(todo === undefined ? [] : [`${indent}→ ${todo}`])];
}

export function summaryOf(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  return `${count("ok")} ok, ${count("warning")} warnings, ${count("wrong")} wrong, ${count("skipped")} skipped`;
}
