import { createServer, type Server, type Socket } from "node:net";
import { PaperRoll } from "./paper-roll.ts";

/** What may befall it in mid-ticket. */
type Trouble = { readonly afterPictures: number; readonly what: (printer: TcpPrinter) => void };

/** A printer in the network, of test: speaks TCP and ESC/POS, and has paper, a cover, a temperature and moods. */
export class TcpPrinter {
  readonly roll = new PaperRoll((part, isInside) => this.#answer(part, isInside));
  paper: "ok" | "low" | "out" = "ok";
  cover: "closed" | "open" = "closed";
  isHot = false;
  isMute = false;
  /** Cheap ones take a question in mid-picture for a part of it. */
  answersInside = true;
  /** Sent before each answer: automatic statuses, noise. */
  chatter: Uint8Array = Uint8Array.of();
  readonly received: Uint8Array[] = [];
  #trouble: Trouble | undefined;
  #isStalled = false;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async listening(port = 0): Promise<TcpPrinter> {
    const printer = new TcpPrinter();
    await new Promise<void>((resolve) => printer.#server.listen(port, "127.0.0.1", resolve));
    return printer;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("it does not listen");
    return address.port;
  }

  /** What shall happen when so many pictures of a ticket are on paper. */
  plan(afterPictures: number, what: Trouble["what"]): void {
    this.#trouble = { afterPictures, what };
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Reads nothing any more. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  goOn(): void {
    this.#isStalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async end(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket)).on("error", () => undefined);
    socket.on("data", (bytes) => {
      this.received.push(bytes);
      this.roll.take(bytes);
      this.#meetTrouble();
    });
    if (this.#isStalled) socket.pause();
  }

  #meetTrouble(): void {
    const pictures = this.roll.marks.filter((mark) => mark.did === "picture").length;
    const trouble = this.#trouble;
    if (trouble === undefined || pictures < trouble.afterPictures) return;
    this.#trouble = undefined;
    trouble.what(this);
  }

  #answer(part: number, isInside: boolean): void {
    if (this.isMute || (isInside && !this.answersInside)) return;
    for (const socket of this.#sockets) socket.write(Uint8Array.of(...this.chatter, this.#status(part)));
  }

  #status(part: number): number {
    const isOut = this.paper === "out";
    const isOpen = this.cover === "open";
    const bits = [
      isOut || isOpen || this.isHot ? 0x08 : 0,
      (isOpen ? 0x04 : 0) | (isOut ? 0x20 : 0) | (this.isHot ? 0x40 : 0),
      this.isHot ? 0x40 : 0,
      (this.paper === "ok" ? 0 : 0x0c) | (isOut ? 0x60 : 0),
    ];
    return 0x12 | (bits[part - 1] ?? 0);
  }
}
