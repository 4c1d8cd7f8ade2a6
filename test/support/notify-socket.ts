import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { needs } from "./needs.ts";
import { NOTIFY_RECEIVER } from "./notify-receiver.ts";

export type NotifySocket = {
  /** The next line that systemd was told. */
  next(): Promise<string>;
};

/** Listens at `path` as systemd does, until the test is over. */
export async function notifySocket(path: string): Promise<NotifySocket> {
  const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
  const child: ChildProcessByStdio<null, Readable, null> = spawn(needs("python3"), ["-c", NOTIFY_RECEIVER, path], {
    stdio,
  });
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
