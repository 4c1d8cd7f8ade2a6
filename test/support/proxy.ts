import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { steadyClock } from "../../host/clock.ts";

/** A bad network between a client and a server: delays each way, cuts, stalls, refuses. */
export type Proxy = {
  readonly port: number;
  /** How many connections came so far, refused ones included. */
  readonly accepted: number;
  readonly open: number;
  /** From now on every chunk takes this long, in milliseconds: to the server, and back. */
  delay(upMs: number, downMs: number): void;
  /** Breaks every connection; new ones are welcome. */
  cut(): void;
  /** Swallows all bytes without closing anything, as a half-open connection does, until `resume`. What was swallowed is lost. */
  stall(): void;
  resume(): void;
  /** Whether new connections are broken at once. */
  refuse(isRefusing: boolean): void;
  close(): Promise<void>;
};

/** Listens on a free port of `on` (127.0.0.1 when absent) and hands on to `to`. */
export async function startProxy(
  to: { readonly port: number; readonly host?: string },
  on = "127.0.0.1",
): Promise<Proxy> {
  const clock = steadyClock("proxy", { keepsAlive: false });
  const pairs = new Set<readonly [Socket, Socket]>();
  const lags = { up: 0, down: 0 };
  let [isStalled, isRefusing, accepted] = [false, false, 0];

  const handOn = (from: Socket, into: Socket, way: keyof typeof lags): void => {
    let before = Promise.resolve();
    from.on("data", (chunk: Uint8Array) => {
      if (isStalled) return;
      const lag = lags[way];
      if (lag === 0) into.write(chunk);
      else {
        const due = new Promise<void>((resolve) => clock.after(lag, resolve));
        before = before.then(() => due).then(() => void (into.destroyed || into.write(chunk)));
      }
    });
  };

  const server = createServer({ noDelay: true }, (near) => {
    accepted += 1;
    if (isRefusing) {
      near.destroy();
      return;
    }
    const far = connect({ port: to.port, host: to.host ?? "127.0.0.1", noDelay: true });
    const pair = [near, far] as const;
    pairs.add(pair);
    handOn(near, far, "up");
    handOn(far, near, "down");
    for (const [socket, other] of [pair, [far, near] as const]) {
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        pairs.delete(pair);
        if (!isStalled) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, on, resolve));

  const cut = (): void => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
    pairs.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    get open() {
      return pairs.size;
    },
    delay: (upMs, downMs) => void Object.assign(lags, { up: upMs, down: downMs }),
    cut,
    stall: () => {
      isStalled = true;
    },
    resume: () => {
      isStalled = false;
    },
    refuse: (refusing) => {
      isRefusing = refusing;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
