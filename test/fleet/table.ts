import type { Account } from "./fates.ts";
import type { RunParts, RunReport } from "./run.ts";
import type { StoodStill } from "./standstill.ts";

const SHOWN = 40;

type Row = readonly [what: string, value: string | number];

/** A run as a person reads it: what there was, what went wrong with it, what became of the orders, and the verdict. */
export function tableOf({ stands, backends, sellMs, seed }: RunParts, report: RunReport): string {
  const { tally, troubles, restMs, wrongs, folder, accounts, stoodStill } = report;
  const rows: readonly Row[] = [
    ["stands", stands],
    ["backends", backends],
    ["seed", seed],
    ["selling amid troubles", `${Math.round(sellMs / 1_000)} s`],
    ["until nothing was left to do", `${(restMs / 1_000).toFixed(1)} s`],
    ...[...troubles].sort(([one], [other]) => one.localeCompare(other)),
    ...Object.entries(tally).map(([what, count]): Row => [what === "orders" ? what : `  ${what}`, count]),
    ["wrong", wrongs.length],
  ];
  const more = wrongs.length > SHOWN ? [`and ${wrongs.length - SHOWN} more`] : [];
  const verdict = wrongs.length === 0 ? ["every order is accounted for"] : [`logs: ${folder}`];
  const told = Object.entries(accounts).flatMap(([when, account]) => ["", ...linesOfAccount(when, account)]);
  const waits = Object.entries(stoodStill).map(([who, still]) => `${who} waited for this machine: ${inWords(still)}`);
  return [...aligned(rows), ...told, "", ...waits, "", ...wrongs.slice(0, SHOWN), ...more, ...verdict, ""].join("\n");
}

function linesOfAccount(when: string, { turnedAway, fates, spreads }: Account): readonly string[] {
  const orders = sum(fates);
  const share = (count: number): string =>
    `${String(count).padStart(8)}  ${((100 * count) / orders).toFixed(1).padStart(5)} %`;
  const rows: readonly Row[] = [
    [`presses ${when}`, sum(turnedAway) + orders],
    ...[...turnedAway].map(([why, count]): Row => [`  the stand sold nothing: ${why}`, count]),
    ["  orders", orders],
    ...[...fates].map(([fate, count]): Row => [`    ${fate}`, share(count)]),
    ...[...spreads].map(
      ([what, { p50, p99 }]): Row => [what, `${p50.toFixed(0).padStart(8)} ms p50, ${p99.toFixed(0)} ms p99`],
    ),
  ];
  return aligned(rows);
}

function aligned(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, value]) => `${what.padEnd(width)}  ${String(value).padStart(8)}`);
}

const inWords = ({ p50, p99, max }: StoodStill): string =>
  `${[p50, p99, max].map((ms) => ms.toFixed(0)).join(", ")} ms (p50, p99, longest)`;

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, each) => all + each, 0);
