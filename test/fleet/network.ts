import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Proxy as BadNetwork, startProxy } from "../support/proxy.ts";

/** A way between two of the fleet, through a proxy that can be cut, slow, or silent. */
export type Link = { readonly name: string; readonly proxy: BadNetwork };

/** Every way between any two, each a proxy of its own on the loopback. */
export class Network {
  readonly links: Link[] = [];

  /** Makes a way to this port; answers the port to speak to instead. */
  async way(name: string, to: number, on?: string): Promise<number> {
    const proxy = await startProxy({ port: to, host: on ?? "127.0.0.1" }, "127.0.0.1");
    this.links.push({ name, proxy });
    return proxy.port;
  }

  mend(): void {
    for (const { proxy } of this.links) {
      proxy.delay(0, 0);
      proxy.resume();
      proxy.refuse(false);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.links.map(({ proxy }) => proxy.close()));
  }
}

export type Balancer = { readonly port: number; close(): Promise<void> };

/** Hands each connection to the next of these ports that answers, as a load balancer before several backends does. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  let next = 0;
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (near) => {
    const first = next;
    next = (next + 1) % ports.length;
    open.add(near);
    near.on("error", () => near.destroy());
    near.on("close", () => open.delete(near));
    handOn(
      near,
      ports.map((_, nth) => ports[(first + nth) % ports.length] ?? 0),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function handOn(near: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) {
    near.destroy();
    return;
  }
  const far = connect({ port, host: "127.0.0.1", noDelay: true });
  let isThrough = false;
  far.on("connect", () => {
    isThrough = true;
    near.pipe(far).pipe(near);
    near.resume();
  });
  far.on("error", () => far.destroy());
  far.on("close", () => (isThrough ? near.destroy() : handOn(near, others)));
  near.on("close", () => far.destroy());
}
