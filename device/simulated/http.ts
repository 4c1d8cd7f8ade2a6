import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Stop } from "../device.ts";
import { readBody, refused, send } from "./http-answers.ts";
import { type Found, findRoute, type Place, ROUTE_NAMES, type StandPower } from "./http-routes.ts";
import type { SimulatedStand } from "./world.ts";

const MOST_LISTENERS = 16;
const MOST_UNREAD_BYTES = 256 * 1024;

export type StandFace = {
  /** Answers a request below the prefix and returns true; returns false, and leaves alone, one that is not. Never rejects. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** A server of its own; `port` 0 takes a free one. */
  listen(port: number, host?: string): Promise<{ readonly address: string; close(): Promise<void> }>;
  /** Ends the event streams, for an owner who closes the server it hangs under. */
  close(): void;
};

export type FaceOptions = {
  readonly stand: SimulatedStand;
  readonly power: StandPower;
  /** Where it hangs under another server, such as `/stand`. Default: at the root. */
  readonly prefix?: string;
};

/**
 * The stand for people and tests: what its screen shows, what came out of its printer, what its relays did; its buttons,
 * sensors, paper and power cord. Errors are `{error, hint}`.
 */
export function standFace({ stand, power, prefix = "" }: FaceOptions): StandFace {
  const place: Place = { stand, power };
  const streams = new Set<ServerResponse>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const path = pathBelow(prefix, request.url ?? "/");
    if (path === undefined) return false;
    if (path === "events" && request.method === "GET") openStream(place, streams, response);
    else await answer(place, findRoute(request.method ?? "GET", path), request, response);
    return true;
  };
  const close = (): void => {
    for (const stream of streams) stream.destroy();
  };
  return { serve, close, listen: (port, host = "127.0.0.1") => listen({ serve, close }, port, host) };
}

/** Without the leading slash and the query; `undefined` when it is not below `prefix`. */
function pathBelow(prefix: string, url: string): string | undefined {
  const [path = ""] = url.split("?", 1);
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : undefined;
}

async function answer(place: Place, found: Found, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (found.is === "none") return send(response, found.answer);
    const body = found.reads ? await readBody(request) : { is: "fields" as const, fields: {} };
    send(response, body.is === "bad" ? body.answer : await found.answer(place, body.fields));
  } catch (error) {
    if (response.headersSent || response.destroyed) response.destroy();
    else
      send(response, refused(500, error instanceof Error ? error.message : String(error), "look at the stand's log"));
  }
}

/** Server-sent events: `hello`, then one event for each thing that is seen or heard, until either side hangs up. */
function openStream(place: Place, streams: Set<ServerResponse>, response: ServerResponse): void {
  if (streams.size >= MOST_LISTENERS) {
    send(response, refused(503, `${MOST_LISTENERS} listen already`, "close a page that listens to this stand"));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const tell = (event: string, data: unknown): void => {
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
    else response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const stop: Stop = place.stand.watch((news) => tell(news.is, { ...news, power: place.power.isOn() ? "on" : "cut" }));
  streams.add(response);
  response.on("close", () => {
    stop();
    streams.delete(response);
  });
  tell("hello", { routes: ROUTE_NAMES });
}

async function listen(face: Pick<StandFace, "serve" | "close">, port: number, host: string) {
  const server = createServer((request, response) => {
    void face
      .serve(request, response)
      .then((served) => served || send(response, refused(404, "not here", ROUTE_NAMES)));
  });
  server.listen(port, host);
  await once(server, "listening");
  const bound = server.address();
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    face.close();
    server.closeAllConnections();
    await closed;
  };
  const boundPort = typeof bound === "object" && bound !== null ? bound.port : port;
  return { address: `http://${host.includes(":") ? `[${host}]` : host}:${boundPort}`, close };
}
