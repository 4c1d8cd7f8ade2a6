import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { needs } from "./needs.ts";

/** What systemd is to us: a bound datagram socket. Prints a line when it listens, and one for each line of a datagram. */
const RECEIVER = `
import socket, sys
path = sys.argv[1]
far = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
far.bind("\\0" + path[1:] if path.startswith("@") else path)
print("listening", flush=True)
while True:
    print(far.recv(4096).decode(), flush=True)
`;

export type NotifySocket = {
  /** The next line that systemd was told. */
  next(): Promise<string>;
};

/** Listens at `path` as systemd does, until the test is over. */
export async function notifySocket(path: string): Promise<NotifySocket> {
  const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
  const child: ChildProcessByStdio<null, Readable, null> = spawn(needs("python3"), ["-c", RECEIVER, path], { stdio });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  if ((await next()) !== "listening") throw new Error(`nobody listens at ${path}`);
  return { next };
}
