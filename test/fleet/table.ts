import type { RunParts, RunReport } from "./run.ts";

const SHOWN = 40;

/** A run as a person reads it: what there was, what went wrong with it, what became of the orders, and the verdict. */
export function tableOf({ stands, backends, sellMs, seed }: RunParts, report: RunReport): string {
  const { tally, troubles, restMs, wrongs, folder } = report;
  const rows: readonly (readonly [string, string | number])[] = [
    ["stands", stands],
    ["backends", backends],
    ["seed", seed],
    ["selling", `${Math.round(sellMs / 1_000)} s`],
    ["until nothing was left to do", `${(restMs / 1_000).toFixed(1)} s`],
    ...[...troubles].sort(([one], [other]) => one.localeCompare(other)).map(([what, count]) => [what, count] as const),
    ...Object.entries(tally).map(([what, count]) => [what === "orders" ? what : `  ${what}`, count] as const),
    ["wrong", wrongs.length],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  const lines = rows.map(([what, value]) => `${what.padEnd(width)}  ${String(value).padStart(8)}`);
  const more = wrongs.length > SHOWN ? [`and ${wrongs.length - SHOWN} more`] : [];
  const verdict = wrongs.length === 0 ? ["every order is accounted for"] : [`logs: ${folder}`];
  return [...lines, "", ...wrongs.slice(0, SHOWN), ...more, ...verdict, ""].join("\n");
}
