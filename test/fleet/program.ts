import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "../support/until.ts";

/** How Node runs our files here: as they are, through the loader, or compiled. */
const isSource = import.meta.url.endsWith(".ts");
const LOADER = fileURLToPath(new URL("../support/typescript.mjs", import.meta.url));
/** The project's folder, from its sources and from what is compiled of them. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/\.cache\/[^/]+\/$/, "");
export const loaderArgs: readonly string[] = isSource ? ["--import", LOADER] : [];

/** The file of a program, from its path in the project without the ending. */
export const programFile = (path: string): string =>
  fileURLToPath(new URL(`../../${path}${isSource ? ".ts" : ".js"}`, import.meta.url));

/** A program of ours, as a process that its log in a file outlives. */
export type Running = {
  readonly pid: number;
  readonly isUp: boolean;
  /** Without a goodbye; resolves when it is gone. */
  kill(): Promise<void>;
  /** As systemd would; resolves when it is gone. */
  stop(): Promise<void>;
};

export type RunOptions = {
  /** From the project's folder, without the ending: `backend/main`. */
  readonly program: string;
  readonly args: readonly string[];
  /** Whatever it says is appended to this file. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  isReady(said: string): boolean;
  readonly withinMs?: number;
};

/** Resolves when it says that it is ready. Rejects when it ends before, or is late. */
export async function runProgram(options: RunOptions): Promise<Running> {
  const { program, args, log, env = {}, isReady, withinMs = 60_000 } = options;
  const line = [...loaderArgs, programFile(program), ...args];
  const child = spawn(process.execPath, line, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const gone = once(child, "exit");
  const file = createWriteStream(log, { flags: "a" });
  // A full disk under the log is the log's loss, not ours.
  file.on("error", () => undefined);
  let said = "";
  let isHeard = false;
  const hear = (chunk: Buffer): void => {
    file.write(chunk);
    if (!isHeard) said += chunk.toString();
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  await until(
    `${program} is ready`,
    () => {
      if (hasEnded(child)) throw new Error(`${program} ended before it was ready: ${said.slice(-2_000)}`);
      return isReady(said);
    },
    withinMs,
  ).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  isHeard = true;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!hasEnded(child)) child.kill(signal);
    await gone;
    file.end();
  };
  return {
    pid: child.pid ?? 0,
    get isUp() {
      return !hasEnded(child);
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;
