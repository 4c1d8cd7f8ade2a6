import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export type Heard = {
  /** `POST /v2/charge`. */
  readonly line: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Uint8Array;
  readonly json: unknown;
};
/** `status` is HTTP's, 200 when absent; an object is sent as JSON. `hang-up` resets the connection once the request is read. */
export type Reply = { readonly status?: number; readonly body: unknown } | "hang-up";

/** Plays recorded answers back, one per request in the order given, or what `next` makes of a request; notes what it heard. */
export type TapeServer = {
  readonly url: string;
  readonly heard: readonly Heard[];
  /** The requests' first lines. */
  lines(): string[];
  close(): Promise<void>;
};

export async function tapeServer(tape: readonly Reply[] | ((heard: Heard) => Reply)): Promise<TapeServer> {
  const heard: Heard[] = [];
  const rest = typeof tape === "function" ? [] : [...tape];
  const server = createServer((request, response) => {
    void hear(request).then((one) => {
      heard.push(one);
      play(
        typeof tape === "function" ? tape(one) : (rest.shift() ?? { status: 599, body: "the tape is over" }),
        response,
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    heard,
    lines: () => heard.map((each) => each.line),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function hear(request: IncomingMessage): Promise<Heard> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const json: unknown = bytes.length === 0 ? undefined : JSON.parse(bytes.toString("utf8"));
  return { line: `${request.method} ${request.url}`, headers: request.headers, bytes, json };
}

function play(reply: Reply, response: ServerResponse): void {
  if (reply === "hang-up") {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status = 200, body } = reply;
  if (Buffer.isBuffer(body)) response.writeHead(status, { "content-type": "image/png" }).end(body);
  else if (typeof body === "string") response.writeHead(status, { "content-type": "text/html" }).end(body);
  else response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
