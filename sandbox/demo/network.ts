import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The network between the stand and the broker: works, or is cut. */
export type Network = {
  /** Where the stand finds the broker, on this machine. */
  readonly port: number;
  readonly isCut: boolean;
  /** Breaks every connection, and lets no new one come about. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
};

/** Two ends of one connection; what comes in at one goes out at the other. */
type Pair = readonly [Socket, Socket];

/** Lays a line to the broker at `to`, and takes a free port for it. */
export async function layNetwork(to: { readonly host: string; readonly port: number }): Promise<Network> {
  const pairs = new Set<Pair>();
  let isCut = false;
  const server = createServer({ noDelay: true }, (near) => {
    if (isCut) near.destroy();
    else join(near, connect({ ...to, noDelay: true }), pairs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const breakAll = (): void => {
    for (const socket of [...pairs].flat()) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get isCut() {
      return isCut;
    },
    cut: () => {
      isCut = true;
      breakAll();
    },
    mend: () => {
      isCut = false;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      breakAll();
      await closed;
    },
  };
}

function join(near: Socket, far: Socket, pairs: Set<Pair>): void {
  const pair: Pair = [near, far];
  pairs.add(pair);
  for (const [socket, other] of [pair, [far, near] as const]) {
    socket.on("error", () => undefined);
    socket.on("close", () => {
      pairs.delete(pair);
      other.destroy();
    });
    socket.pipe(other);
  }
}
