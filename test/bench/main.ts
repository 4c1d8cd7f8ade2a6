import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { requireRealDisk } from "./folder.ts";
import { crowdRows } from "./part-crowd.ts";
import { fsyncRows, memoryRows, startRows } from "./part-daemon.ts";
import { drainRows } from "./part-drain.ts";
import { lineRows } from "./part-lines.ts";
import { panelRows } from "./part-panels.ts";
import { buttonRows, timesOnce, webhookRows } from "./part-sales.ts";
import { slipRows } from "./part-slip.ts";
import { throughputRows } from "./part-throughput.ts";
import { isMet, type Row, tableOf } from "./table.ts";

const times = timesOnce();

const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  webhook: () => webhookRows(times),
  button: () => buttonRows(times),
  memory: () => memoryRows(),
  fsyncs: fsyncRows,
  start: startRows,
  drain: drainRows,
  panels: panelRows,
  slips: slipRows,
  line: lineRows,
  throughput: () => throughputRows(),
  crowd: crowdRows,
};

const USAGE = `npm run bench [-- ${Object.keys(parts).join("|")} ...] [-- --json]\n`;

/** Measures the parts that are named, or all of them. Exit code 1: a target was missed; 64: no such part. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
  const wanted = positionals.length === 0 ? Object.keys(parts) : positionals;
  if (wanted.some((part) => !Object.hasOwn(parts, part))) {
    process.stderr.write(USAGE);
    return 64;
  }
  const disk = requireRealDisk();
  const rows: Row[] = [];
  for (const part of wanted) {
    process.stderr.write(`measuring ${part} ...\n`);
    rows.push(...((await parts[part]?.()) ?? []));
  }
  const load = loadavg().map((each) => each.toFixed(2));
  if (values.json === true) process.stdout.write(`${JSON.stringify({ disk, load, rows })}\n`);
  else process.stdout.write(`${tableOf(rows)}disk ${disk}, load ${load.join(" ")}\n`);
  return rows.every(isMet) ? 0 : 1;
}

process.exitCode = await main();
