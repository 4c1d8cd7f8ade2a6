import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { inputOf } from "../../device/pins/button.ts";
import { chardevLines } from "../../device/pins/chardev.ts";
import { EVENT_BYTES, GET_LINE } from "../../device/pins/gpio-v2.ts";
import type { Kernel } from "../../device/pins/kernel.ts";
import { linuxKernel } from "../../gateway/linux.ts";
import { withFolder } from "./folder.ts";
import { nowMs, percentile } from "./stopwatch.ts";
import type { Row } from "./table.ts";

const PRESSES = 500;
const TIMES_FLOOR = 3;
const SLOWEST_MS = 50;
/** Where the kernel's v2 request has the descriptor of the line. */
const LINE_FD_AT = 588;
/** An event's `id`. */
const EVENT_ID_AT = 8;
const RISING = 1;
const FALLING = 2;

/**
 * From the kernel's event to the button's hearer, through the real driver and the real epoll. The line is simulated by a pipe,
 * into which events are written as the kernel would.
 */
export const lineRows = (): Promise<readonly Row[]> =>
  withFolder(async (folder) => {
    const [through, bare] = [await timePresses(folder, driven), await timePresses(folder, alone)];
    const note = `${PRESSES} presses of a line that is a pipe; floor: epoll and one read, without a driver`;
    const what = "button -> event, after debouncing";
    const [p50, p99] = [at(through, bare, 0.5), at(through, bare, 0.99)];
    return [
      { what: `${what}, p50`, unit: "ms", ...p50, target: TIMES_FLOOR * p50.floor, note },
      { what: `${what}, p99`, unit: "ms", ...p99, target: SLOWEST_MS, note },
    ];
  });

const at = (times: readonly number[], bare: readonly number[], share: number) => ({
  value: percentile(times, share),
  floor: percentile(bare, share),
});

/** A line on the bench: its descriptor, and its level. */
type Line = { readonly fd: number; level: 0 | 1 };
/** Calls `hear` for each press until it is stopped. */
type Listen = (line: Line, hear: () => void) => () => void;

const driven: Listen = (line, hear) => {
  const lines = chardevLines(kernelOf(line), { path: "bench", label: "bench", lines: 1 });
  const button = inputOf(lines.input({ line: 0, activeLow: false, bias: "as-is", debounceMs: 0 }));
  const stop = button.onPress(hear);
  return () => {
    stop();
    lines.close();
  };
};

const alone: Listen = (line, hear) => {
  const { onReadable, read } = linuxKernel();
  const events = Buffer.alloc(EVENT_BYTES);
  return onReadable(line.fd, () => {
    read(line.fd, events);
    if (line.level === 1) hear();
  });
};

/** The kernel of this machine, but for the chip and its line. */
function kernelOf(line: Line): Kernel {
  return {
    ...linuxKernel(),
    open: () => -1,
    close: () => undefined,
    ioctl: (_, request, argument) => {
      if (request === GET_LINE) argument.writeInt32LE(line.fd, LINE_FD_AT);
      else argument.writeBigUInt64LE(BigInt(line.level), 0);
    },
  };
}

async function timePresses(folder: string, listen: Listen): Promise<readonly number[]> {
  const path = join(folder, "line");
  rmSync(path, { force: true });
  execFileSync("mkfifo", [path]);
  const line: Line = { fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), level: 0 };
  const times: number[] = [];
  let heard = (): void => undefined;
  const stop = listen(line, () => heard());
  for (let press = 0; press < PRESSES; press += 1) {
    const begun = nowMs();
    const hears = new Promise<void>((resolve) => {
      heard = resolve;
    });
    change(line, 1);
    await hears;
    times.push(nowMs() - begun);
    change(line, 0);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  stop();
  closeSync(line.fd);
  return times;
}

function change(line: Line, level: 0 | 1): void {
  line.level = level;
  const event = Buffer.alloc(EVENT_BYTES);
  event.writeUInt32LE(level === 1 ? RISING : FALLING, EVENT_ID_AT);
  writeSync(line.fd, event);
}
