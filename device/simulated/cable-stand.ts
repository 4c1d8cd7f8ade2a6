import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { DeviceClock } from "../clock.ts";
import { HardwareFault, type Input, type Output, type Printer, type Relay, type Screen } from "../device.ts";
import {
  type Fittings,
  isHello,
  longestRequest,
  type Request,
  readRequest,
  type Said,
  saidLine,
} from "./cable-words.ts";
import { simulatedInput, simulatedOutput, simulatedPrinter, simulatedRelay, simulatedScreen } from "./drivers.ts";
import { Lines } from "./lines.ts";
import type { SimulatedStand } from "./world.ts";

const HELLO_WITHIN_MS = 2000;
const MOST_STRANGERS = 8;
const MOST_AT_ONCE = 64;
const MOST_UNREAD_BYTES = 1024 * 1024;

export type ServedWorld = {
  readonly port: number;
  /** Whether a daemon holds the cable. */
  connected(): boolean;
  close(): Promise<void>;
};

/**
 * Lets a daemon in another process drive `stand`, over TCP on the loopback interface; `port` 0 takes a free one. One daemon
 * at a time: a newer one replaces the older. When its socket ends, the stand has lost its power.
 */
export async function serveWorld(stand: SimulatedStand, port: number, clock: DeviceClock): Promise<ServedWorld> {
  const plug = new Plug(stand, clock);
  const server = createServer({ noDelay: true }, (socket) => plug.welcome(socket));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { port: portOf(server), connected: () => plug.isTaken, close: () => closeAll(server, plug) };
}

const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stand's cable listens on no TCP port");
  return address.port;
};

async function closeAll(server: Server, plug: Plug): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  plug.pullAll();
  await closed;
}

/** Where a daemon plugs in. Who has not said hello is a stranger and drives nothing. */
class Plug {
  #daemon: Socket | undefined;
  readonly #strangers = new Set<Socket>();
  readonly #stand: SimulatedStand;
  readonly #clock: DeviceClock;

  constructor(stand: SimulatedStand, clock: DeviceClock) {
    this.#stand = stand;
    this.#clock = clock;
  }

  get isTaken(): boolean {
    return this.#daemon !== undefined;
  }

  welcome(socket: Socket): void {
    if (this.#strangers.size >= MOST_STRANGERS) {
      socket.destroy();
      return;
    }
    this.#strangers.add(socket);
    const stop = this.#clock.after(HELLO_WITHIN_MS, () => this.#strangers.has(socket) && socket.destroy());
    const lines = new Lines(longestRequest(fittingsOf(this.#stand)));
    let hear = (line: string): void => {
      if (!isHello(line)) socket.destroy();
      else hear = this.#take(socket);
    };
    socket.on("data", (chunk) => {
      const heard = lines.push(chunk);
      if (heard === undefined) socket.destroy();
      else for (const line of heard) if (!socket.destroyed) hear(line);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      stop();
      this.#leave(socket);
    });
  }

  pullAll(): void {
    for (const socket of this.#strangers) socket.destroy();
    this.#daemon?.destroy();
  }

  #take(socket: Socket): (line: string) => void {
    this.#strangers.delete(socket);
    this.#daemon?.destroy();
    this.#daemon = socket;
    this.#stand.losePower();
    const say = (said: Said): void => {
      if (socket.writableLength > MOST_UNREAD_BYTES) socket.destroy();
      else if (!socket.destroyed) socket.write(saidLine(said));
    };
    say({ stand: fittingsOf(this.#stand) });
    return answerer(this.#stand, say, () => socket.destroy());
  }

  #leave(socket: Socket): void {
    this.#strangers.delete(socket);
    if (this.#daemon !== socket) return;
    this.#daemon = undefined;
    this.#stand.losePower();
  }
}

function fittingsOf({ shape }: SimulatedStand): Fittings {
  return {
    screen: shape.screen ?? null,
    printer: shape.printer === undefined ? null : { dots: shape.printer.dots },
    relays: shape.relays,
    inputs: [...shape.buttons, ...shape.sensors.map((sensor) => sensor.name)],
    outputs: shape.outputs ?? [],
  };
}

/** Performs the requests of one daemon; a line that is none, or too many at once, breaks the cable. */
function answerer(stand: SimulatedStand, say: (said: Said) => void, hangUp: () => void): (line: string) => void {
  const { screen, printer, relays, inputs, outputs } = fittingsOf(stand);
  const drivers: Drivers = {
    screen: screen === null ? undefined : simulatedScreen(stand),
    printer: printer === null ? undefined : simulatedPrinter(stand),
    relays: new Map(relays.map((line) => [line, simulatedRelay(stand, line)])),
    open: async (line) => stand.contact(line).openNow(),
    inputs: new Map(inputs.map((name) => [name, simulatedInput(stand, name)])),
    outputs: new Map(outputs.map((name) => [name, simulatedOutput(stand, name)])),
  };
  for (const [name, input] of drivers.inputs) input.onChange((active) => say({ changed: name, active }));
  let underWay = 0;
  const answer = async (id: number, request: Request): Promise<void> => {
    underWay += 1;
    try {
      say({ id, ok: (await perform(request, drivers)) ?? null });
    } catch (error) {
      say({ id, fault: error instanceof Error ? error.message : String(error) });
    } finally {
      underWay -= 1;
    }
  };
  return (line) => {
    const asked = readRequest(line);
    if (asked === undefined || underWay >= MOST_AT_ONCE) hangUp();
    else void answer(asked.id, asked.request);
  };
}

type Drivers = {
  readonly screen: Screen | undefined;
  readonly printer: Printer | undefined;
  readonly relays: ReadonlyMap<string, Relay>;
  readonly open: (line: string) => Promise<void>;
  readonly inputs: ReadonlyMap<string, Input>;
  readonly outputs: ReadonlyMap<string, Output>;
};

function perform(request: Request, { screen, printer, relays, open, inputs, outputs }: Drivers): Promise<unknown> {
  switch (request.do) {
    case "show":
      return fitted(screen, "screen").show(request.frame);
    case "print":
      return fitted(printer, "printer").print(request.strip);
    case "condition":
      return fitted(printer, "printer").condition();
    case "pulse":
      return fitted(relays.get(request.line), `relay ${request.line}`).pulse(request.ms, request.label);
    case "ready":
      return fitted(relays.get(request.line), `relay ${request.line}`).ready();
    case "open":
      return open(request.line);
    case "look":
      return fitted(inputs.get(request.input), `input ${request.input}`).isActive();
    case "set":
      return fitted(outputs.get(request.output), `output ${request.output}`).set(request.on);
  }
}

function fitted<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new HardwareFault(`this stand has no ${name}: look at its shape`);
  return thing;
}
