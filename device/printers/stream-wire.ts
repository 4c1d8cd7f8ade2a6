import type { Duplex } from "node:stream";
import type { DeviceClock } from "../clock.ts";
import type { Stop } from "../device.ts";
import { Inbox } from "./inbox.ts";
import type { Sent, Wire } from "./wire.ts";

/** A wire over a stream of Node that is open. `end` closes it, dropping what was not sent, and must not wait for the printer. */
export function streamWire(stream: Duplex, clock: DeviceClock, end: () => Promise<void>): Wire {
  const inbox = new Inbox(clock);
  const gone = new Gone();
  stream.on("data", (bytes: Uint8Array) => inbox.put(bytes));
  stream.on("error", () => gone.now());
  stream.on("end", () => gone.now());
  stream.on("close", () => gone.now());
  gone.hear(() => inbox.wake());
  let ended: Promise<void> | undefined;
  return {
    write: (bytes, withinMs) => new Promise((resolve) => send(stream, bytes, { withinMs, clock, gone }, resolve)),
    read: (withinMs) => inbox.take(gone.isSo ? 0 : withinMs),
    onGone: (hear) => {
      gone.hear(hear);
    },
    close: () => {
      gone.now();
      ended ??= end().catch(() => undefined);
      return ended;
    },
  };
}

type Bounds = { readonly withinMs: number; readonly clock: DeviceClock; readonly gone: Gone };

function send(stream: Duplex, bytes: Uint8Array, bounds: Bounds, resolve: (sent: Sent) => void): void {
  const { withinMs, clock, gone } = bounds;
  const settle = (sent: Sent): void => {
    stopTimer();
    stopHearing();
    resolve(sent);
  };
  const stopTimer = clock.after(withinMs, () => settle("stalled"));
  const stopHearing = gone.hear(() => queueMicrotask(() => settle("gone")));
  if (!gone.isSo) stream.write(bytes, (error) => settle(error ? "gone" : "sent"));
}

/** That nobody is at the other end: comes once and stays. */
class Gone {
  isSo = false;
  readonly #hears = new Set<() => void>();

  hear(hear: () => void): Stop {
    if (this.isSo) hear();
    else this.#hears.add(hear);
    return () => {
      this.#hears.delete(hear);
    };
  }

  now(): void {
    if (this.isSo) return;
    this.isSo = true;
    for (const hear of this.#hears) hear();
    this.#hears.clear();
  }
}
