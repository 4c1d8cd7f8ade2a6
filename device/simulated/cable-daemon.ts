import { connect, type Socket } from "node:net";
import type { DeviceClock } from "../clock.ts";
import { HardwareFault, type Stop } from "../device.ts";
import { type Fittings, helloLine, MAX_ANSWER, type Request, readSaid, requestLine } from "./cable-words.ts";
import { Lines } from "./lines.ts";

const CONNECT_WITHIN_MS = 2000;
const MOST_UNANSWERED = 64;

/** `unsent`: it never left; `lost`: it may have been done, and no answer came. */
export type Answer =
  | { readonly is: "answered"; readonly value: unknown }
  | { readonly is: "refused" | "unsent" | "lost"; readonly fault: HardwareFault };

export type StandAddress = { readonly host: string; readonly port: number };

type Waiting = { readonly end: (answer: Answer) => void; readonly stop: Stop };

/** The daemon's end of the cable. When it breaks, the next request tries to plug it in again, once, within two seconds. */
export class Cable {
  #socket: Socket | undefined;
  #plugging: Promise<Fittings> | undefined;
  #isClosed = false;
  #asked = 0;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ears = new Map<string, Set<(isActive: boolean) => void>>();
  readonly #address: StandAddress;
  readonly #clock: DeviceClock;

  constructor(address: StandAddress, clock: DeviceClock) {
    this.#address = address;
    this.#clock = clock;
  }

  /** Plugs in and learns what is bolted to the stand. Rejects with `HardwareFault`. */
  plugIn(): Promise<Fittings> {
    this.#plugging ??= this.#connect().finally(() => {
      this.#plugging = undefined;
    });
    return this.#plugging;
  }

  /** Never rejects, and always ends: within two seconds to plug in and `withinMs` for the answer. */
  async ask(request: Request, withinMs: number): Promise<Answer> {
    if (this.#waiting.size >= MOST_UNANSWERED) return this.#unsent(`${MOST_UNANSWERED} requests wait for an answer`);
    try {
      if (this.#socket === undefined) await this.plugIn();
    } catch (error) {
      return { is: "unsent", fault: faultOf(error) };
    }
    const socket = this.#socket;
    return socket === undefined ? this.#unsent("the cable broke") : this.#send(socket, request, withinMs);
  }

  hear(name: string, hear: (isActive: boolean) => void): Stop {
    const ears = this.#ears.get(name) ?? new Set();
    this.#ears.set(name, ears);
    const ear = (isActive: boolean): void => hear(isActive);
    ears.add(ear);
    return () => ears.delete(ear);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
    this.#ears.clear();
  }

  #send(socket: Socket, request: Request, withinMs: number): Promise<Answer> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      const end = (answer: Answer): void => {
        this.#waiting.get(id)?.stop();
        this.#waiting.delete(id);
        resolve(answer);
      };
      const late = new HardwareFault(`${request.do}: ${this.#place} gave no answer within ${withinMs} ms: look at it`);
      const stop = this.#clock.after(withinMs, () => end({ is: "lost", fault: late }));
      this.#waiting.set(id, { end, stop });
      socket.write(requestLine(id, request));
    });
  }

  #connect(): Promise<Fittings> {
    if (this.#isClosed)
      return Promise.reject(new HardwareFault(`the cable to ${this.#place} is closed: open a new one`));
    return new Promise((resolve, reject) => {
      const socket = connect({ ...this.#address, noDelay: true });
      const late = new HardwareFault(
        `${this.#place} did not answer within ${CONNECT_WITHIN_MS} ms: is the stand running?`,
      );
      const stop = this.#clock.after(CONNECT_WITHIN_MS, () => socket.destroy(late));
      let why: Error | undefined;
      socket.on("error", (error) => {
        why = error;
      });
      socket.on("close", () => {
        stop();
        this.#unplug(socket);
        reject(why instanceof HardwareFault ? why : this.#noStand(why));
      });
      socket.on("connect", () => socket.write(helloLine()));
      this.#listen(socket, (fittings) => {
        stop();
        this.#socket = socket;
        resolve(fittings);
      });
    });
  }

  #listen(socket: Socket, welcome: (fittings: Fittings) => void): void {
    const lines = new Lines(MAX_ANSWER);
    socket.on("data", (chunk) => {
      const heard = lines.push(chunk);
      if (heard === undefined) socket.destroy();
      else for (const line of heard) this.#understand(line, socket, welcome);
    });
  }

  #understand(line: string, socket: Socket, welcome: (fittings: Fittings) => void): void {
    const said = readSaid(line);
    if (said === undefined)
      socket.destroy(new HardwareFault(`${this.#place} is not a stand: it said ${line.slice(0, 80)}`));
    else if ("stand" in said) welcome(said.stand);
    else if ("changed" in said) for (const hear of [...(this.#ears.get(said.changed) ?? [])]) hear(said.active);
    else if ("fault" in said) this.#waiting.get(said.id)?.end({ is: "refused", fault: new HardwareFault(said.fault) });
    else this.#waiting.get(said.id)?.end({ is: "answered", value: said.ok });
  }

  /** What was asked over this socket stays unanswered. */
  #unplug(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    const fault = new HardwareFault(`the cable to ${this.#place} broke: look what the stand did last`);
    for (const { end } of [...this.#waiting.values()]) end({ is: "lost", fault });
  }

  #unsent(why: string): Answer {
    return { is: "unsent", fault: new HardwareFault(`nothing was sent to ${this.#place}: ${why}`) };
  }

  #noStand(why: Error | undefined): HardwareFault {
    return new HardwareFault(`${this.#place} does not answer (${why?.message ?? "it hung up"}): is it running?`, why);
  }

  get #place(): string {
    return `the stand at ${this.#address.host}:${this.#address.port}`;
  }
}

const faultOf = (error: unknown): HardwareFault =>
  error instanceof HardwareFault ? error : new HardwareFault(String(error), error);
