import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pause } from "../support/until.ts";
import { type Daemon, residentMb, startNode } from "./daemon.ts";
import { fillStand, ordersOf } from "./fill.ts";
import { withFolder } from "./folder.ts";
import { product } from "./kiosk.ts";
import { median, nowMs } from "./stopwatch.ts";
import { openStreet, type Street } from "./street.ts";
import type { Row } from "./table.ts";

const MOST_MB = 120;
const MOST_GROWTH_MB = 2;
const MOST_FSYNCS = 6;
const READY_MS = 1_000;
const KEPT_ORDERS = 10_000;
const TRACED_SALES = 50;
const STARTS = 5;

/** Sells `half` twice, and looks at the daemon's memory in between and afterwards. */
export async function memoryRows(half = 500): Promise<readonly Row[]> {
  const begun = nowMs();
  const [first, last] = await onStreet(async (street, daemon) => {
    await street.sell(half);
    const before = await idleMb(daemon);
    await street.sell(half);
    return [before, await idleMb(daemon)] as const;
  });
  const [bare, loaded] = [await bareMb("bare"), await bareMb("imports")];
  const minutes = ((nowMs() - begun) / 60_000).toFixed(1);
  const note = `in ${minutes} min, picture, slip and relay over a cable; floor: Node with the same imports; bare Node has ${bare.toFixed(0)} MB`;
  return [
    { what: `resident memory after ${2 * half} sales`, unit: "MB", value: last, floor: loaded, target: MOST_MB, note },
    { what: `growth over the last ${half} of them`, unit: "MB", value: last - first, floor: 0, target: MOST_GROWTH_MB },
  ];
}

/** Counts, in the kernel, how often the daemon waits for the disk. */
export async function fsyncRows(): Promise<readonly Row[]> {
  const counted = await onStreet((street, daemon, folder) =>
    fsyncsOf(daemon.pid, folder, () => street.sell(TRACED_SALES)),
  );
  const note = `strace -f on the running daemon, ${TRACED_SALES} sales, checkpoints included; floor: one commit an advance, one a start`;
  const value = counted / TRACED_SALES;
  return [{ what: "fsyncs a sale", unit: "fsyncs", value, floor: 5, target: MOST_FSYNCS, note }];
}

/** Starts the daemon on a journal that has seen some years. */
export async function startRows(): Promise<readonly Row[]> {
  return withFolder(async (folder) => {
    const file = join(folder, "stand.sqlite");
    await fillStand(file, ordersOf(product, KEPT_ORDERS), false);
    const street = await openStreet(folder);
    const [starts, floors]: [number[], number[]] = [[], []];
    try {
      for (let nth = 0; nth < STARTS; nth += 1) {
        starts.push(await readyMsOf(street.start()));
        floors.push(await readyMsOf(startNode([BARE, "open", file], (line) => line === "up")));
      }
    } finally {
      await street.close();
    }
    const what = `start to ready with ${KEPT_ORDERS} orders in the journal`;
    const note = `median of ${STARTS}; floor: Node starts, opens and checks the same file`;
    return [{ what, unit: "ms", value: median(starts), floor: median(floors), target: READY_MS, note }];
  });
}

async function onStreet<T>(work: (street: Street, daemon: Daemon, folder: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const street = await openStreet(folder);
    try {
      const daemon = await street.start();
      return await work(street, daemon, folder).finally(() => daemon.stop());
    } finally {
      await street.close();
    }
  });
}

async function fsyncsOf(pid: number, folder: string, work: () => Promise<void>): Promise<number> {
  const file = join(folder, "fsyncs");
  const options = ["-f", "-q", "-e", "trace=fsync,fdatasync", "-o", file, "-p", String(pid)];
  const strace = spawn("strace", options, { stdio: "inherit" });
  const gone = once(strace, "exit");
  await pause(500);
  if (strace.exitCode !== null) throw new Error("strace could not attach to the daemon: may this user trace?");
  await work();
  strace.kill("SIGINT");
  await gone;
  return readFileSync(file, "utf8").match(/\bf(data)?sync\(/g)?.length ?? 0;
}

/** What a process holds when it has had nothing to do for some seconds. */
async function idleMb({ pid }: { readonly pid: number }): Promise<number> {
  const seen: number[] = [];
  for (let nth = 0; nth < 6; nth += 1) {
    await pause(500);
    seen.push(residentMb(pid));
  }
  return median(seen);
}

const BARE = fileURLToPath(new URL("./bare-process.js", import.meta.url));

async function bareMb(how: "bare" | "imports"): Promise<number> {
  const bare = await startNode([BARE, how], (line) => line === "up");
  const mb = await idleMb(bare);
  await bare.stop();
  return mb;
}

async function readyMsOf(starting: Promise<Daemon>): Promise<number> {
  const daemon = await starting;
  await daemon.stop();
  return daemon.readyMs;
}
