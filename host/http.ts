import { chmodSync } from "node:fs";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Clock, Stop } from "../protocol/time.ts";
import { answerEvents, type EventStream } from "./http-events.ts";
import { answerPieces, type Pieces } from "./http-pieces.ts";
import { faultOf, refuseUnread } from "./http-refusals.ts";
import type { Log } from "./log.ts";
import { clearSocket } from "./socket-file.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type HttpRequest = {
  readonly method: string;
  /** As it was asked for, without the query; not decoded. */
  readonly path: string;
  /** What stood in the places of `:name` and `*`, decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The address at the other end of the connection: a proxy's, where there is one. */
  readonly peer: string;
  /** The bytes as they came; empty when there were none. */
  readonly body: Uint8Array;
};

/**
 * An object is sent as JSON, a string as plain text, bytes as `application/octet-stream`, unless `headers` says otherwise.
 * `pieces`: a long text, asked for piece by piece as fast as the other side reads; see `http-pieces.ts`.
 * `events`: a stream of server-sent events; the `Stop` it returns is called once, when the listener is gone.
 * `hangUp`: the connection is cut without an answer.
 */
export type HttpAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array | object;
    }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly pieces: Pieces }
  | { readonly events: (stream: EventStream) => Stop; readonly headers?: Readonly<Record<string, string>> }
  | { readonly hangUp: true };

/** `path` is matched by whole segments, `/v2/:id/status`; a final `*` takes the rest. `answer` bounds its own waits. */
export type Route = {
  readonly method: Method;
  readonly path: string;
  readonly answer: (request: HttpRequest) => Promise<HttpAnswer>;
};

export type ServeOptions = {
  readonly routes: readonly Route[];
  /** 0 takes any free port. */
  readonly port: number;
  /** `127.0.0.1` when absent. */
  readonly host?: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Larger bodies are refused with 413; 65,536 when absent. */
  readonly bodyLimitBytes?: number;
  /** For the whole request, head and body; 10,000 when absent. */
  readonly requestTimeoutMs?: number;
  /** For the head alone; 5,000 when absent, and never more than the whole request has. */
  readonly headersTimeoutMs?: number;
  /** A connection without a byte either way for this long is cut, an answer that takes longer with it; 30,000 when absent. */
  readonly idleTimeoutMs?: number;
  /** Connections beyond this are dropped; 1,024 when absent. */
  readonly maxConnections?: number;
  /** Go with every answer, the refusals that no route sees too; a route's own of the same name come in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long `close` waits for answers under way before it cuts them; 5,000 when absent. */
  readonly closeWithinMs?: number;
};

/** On a file instead of a port. */
export type SocketOptions = Omit<ServeOptions, "port" | "host"> & {
  /** Absolute; what a process that died has left there is removed. */
  readonly path: string;
  /** Who may connect: the file's mode, such as 0o660. */
  readonly mode: number;
};

export type Server = {
  /** `http://127.0.0.1:8080`, without a final slash. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets those under way end, and frees the port. */
  close(): Promise<void>;
};

const METHODS: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * Listens and answers. Requests that no route sees are refused with JSON, `{error, message}`: 400 malformed, 404 unknown,
 * 405 wrong method, 408 too slow, 413 too large, 431 too many headers. A route that rejects gives 500 and a line in the log.
 * Rejects when the port cannot be had.
 */
export async function serve(options: ServeOptions): Promise<Server> {
  const { app, close } = serving(options);
  await app.listen({ port: options.port, host: options.host ?? "127.0.0.1" });
  return { ...addressOf(app), close };
}

/** The same on a unix socket. Rejects when a living process listens there already, or the path is not a socket's. */
export async function serveOnSocket(options: SocketOptions): Promise<Pick<Server, "close">> {
  await clearSocket(options.path);
  const { app, close } = serving(options);
  await app.listen({ path: options.path });
  chmodSync(options.path, options.mode);
  return { close };
}

type Serving = Omit<ServeOptions, "port" | "host">;

function serving(options: Serving): { readonly app: FastifyInstance; close(): Promise<void> } {
  const streams = new Set<ServerResponse>();
  const app = newApp(options);
  const silent = silentSockets(app);
  for (const route of options.routes) addRoute(app, route, options.log, streams);
  for (const path of new Set(options.routes.map((route) => route.path))) refuseOtherMethods(app, path, options.routes);
  return { app, close: () => closeWithin(app, [silent, streams], options) };
}

function addressOf(app: FastifyInstance): { readonly url: string; readonly port: number } {
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("The HTTP server listens, but not on a port");
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, port: address.port };
}

function newApp(options: Serving): FastifyInstance {
  const requestTimeout = options.requestTimeoutMs ?? 10_000;
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    bodyLimit: options.bodyLimitBytes ?? 65_536,
    requestTimeout,
    connectionTimeout: options.idleTimeoutMs ?? 30_000,
    keepAliveTimeout: options.idleTimeoutMs ?? 30_000,
    http: {
      noDelay: true,
      keepAlive: true,
      headersTimeout: Math.min(options.headersTimeoutMs ?? 5_000, requestTimeout),
      connectionsCheckingInterval: Math.max(50, Math.min(requestTimeout / 2, 5_000)),
    },
    routerOptions: { maxParamLength: 512, querystringParser: (text) => ({ text }) },
    clientErrorHandler: refuseUnread,
    frameworkErrors: (error, _request, reply) =>
      refuseBroken(error, reply.headers({ ...options.headers }), options.log),
  });
  app.server.maxConnections = options.maxConnections ?? 1_024;
  const { headers = {} } = options;
  app.addHook("onRequest", (_request, reply, done) => {
    reply.headers({ ...headers });
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, "not-found", `There is no ${request.method} ${pathOf(request).slice(0, 200)} here.`),
  );
  app.setErrorHandler((error, request, reply) => refuseBroken(error, reply, options.log, request));
  return app;
}

function addRoute(app: FastifyInstance, route: Route, log: Log, streams: Set<ServerResponse>): void {
  app.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => {
      const answer = await route.answer(read(request));
      if ("hangUp" in answer) reply.hijack().raw.destroy();
      else if ("events" in answer) answerEvents(reply.hijack().raw, withAll(answer, reply), streams, log);
      else if ("pieces" in answer) await answerPieces(reply.hijack().raw, withAll(answer, reply), log);
      else send(reply, answer.status, answer.body, answer.headers);
      return reply;
    },
  });
}

/** A stream's head is written without the framework. */
const withAll = <Answer extends { readonly headers?: Readonly<Record<string, string>> }>(
  answer: Answer,
  reply: FastifyReply,
): Answer & { readonly headers: Readonly<Record<string, string>> } => ({
  ...answer,
  headers: { ...(reply.getHeaders() as Record<string, string>), ...answer.headers },
});

function refuseOtherMethods(app: FastifyInstance, path: string, routes: readonly Route[]): void {
  const known = routes.filter((route) => route.path === path).map((route) => route.method);
  const method = METHODS.filter((each) => !known.includes(each));
  if (method.length === 0) return;
  app.route({
    method,
    url: path,
    handler: (request, reply) =>
      refuse(
        reply.header("allow", known.join(", ")),
        405,
        "method-not-allowed",
        `${request.method} is not known here.`,
      ),
  });
}

const pathOf = (request: FastifyRequest): string => request.url.split("?", 1)[0] ?? "";

const read = (request: FastifyRequest): HttpRequest => ({
  method: request.method,
  path: pathOf(request),
  params: request.params as Record<string, string>,
  query: new URLSearchParams((request.query as { text: string }).text),
  headers: request.headers as Record<string, string>,
  peer: request.socket.remoteAddress ?? "",
  body: request.body instanceof Uint8Array ? request.body : new Uint8Array(0),
});

function send(
  reply: FastifyReply,
  status: number,
  body: string | Uint8Array | object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const { type, bytes } = encode(body);
  reply
    .code(status)
    .type(type)
    .headers({ ...headers })
    .send(bytes);
}

function encode(body: string | Uint8Array | object): { readonly type: string; readonly bytes: Buffer } {
  if (typeof body === "string") return { type: "text/plain; charset=utf-8", bytes: Buffer.from(body) };
  if (body instanceof Uint8Array) {
    return { type: "application/octet-stream", bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  }
  return { type: "application/json; charset=utf-8", bytes: Buffer.from(JSON.stringify(body)) };
}

function refuse(reply: FastifyReply, status: number, error: string, message: string): void {
  send(reply, status, { error, message });
}

function refuseBroken(error: unknown, reply: FastifyReply, log: Log, request?: FastifyRequest): void {
  const fault = faultOf(error);
  const story = error instanceof Error ? error.stack : String(error);
  if (fault.status === 500 && !hasHungUp(request))
    log.error("an HTTP route failed", { route: request?.routeOptions.url, error: story });
  refuse(reply, fault.status, fault.code, fault.message);
}

/** The caller went before all of the request was here: that is his affair. */
const hasHungUp = (request: FastifyRequest | undefined): boolean =>
  request?.raw.complete === false && request.raw.destroyed;

type Ending = { end(): unknown };

/** Connections that have not asked for anything yet: Node does not count them as idle, and would wait for them. */
function silentSockets(app: FastifyInstance): ReadonlySet<Ending> {
  const silent = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  app.server.on("request", (request) => silent.delete(request.socket));
  return silent;
}

async function closeWithin(
  app: FastifyInstance,
  waiting: readonly ReadonlySet<Ending>[],
  options: Serving,
): Promise<void> {
  for (const each of waiting.flatMap((set) => [...set])) each.end();
  const stop = options.clock.after(options.closeWithinMs ?? 5_000, () => app.server.closeAllConnections());
  try {
    await app.close();
  } finally {
    stop();
  }
}
