import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { every } from "../host/every.ts";
import type { Log } from "../host/log.ts";
import { clearSocket } from "../host/socket-file.ts";
import { within } from "../host/within.ts";
import type { Clock, Stop } from "../protocol/time.ts";
import type { GatewayConfig } from "./config.ts";
import type { OpenStand } from "./open-stand.ts";

/** Where a running daemon hears that it is to be replaced: beside its journal, so for its own user and root only. */
export const drainSocketOf = ({ journal }: GatewayConfig): string => join(dirname(journal.file), "drain.sock");

/** What the daemon says to who drains it, a line each. */
export const drainWords = { waiting: "waiting", empty: "empty" } as const;

export type DrainParts = {
  readonly stand: Pick<OpenStand, "leave" | "isBetweenOrders" | "idle">;
  readonly socket: string;
  readonly clock: Clock;
  readonly log: Log;
};

const LOOK_MS = 250;
/** A receipt that is being printed, the last words to the backend. */
const IDLE_MS = 15_000;
/** Nobody has restarted it: it sells again. */
const RETURN_MS = 15 * 60_000;

/**
 * Begins nothing new while somebody listens here, says when nothing is under way any more, and then waits for its end. Who hangs
 * up before has thought better of it: it sells again at once. Never rejects: a stand that cannot be drained sells all the same.
 */
export async function openDrain(parts: DrainParts): Promise<{ close(): Promise<void> }> {
  try {
    return await open(parts);
  } catch (error) {
    parts.log.warn("cannot be drained", { error });
    return { close: async () => undefined };
  }
}

async function open(parts: DrainParts): Promise<{ close(): Promise<void> }> {
  const { socket, log } = parts;
  await clearSocket(socket);
  const drain = new Drain(parts);
  const server = createServer((caller) => drain.hear(caller));
  server.on("error", (error) => log.warn("drain not heard", { error }));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  return { close: () => closed(server, drain) };
}

function closed(server: Server, drain: Drain): Promise<void> {
  drain.close();
  return new Promise((resolve) => void server.close(() => resolve()));
}

class Drain {
  readonly #parts: DrainParts;
  readonly #callers = new Set<Socket>();
  #stopReturning: Stop = () => undefined;
  #isOver = false;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  hear(caller: Socket): void {
    const { stand, clock, log } = this.#parts;
    this.#callers.add(caller);
    this.#stopReturning();
    log.info("out of service to be replaced");
    stand.leave(true);
    let isEmpty = false;
    const run = async (): Promise<void> => {
      if (isEmpty || !stand.isBetweenOrders) return void caller.write(`${drainWords.waiting}\n`);
      await within(clock, IDLE_MS, stand.idle(), undefined);
      isEmpty = true;
      caller.end(`${drainWords.empty}\n`);
    };
    const stopLooking = every(clock, log, { firstMs: 0, everyMs: LOOK_MS, what: "drain not known", run });
    caller.on("error", () => caller.destroy());
    caller.once("close", () => {
      stopLooking();
      this.#callers.delete(caller);
      if (this.#callers.size === 0) this.#returnAfter(isEmpty ? RETURN_MS : 0);
    });
  }

  /** Whoever is on the line is hung up on, and for that nothing comes back in service: the program ends. */
  close(): void {
    this.#isOver = true;
    this.#stopReturning();
    for (const caller of this.#callers) caller.destroy();
  }

  #returnAfter(ms: number): void {
    if (this.#isOver) return;
    const { stand, clock, log } = this.#parts;
    this.#stopReturning = clock.after(ms, () => {
      log.info("in service again");
      stand.leave(false);
    });
  }
}
