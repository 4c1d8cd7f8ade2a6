import { parseArgs } from "node:util";
import { pinoLog } from "../../host/pino.ts";
import { midtransFor, simulate } from "./run.ts";

/** `npm run simulate -- --seed N [--count M] [--midtrans] [--log]`: replays seeds exactly, and says what was wrong. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      count: { type: "string", default: "1" },
      log: { type: "boolean" },
      midtrans: { type: "boolean" },
    },
  });
  const first = Number(values.seed);
  let failed = 0;
  for (let seed = first; seed < first + Number(values.count); seed += 1) {
    const report = await simulate(seed, {
      ...(values.log ? { log: pinoLog({ level: "info", name: "world" }) } : {}),
      ...(values.midtrans ? { banks: midtransFor(seed) } : {}),
    });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    if (report.wrongs.length > 0) failed += 1;
  }
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
