import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";

/** A unix socket cannot be had at a path; says why, and what to do. */
export class SocketFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SocketFault";
  }
}

/**
 * Makes room for a unix socket: what a process that was killed has left there goes. Rejects with `SocketFault` when somebody
 * listens, when the file is something else, or when there is no folder for it.
 */
export async function clearSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return needFolder(path);
  if (!found.isSocket()) throw new SocketFault(`${path} is there and is no socket: remove it, or name another place`);
  if (await isHeard(path)) throw new SocketFault(`another process listens on ${path}: end it, or name another place`);
  unlinkSync(path);
}

function needFolder(path: string): void {
  const folder = dirname(path);
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  throw new SocketFault(`${folder} does not exist: RuntimeDirectory= of the unit makes it; or name another place`);
}

/** A socket file whose process is gone refuses at once, and nothing else does; no answer is waited for. */
const isHeard = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const end = (heard: boolean): void => {
      socket.destroy();
      resolve(heard);
    };
    socket.once("connect", () => end(true));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code !== "ECONNREFUSED"));
  });
