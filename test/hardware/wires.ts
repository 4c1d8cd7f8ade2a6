import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The far ends of the machine's GPIO lines, see lab/README.md. */

const far = (line: number, file: string): string => join(process.env["LAB_GPIO"] ?? "", `sim_gpio${line}`, file);

/** Pulls an input's wire to a level. */
export const pull = (line: number, level: 0 | 1): void =>
  writeFileSync(far(line, "pull"), level === 1 ? "pull-up" : "pull-down");

/** A bad contact: quick changes, which end at `level`. */
export function bounce(line: number, level: 0 | 1, edges = 9): void {
  for (let left = edges; left > 0; left -= 1) pull(line, (left + level + 1) % 2 === 0 ? 0 : 1);
}

export const levelOf = (line: number): number => Number(readFileSync(far(line, "value"), "utf8"));
