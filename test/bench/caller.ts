import { once } from "node:events";
import { connect } from "node:net";

/** Somebody far away who calls a route once: on this machine he must not take the processor from those whom he calls. */
export type Caller = {
  /** Posts this JSON over the connection that stands already, and looks no further. */
  post(body: string): void;
  /** The answer's status, read only now; hangs up. */
  answered(): Promise<number>;
};

/** Resolves when the connection stands. */
export async function dial(url: string): Promise<Caller> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  /* Before it stands: otherwise it would be read from, and an answer would wake this process. */
  socket.pause();
  await once(socket, "connect");
  return {
    post: (body) => void socket.write(requestOf({ host, path: pathname, body })),
    answered: async () => {
      const answer = once(socket, "data");
      socket.resume();
      const [head] = await answer;
      socket.destroy();
      return Number(/^HTTP\/1\.1 (\d{3}) /.exec(String(head))?.[1]);
    },
  };
}

type Post = { readonly host: string; readonly path: string; readonly body: string };

function requestOf({ host, path, body }: Post): string {
  const head = [`host: ${host}`, "content-type: application/json", `content-length: ${Buffer.byteLength(body)}`];
  return [`POST ${path} HTTP/1.1`, ...head, "", body].join("\r\n");
}
