import { residentMb } from "../bench/daemon.ts";
import { percentile } from "../bench/stopwatch.ts";
import { type Crowd, type CrowdParts, seconds, withCrowd } from "./crowd.ts";

export type StormParts = CrowdParts & { readonly withinMs: number };

/** Times from the moment when the broker listens again. */
export type StormReport = {
  readonly stands: number;
  readonly acked: number;
  readonly connected: number;
  readonly connectMs: Readonly<Record<"p1" | "p50" | "p99" | "last", number>>;
  readonly ackMs: Readonly<Record<"p50" | "p99" | "last", number>>;
  /** The most connections that were made in any one second. */
  readonly mostInASecond: number;
  /** Of the largest backend. */
  readonly backendMb: number;
};

/** Every stand is connected; the broker is killed and starts again, and each stand has something to tell. */
export const runStorm = (parts: StormParts): Promise<StormReport> => withCrowd(parts, (crowd) => storm(crowd, parts));

async function storm(crowd: Crowd, { stands, withinMs, tell }: StormParts): Promise<StormReport> {
  const { broker, houses, backends } = crowd;
  await Promise.all(houses.map((house) => house.call("arm")));
  tell("the broker is killed");
  await broker.restart("SIGKILL");
  const since = Date.now();
  const acked = await crowd.reach("acked", stands, withinMs);
  const times = await Promise.all(houses.map((house) => house.call("times")));
  const connectMs = times.flatMap(({ connected }) => connected.map((at) => at - since));
  const ackMs = times.flatMap(({ acked: at }) => at.map((each) => each - since));
  return {
    stands,
    acked,
    connected: connectMs.length,
    connectMs: { ...sharesOf(connectMs), p1: percentile(connectMs, 0.01) },
    ackMs: sharesOf(ackMs),
    mostInASecond: mostInASecond(connectMs),
    backendMb: Math.max(...backends.map(({ pid }) => residentMb(pid ?? 0))),
  };
}

const sharesOf = (ms: readonly number[]) => ({
  p50: percentile(ms, 0.5),
  p99: percentile(ms, 0.99),
  last: percentile(ms, 1),
});

function mostInASecond(ms: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const each of ms) {
    const second = Math.floor(each / 1_000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** As a person reads it. */
export function stormTable(report: StormReport): string {
  const { connectMs, ackMs } = report;
  const rows = [
    ["stands", String(report.stands)],
    [
      "back at the broker: the first hundredth, half, 99 %, all",
      [connectMs.p1, connectMs.p50, connectMs.p99, connectMs.last].map(seconds).join(", "),
    ],
    ["connections in the busiest second", String(report.mostInASecond)],
    ["acknowledged: half, 99 %, all", [ackMs.p50, ackMs.p99, ackMs.last].map(seconds).join(", ")],
    ["not back, not acknowledged", `${report.stands - report.connected}, ${report.stands - report.acked}`],
    ["resident memory of the largest backend", `${report.backendMb.toFixed(0)} MB`],
  ];
  return `${rows.map(([what, value]) => `${what}: ${value}`).join("\n")}\n`;
}
