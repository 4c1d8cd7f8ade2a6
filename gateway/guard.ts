import { guard } from "../device/pins/guard.ts";
import { readBootId, steadyClock } from "../host/clock.ts";
import { openLines, type Way, ways } from "./lines.ts";

/**
 * The relays' guard, a process of its own, started by the daemon: `guard.js WAY`. It outlives the daemon by as long as it
 * takes to open the contacts; signals are the daemon's affair, which ends a pulse before it ends itself.
 */
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
const way: Way = ways.find((each) => each === process.argv[2]) ?? "auto";

try {
  await guard({
    hear: process.stdin,
    say: process.stdout,
    clock: steadyClock(readBootId()),
    openLines: (chips) => openLines(way, chips),
  });
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
