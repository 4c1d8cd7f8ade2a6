import { openSync, readFileSync, writeSync } from "node:fs";
import { loadLibc } from "../../host/libc.ts";

/**
 * Inside the virtual machine, in systemd's place: sets the machine's watchdog as the package does, feeds it for longer than it
 * counts, then hangs. What it says after that nobody must hear: the machine is gone.
 */

/** WDIOC_SETTIMEOUT: _IOWR('W', 6, int), from linux/watchdog.h. The kernel answers with what it took. */
const SET_TIMEOUT = 0xc0045706;
const FEEDINGS = 4;

const [, asked] = /^RuntimeWatchdogSec=(\d+)$/m.exec(readFileSync("systemd/machine/watchdog.conf", "utf8")) ?? [];
const seconds = Number(asked);
const argument = Buffer.alloc(4);
argument.writeInt32LE(seconds);

const watchdog = openSync("/dev/watchdog", "w");
if (loadLibc().ioctl(watchdog, SET_TIMEOUT, argument) < 0) throw new Error("the watchdog takes no time-out");
process.stdout.write(`TOOK ${argument.readInt32LE()} OF ${seconds}\n`);

const pause = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
for (let left = FEEDINGS; left > 0; left -= 1) {
  pause((seconds * 1_000) / 3);
  writeSync(watchdog, "\0");
}
process.stdout.write("FED\n");
pause(seconds * 3_000);
process.stdout.write("ALIVE\n");
process.exit(0);
