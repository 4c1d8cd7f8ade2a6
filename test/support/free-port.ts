import { createServer } from "node:net";

/*
 * Ports for servers that must be told theirs before they start. The kernel gives those from 32768 on to whoever asks for any, between
 * the moment in which one was found free and the one in which it is used; so these lie below, and each process has its own.
 */

const FIRST = 10_000;
const EACH = 100;
const PROCESSES = 220;

const from = FIRST + (process.pid % PROCESSES) * EACH;
let next = 0;

/** A port that is free, and that nobody else looks for. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < EACH; tries += 1) {
    const port = from + (next % EACH);
    next += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free from ${from} to ${from + EACH - 1}`);
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
