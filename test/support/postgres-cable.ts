import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresPlace } from "../../journal/postgres/client.ts";

/**
 * The way to a database, which is cut where the test says: every message either way is a moment, and at the chosen one the connection
 * that it is on goes, before the message arrives. So an answer is lost behind a commit, and a statement before it.
 */
export class PostgresCable {
  readonly place: PostgresPlace;
  readonly #folder: string;
  readonly #server: Server;
  readonly #cutAt: number;
  readonly #open = new Set<Socket>();
  /** Messages that have passed, or were cut. */
  moments = 0;

  private constructor(folder: string, to: PostgresPlace, cutAt: number) {
    this.#folder = folder;
    this.#cutAt = cutAt;
    this.place = { ...to, host: folder };
    this.#server = createServer((near) => this.#join(near, connect(socketIn(to.host))));
  }

  static async to(place: PostgresPlace, cutAt = Number.POSITIVE_INFINITY): Promise<PostgresCable> {
    const cable = new PostgresCable(mkdtempSync(join(tmpdir(), "cable-")), place, cutAt);
    cable.#server.listen(socketIn(cable.#folder));
    await once(cable.#server, "listening");
    return cable;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #join(near: Socket, far: Socket): void {
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      this.#open.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        this.#open.delete(socket);
        cut();
      });
    }
    near.on("data", (chunk) => this.#pass(chunk, far, cut));
    far.on("data", (chunk) => this.#pass(chunk, near, cut));
  }

  #pass(chunk: Buffer, to: Socket, cut: () => void): void {
    const isCut = this.moments === this.#cutAt;
    this.moments += 1;
    if (isCut) cut();
    else to.write(chunk);
  }
}

const socketIn = (folder: string): string => join(folder, ".s.PGSQL.5432");
