import type { Relay } from "../../device/device.ts";
import { type Route, type Server, serve, serveOnSocket } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Secret } from "../../host/secret.ts";
import { SocketFault } from "../../host/socket-file.ts";
import type { Clock } from "../../protocol/time.ts";
import type { OpenStand } from "../open-stand.ts";
import { isOfLink } from "../readiness/preflight.ts";
import type { StandJournal } from "../stand.ts";
import { behindGate } from "./gate.ts";
import { Listeners } from "./listeners.ts";
import { Orders } from "./orders.ts";
import { References } from "./references.ts";
import { obstaclesShown } from "./refusals.ts";
import { controllerRoutes } from "./routes.ts";
import type { Status } from "./words.ts";

export type ControllerParts = {
  readonly stand: OpenStand;
  readonly about: { readonly id: string };
  readonly journal: StandJournal;
  relayOf(line: string): Relay | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** An absolute path. */
  readonly socket: string;
  /** 0 takes any free port of the loopback address. */
  readonly tcp?: { readonly port: number; readonly token: Secret };
};

/** Where controllers order. */
export type ControllerApi = {
  /** `http://127.0.0.1:8090`; absent where there is only the socket. */
  readonly url?: string;
  /** Takes no more requests; listeners are hung up on. */
  close(): Promise<void>;
};

/** An order of twenty items has some 3 kB. */
const BODY_MAX_BYTES = 16_384;
/** A controller has one connection for orders and one for each order that it listens to. */
const MOST_CONNECTIONS = 64;
/** Its owner and its group: whoever may order is put into the group. */
const SOCKET_MODE = 0o660;
const ANSWERS_MS = 2_000;

/**
 * Opens the order API for the machine beside the stand: on a unix socket, and on a loopback port where one is wanted. Rejects with
 * `SocketFault` where one of them cannot be had.
 */
export async function openController(parts: ControllerParts): Promise<ControllerApi> {
  const { socket, tcp, clock, log } = parts;
  const routes = routesOf(parts);
  const common = {
    clock,
    log,
    bodyLimitBytes: BODY_MAX_BYTES,
    maxConnections: MOST_CONNECTIONS,
    closeWithinMs: ANSWERS_MS,
  };
  const onSocket = await serveOnSocket({ ...common, path: socket, mode: SOCKET_MODE, routes });
  const onPort = tcp === undefined ? undefined : await orClose(onSocket, () => onLoopback(routes, tcp, common));
  log.info("controllers may order", { socket, ...(onPort === undefined ? {} : { url: onPort.url }) });
  return {
    ...(onPort === undefined ? {} : { url: onPort.url }),
    close: async () => void (await Promise.all([onSocket.close(), onPort?.close()])),
  };
}

function routesOf(parts: ControllerParts): readonly Route[] {
  const { stand, journal, clock, log, relayOf } = parts;
  const references = new References({ journal });
  references.known().catch((error: unknown) => log.warn("references not read yet", { error }));
  const orders = new Orders({ stand, journal, references, hasRelay: (line) => relayOf(line) !== undefined });
  const listeners = new Listeners({ stand: stand.stand, journal, clock, log });
  return controllerRoutes({ orders, listeners, clock, log, status: () => statusOf(parts) });
}

type Common = Pick<Parameters<typeof serve>[0], "clock" | "log">;

async function onLoopback(
  routes: readonly Route[],
  { port, token }: NonNullable<ControllerParts["tcp"]>,
  common: Common,
): Promise<Server> {
  let server: Server | undefined;
  const gated = behindGate(routes, { token, log: common.log, port: () => server?.port ?? port });
  try {
    server = await serve({ ...common, routes: gated, port });
    return server;
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new SocketFault(
      `controllers cannot be heard on port ${port}: ${because}: take another for controller.tcp.port`,
    );
  }
}

async function orClose<Value>(opened: Pick<Server, "close">, open: () => Promise<Value>): Promise<Value> {
  try {
    return await open();
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What the last look found, and the link as it is now. */
function statusOf({ stand, about }: ControllerParts): Status {
  const others = stand.obstacles.filter((obstacle) => !isOfLink(obstacle));
  const { linkObstacle } = stand;
  const obstacles = linkObstacle === undefined ? others : [linkObstacle, ...others];
  const busy = stand.isBusy;
  return {
    ready: !busy && obstacles.length === 0,
    busy,
    obstacles: obstaclesShown(obstacles),
    stand: { id: about.id, name: stand.trade.name },
  };
}
