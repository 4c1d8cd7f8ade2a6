import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import type { DeviceClock } from "../clock.ts";
import { HardwareFault } from "../device.ts";
import type { Sent, Wire } from "./wire.ts";

/** Between two looks, while something is under way; at rest nothing looks. */
const LOOK_MS = 5;
const NOTHING = new Uint8Array();

/**
 * A printer behind a character device, such as `/dev/usb/lp0`. Every call is made non-blocking and on this thread: a write that
 * blocks would hold one of Node's own threads for as long as the printer does not read, and with it the end of the process.
 * Throws `HardwareFault`.
 */
export function openLpWire(path: string, clock: DeviceClock): Wire {
  return new LpWire(opened(path), clock);
}

class LpWire implements Wire {
  #fd: number | undefined;
  readonly #hears: (() => void)[] = [];
  readonly #clock: DeviceClock;

  constructor(fd: number, clock: DeviceClock) {
    this.#fd = fd;
    this.#clock = clock;
  }

  async write(bytes: Uint8Array, withinMs: number): Promise<Sent> {
    const end = this.#clock.now().ms + withinMs;
    for (let left = bytes; ; ) {
      const taken = this.#try((fd) => writeSync(fd, left));
      if (taken === "gone") return "gone";
      left = left.subarray(taken);
      if (left.length === 0) return "sent";
      if (this.#clock.now().ms >= end) return "stalled";
      if (taken === 0) await this.#pause();
    }
  }

  async read(withinMs: number): Promise<Uint8Array> {
    const end = this.#clock.now().ms + withinMs;
    const into = Buffer.alloc(256);
    for (;;) {
      const count = this.#try((fd) => readSync(fd, into));
      if (count === "gone") return NOTHING;
      if (count > 0) return into.subarray(0, count);
      if (this.#clock.now().ms >= end) return NOTHING;
      await this.#pause();
    }
  }

  onGone(hear: () => void): void {
    if (this.#fd === undefined) hear();
    else this.#hears.push(hear);
  }

  async close(): Promise<void> {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    for (const hear of this.#hears.splice(0)) hear();
  }

  /** How many bytes went or came now. After any error but "not now" the device is not used again. */
  #try(act: (fd: number) => number): number | "gone" {
    if (this.#fd === undefined) return "gone";
    try {
      return act(this.#fd);
    } catch (error) {
      if (codeOf(error) === "EAGAIN") return 0;
      this.close().catch(() => undefined);
      return "gone";
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(LOOK_MS, resolve);
    });
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: "is it plugged in and on?",
  EACCES: "this user must be in the group lp",
  EBUSY: "another program has it open: stop that, CUPS for example",
};

function opened(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const code = codeOf(error);
    throw new HardwareFault(
      `the printer at ${path} cannot be opened: ${code}; ${ADVICE[code] ?? "is it a printer?"}`,
      error,
    );
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : `${error}`;
