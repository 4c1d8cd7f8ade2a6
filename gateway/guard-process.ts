import { spawn } from "node:child_process";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { GuardProcess } from "../device/pins/guarded.ts";
import type { Way } from "./lines.ts";

/** A guard is small: it holds some lines and waits. */
const MEMORY = ["--max-semi-space-size=1", "--max-old-space-size=24"];
/** One that does not end when hung up on has a line that hangs; a new guard opens it again. */
const END_MS = 2_000;

/** Starts the guard beside this file, in a session of its own, so that a terminal's Ctrl-C reaches the daemon only. */
export function startGuard(way: Way, complain: (text: string) => void): GuardProcess {
  const program = fileURLToPath(new URL(`./guard${extname(import.meta.url)}`, import.meta.url));
  const { NODE_OPTIONS: _, NOTIFY_SOCKET: __, ...env } = process.env;
  const child = spawn(process.execPath, [...MEMORY, program, way], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env,
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  child.stdin.on("error", () => undefined);
  child.stderr.on("data", (chunk: Buffer) => complain(chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  return {
    say: (line) => {
      if (child.stdin.writable) child.stdin.write(line);
    },
    onLine: (hear) => void lines.on("line", hear),
    onEnd: (hear) => void ended.then(hear),
    end: async () => {
      const kill = setTimeout(() => child.kill("SIGKILL"), END_MS);
      child.stdin.end();
      await ended;
      clearTimeout(kill);
    },
  };
}
