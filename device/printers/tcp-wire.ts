import { connect, type Socket } from "node:net";
import type { DeviceClock } from "../clock.ts";
import { HardwareFault } from "../device.ts";
import { streamWire } from "./stream-wire.ts";
import type { Wire } from "./wire.ts";

const PATIENCE_MS = 1_000;
/** A printer that lost its power says nothing: the kernel asks after so long a silence. */
const KEEP_ALIVE_MS = 10_000;

/** A printer in the network, by convention on port 9100. Rejects with `HardwareFault` after one second at the latest. */
export async function openTcpWire(host: string, port: number, clock: DeviceClock): Promise<Wire> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
  const why = await whyNotConnected(socket, clock);
  if (why === undefined)
    return streamWire(socket, clock, async () => {
      socket.destroy();
    });
  socket.on("error", () => undefined).destroy();
  throw new HardwareFault(`no printer answers at ${host}:${port}: ${why}; is it on, and is the address right?`);
}

const whyNotConnected = (socket: Socket, clock: DeviceClock): Promise<string | undefined> =>
  new Promise((resolve) => {
    const settle = (why: string | undefined): void => {
      stop();
      socket.off("connect", connected).off("error", failed);
      resolve(why);
    };
    const connected = (): void => settle(undefined);
    const failed = (error: Error): void => settle("code" in error ? String(error.code) : error.message);
    const stop = clock.after(PATIENCE_MS, () => settle(`not within ${PATIENCE_MS} ms`));
    socket.on("connect", connected).on("error", failed);
  });
