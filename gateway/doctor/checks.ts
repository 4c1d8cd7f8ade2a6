import type { Check } from "./check.ts";
import { diskChecks } from "./disk.ts";
import { fileChecks } from "./files.ts";
import { journalChecks } from "./journal.ts";
import { lineChecks } from "./lines.ts";
import { linkChecks } from "./link.ts";
import { sellingChecks } from "./selling.ts";
import { showChecks } from "./shows.ts";
import { systemChecks } from "./system.ts";
import { timeChecks } from "./time.ts";

/** Everything that a stand needs, in the order in which it is told. */
export const checks: readonly Check[] = [
  ...fileChecks,
  ...systemChecks,
  ...timeChecks,
  ...diskChecks,
  ...journalChecks,
  ...showChecks,
  ...lineChecks,
  ...sellingChecks,
  ...linkChecks,
];
