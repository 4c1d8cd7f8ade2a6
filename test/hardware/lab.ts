import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { needs } from "../support/needs.ts";

/** The lab as the tests beside it start it, see lab/README.md. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What is built runs in the machine. */
const BUILT = ".cache/test-dist";

export type Done = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a program of the lab to its end; the event loop goes on meanwhile, and the world outside with it. */
export async function bash(command: string, args: readonly string[], timeoutMs: number): Promise<Done> {
  const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.stderr += text;
  });
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...said };
}

export const say = ({ status, stdout, stderr }: Done): string =>
  `exit code ${status}\n${stdout.slice(-4_000)}\n${stderr.slice(-4_000)}`;

/** Vitest's `globalSetup`, once for all machines; rejects with what is missing. */
export async function setup(): Promise<void> {
  needs("qemu");
  if (!existsSync(join(ROOT, BUILT))) throw new Error(`${BUILT} is not built: npm test -- test/hardware builds it`);
  const done = await bash("lab/setup", [], 400_000);
  if (done.status !== 0) throw new Error(`lab/setup: ${say(done)}`);
}
