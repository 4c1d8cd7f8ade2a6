import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A server that speaks no HTTP of its own: the test says, byte by byte, what a broken one would do. */
export type RawServer = {
  readonly port: number;
  /** What clients sent so far, all connections together. */
  heard(): string;
  /** How many connections there were, TLS finished where there is TLS. */
  connections(): number;
  /** Resolves when the client has closed a connection, for the `nth` time. */
  closed(nth?: number): Promise<void>;
  close(): Promise<void>;
};

/** `onText` runs when the first bytes of a request have come; `tls` makes it a TLS server. */
export async function rawServer(onText: (socket: Socket) => void, tls?: TlsOptions): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const waiting: { nth: number; resolve: () => void }[] = [];
  const counts = { connections: 0, closed: 0 };
  let text = "";
  const accept = (socket: Socket | TLSSocket): void => {
    counts.connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      counts.closed += 1;
      for (const each of waiting) if (counts.closed >= each.nth) each.resolve();
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      onText(socket);
    });
  };
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    heard: () => text,
    connections: () => counts.connections,
    closed: (nth = 1) =>
      counts.closed >= nth ? Promise.resolve() : new Promise((resolve) => waiting.push({ nth, resolve })),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A whole, right answer. */
export const okAnswer = (body: string, headers = ""): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
