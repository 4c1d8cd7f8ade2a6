import { parseArgs } from "node:util";
import { type BacklogParts, backlogTable, runBacklog } from "./backlog.ts";
import { TROUBLES, type Trouble } from "./faults.ts";
import type { Fleet } from "./fleet.ts";
import { type RunParts, runFleet } from "./run.ts";
import { runStorm, stormTable } from "./storm.ts";
import { tableOf } from "./table.ts";

const USAGE = `npm run fleet -- [--stands 20] [--minutes 1] [--backends 3] [--houses 2] [--pause SECONDS] [--seed 1]
             [--after SECONDS] [--calm | --only TROUBLE …]
npm run fleet -- --storm 10000 [--backends 3]
npm run fleet -- --backlog 10000 [--each 5] [--backends 3]

Stands, backends, broker, database and Midtrans' stand-in on this machine, sale after sale, and one trouble after another. At the end
every order is judged, and it is told what became of whoever pressed amid the troubles, and of whoever did when all was mended.
--pause: seconds between a customer's end and the next one's press, on average (default: 3, and so long that not more than fifty press
in a second: what two processors can serve besides all that is simulated on them).
--after: seconds of selling when all is mended (default: 20). --calm: no trouble at all. --only: of this kind, as in
--only "disk full" --only "database restarted".
--storm: so many stands lose their broker at once and come back, each with something to tell; all of it must be acknowledged in 120 s.
--backlog: the backends come back after a day, so many stands have statements to tell, and customers press meanwhile.
`;

/** Whoever has seen enough leaves no process behind. */
function endEarly(fleet: Fleet): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void fleet.close("keep").then(() => process.exit(130)));
}

function troubleCalled(name: string): Trouble {
  const found = TROUBLES.find((each) => each === name);
  if (found === undefined) throw new RangeError(`no trouble is called "${name}": there are ${TROUBLES.join(", ")}`);
  return found;
}

const LEAST_PAUSE = 3;
const PRESSES_A_SECOND = 50;
const STORM_WITHIN_MS = 120_000;

/** Every stand comes back at once; exit code 1 when not all is acknowledged in time. */
async function stormOf(stands: number, backends: number, tell: (what: string) => void): Promise<void> {
  const report = await runStorm({ stands, backends, houses: 4, withinMs: STORM_WITHIN_MS, tell });
  process.stdout.write(stormTable(report));
  if (report.acked < stands) process.exitCode = 1;
}

/** Exit code 1 when not all of it is told, or a customer had no code. */
async function backlogOf(parts: BacklogParts): Promise<void> {
  const report = await runBacklog(parts);
  process.stdout.write(backlogTable(report));
  if (report.acked < report.statements || report.during.without > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stands: { type: "string", default: "20" },
      minutes: { type: "string", default: "1" },
      backends: { type: "string", default: "3" },
      houses: { type: "string", default: "2" },
      pause: { type: "string" },
      after: { type: "string", default: "20" },
      calm: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      seed: { type: "string", default: "1" },
      storm: { type: "string" },
      backlog: { type: "string" },
      each: { type: "string", default: "5" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return void process.stdout.write(USAGE);
  const begun = Date.now();
  const tell = (what: string): void =>
    void process.stderr.write(`${((Date.now() - begun) / 1_000).toFixed(1).padStart(7)} s  ${what}\n`);
  if (values.storm !== undefined) return stormOf(Number(values.storm), Number(values.backends), tell);
  if (values.backlog !== undefined) {
    const [stands, backends, each] = [values.backlog, values.backends, values.each].map(Number);
    return backlogOf({ stands: stands ?? 0, backends: backends ?? 0, each: each ?? 0, houses: 4, tell });
  }
  const parts: RunParts = {
    stands: Number(values.stands),
    backends: Number(values.backends),
    houses: Number(values.houses),
    seed: Number(values.seed),
    pauseMs: 1_000 * Number(values.pause ?? Math.max(LEAST_PAUSE, Number(values.stands) / PRESSES_A_SECOND)),
    diskMb: 2_000,
    sellMs: Number(values.minutes) * 60_000,
    firstTroubles: [],
    ...(values.only === undefined ? {} : { only: values.only.map(troubleCalled) }),
    troubleEveryMs: values.calm ? undefined : 4_000,
    afterMs: 1_000 * Number(values.after),
    restWithinMs: 90_000,
    tell,
  };
  const report = await runFleet(parts, endEarly);
  process.stdout.write(tableOf(parts, report));
  if (report.wrongs.length > 0) process.exitCode = 1;
}

await main();
