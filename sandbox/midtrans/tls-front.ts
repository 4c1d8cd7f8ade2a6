import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer, type SecureVersion, type TLSSocket } from "node:tls";

export type TlsOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Both PEM. */
  readonly key: string;
  readonly cert: string;
  /** 1.2 and 1.3 when absent. */
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
};

export type TlsFront = { readonly port: number; close(): Promise<void> };

const CONNECTIONS_MAX = 256;
/** Longer than the longest answer may take. */
const IDLE_MS = 660_000;

/** Speaks TLS, and hands what it hears to the plain port of this machine. Rejects when the port or the certificate is no good. */
export async function openTlsFront(options: TlsOptions, host: string, plainPort: number): Promise<TlsFront> {
  const { port, key, cert, minVersion = "TLSv1.2", maxVersion = "TLSv1.3" } = options;
  const open = new Set<Socket>();
  const server = createServer({ key, cert, minVersion, maxVersion }, (outside) => {
    const inside = connect(plainPort, host === "0.0.0.0" ? "127.0.0.1" : host);
    for (const socket of [outside, inside]) open.add(socket.once("close", () => open.delete(socket)));
    join(outside, inside);
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on("tlsClientError", (_, socket) => socket.destroy());
  server.listen(port, host);
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.close();
    for (const socket of open) socket.destroy();
    await once(server, "close");
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** What ends or breaks on one side ends on the other. */
function join(outside: TLSSocket, inside: Socket): void {
  for (const [from, to] of [
    [outside, inside],
    [inside, outside],
  ] as const) {
    from.setNoDelay(true);
    from.setTimeout(IDLE_MS, () => from.destroy());
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.pipe(to);
  }
}
