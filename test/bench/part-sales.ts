import type { Pair, SaleTimes } from "./sales.ts";
import { timeSales } from "./sales.ts";
import { percentile } from "./stopwatch.ts";
import type { Row } from "./table.ts";

const SALES = 300;
const SLOWEST_RELAY_MS = 50;
const QR_MS = 60;
/** How much more than its bare commits and hops a release may take. */
const TIMES_FLOOR = 1.5;

type Times = (tls: boolean) => Promise<readonly SaleTimes[]>;

/** Sales with and without TLS, each measured once however many parts want them. */
export function timesOnce(): Times {
  const measured = new Map<boolean, Promise<readonly SaleTimes[]>>();
  return (tls) => {
    const times = measured.get(tls) ?? timeSales(SALES, tls);
    measured.set(tls, times);
    return times;
  };
}

/** From the notification at its route to the contact. */
export async function webhookRows(times: Times): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const tls of [false, true]) {
    const pairs = (await times(tls)).map(({ toRelay }) => toRelay);
    const what = `webhook -> relay closed, ${tls ? "TLS" : "no TLS"}`;
    const note = noteOn(pairs);
    const [p50, p99] = [rowAt(pairs, 0.5), rowAt(pairs, 0.99)];
    rows.push({ what: `${what}, p50`, ...p50, target: TIMES_FLOOR * p50.floor, note });
    rows.push({ what: `${what}, p99`, ...p99, target: SLOWEST_RELAY_MS, note });
  }
  return rows;
}

/** From the button to the code on the glass; Midtrans answers at once. */
export async function buttonRows(times: Times): Promise<readonly Row[]> {
  const pairs = (await times(false)).map(({ toQr }) => toQr);
  const what = "button -> QR on the screen, without the provider";
  const note = `${noteOn(pairs)}, and one picture of 480 x 320`;
  const [p50, p99] = [rowAt(pairs, 0.5), rowAt(pairs, 0.99)];
  return [
    { what: `${what}, p50`, ...p50, target: QR_MS, note },
    { what: `${what}, p99`, ...p99, target: undefined, note },
  ];
}

const rowAt = (pairs: readonly Pair[], share: number) => ({
  unit: "ms" as const,
  value: percentile(
    pairs.map(({ ms }) => ms),
    share,
  ),
  floor: percentile(
    pairs.map(({ floorMs }) => floorMs),
    share,
  ),
});

/** What most sales paid. */
function noteOn(pairs: readonly Pair[]): string {
  const counts = pairs.map(({ tolls }) => {
    const commits = tolls.filter(({ is }) => is === "commit").length;
    return `${commits} durable commits and ${tolls.length - commits} hops`;
  });
  const most = [...new Set(counts)].sort((one, other) => times(counts, other) - times(counts, one))[0] ?? "nothing";
  return `${pairs.length} sales; floor: ${most} (${times(counts, most)} of them) in bare SQLite and MQTT.js`;
}

const times = (all: readonly string[], one: string): number => all.filter((each) => each === one).length;
