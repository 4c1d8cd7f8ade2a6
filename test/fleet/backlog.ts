import { residentMb } from "../bench/daemon.ts";
import { percentile } from "../bench/stopwatch.ts";
import { pause } from "../support/until.ts";
import { type Crowd, type CrowdParts, seconds, withCrowd } from "./crowd.ts";

export type BacklogParts = CrowdParts & {
  /** Statements that each stand could not tell while nobody was there. */
  readonly each: number;
};

/** How long a press takes until the code, and how many presses had none in time. */
export type Presses = { readonly count: number; readonly without: number; readonly p50: number; readonly p99: number };

export type BacklogReport = {
  readonly statements: number;
  readonly acked: number;
  /** From the moment when all backends serve again. */
  readonly drainedMs: number;
  readonly before: Presses;
  readonly during: Presses;
  /** Of the largest backend. */
  readonly backendMb: number;
};

/** A stand that was not answered all day tries every five minutes, and all stands within them. */
const WITHIN_MS = 300_000;
/** What cannot be taken at once comes again after five minutes more. */
const DRAINED_WITHIN_MS = 3 * WITHIN_MS;
const CUSTOMER_EVERY_MS = 250;
const BEFORE_MS = 20_000;

/** The backends come back after a day: every stand has statements to tell, and customers press meanwhile. */
export const runBacklog = (parts: BacklogParts): Promise<BacklogReport> =>
  withCrowd(parts, (crowd) => backlog(crowd, parts));

async function backlog(crowd: Crowd, { stands, each, tell }: BacklogParts): Promise<BacklogReport> {
  const { houses, backends } = crowd;
  const statements = stands * each;
  const calm = customers(crowd);
  await pause(BEFORE_MS);
  const before = await calm.end();
  tell(`without a backlog ${inWords(before)}`);
  await Promise.all(backends.map((backend) => backend.kill()));
  await Promise.all(backends.map((backend) => backend.start()));
  const since = Date.now();
  tell("the backends are back");
  await Promise.all(houses.map((house) => house.call("unload", { each, withinMs: WITHIN_MS })));
  const busy = customers(crowd);
  const acked = await crowd.reach("acked", statements, DRAINED_WITHIN_MS);
  const drainedMs = Date.now() - since;
  const during = await busy.end();
  const backendMb = Math.max(...backends.map(({ pid }) => residentMb(pid ?? 0)));
  return { statements, acked, drainedMs, before, during, backendMb };
}

/** Somebody presses every quarter of a second, each time at another stand, until `end`. */
function customers({ houses }: Crowd): { end(): Promise<Presses> } {
  const presses: Promise<number | undefined>[] = [];
  const timer = setInterval(() => {
    const house = houses[presses.length % houses.length];
    if (house !== undefined) presses.push(house.call("press", Math.floor(presses.length / houses.length)));
  }, CUSTOMER_EVERY_MS);
  return {
    end: async () => {
      clearInterval(timer);
      const took = await Promise.all(presses);
      const ms = took.filter((each) => each !== undefined);
      const without = took.length - ms.length;
      return { count: took.length, without, p50: percentile(ms, 0.5), p99: percentile(ms, 0.99) };
    },
  };
}

const inWords = ({ count, without, p50, p99 }: Presses): string =>
  `${count} presses had their code after ${p50.toFixed(0)} ms (p50), ${p99.toFixed(0)} ms (p99); ${without} had none`;

/** As a person reads it. */
export const backlogTable = (report: BacklogReport): string =>
  `statements: ${report.statements}, not acknowledged: ${report.statements - report.acked}
drained after: ${seconds(report.drainedMs)}
without a backlog ${inWords(report.before)}
while it drains ${inWords(report.during)}
resident memory of the largest backend: ${report.backendMb.toFixed(0)} MB
`;
