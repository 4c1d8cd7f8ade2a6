import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { openOutside } from "./sale/outside.ts";

/**
 * The drivers on real kernel drivers: a virtual machine is booted for each kernel that a Raspberry Pi may have, and the checks of
 * `main.ts` run in it, compiled. What they find is told here, a test for each check.
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = ".cache/test-dist/test/hardware/main.js";
const BOOT_SECONDS = 280;

type Result = { readonly part: string; readonly name: string; readonly ms: number; readonly wrong?: string };

type Done = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

function say(done: Done): string {
  return `exit code ${done.status}\n${done.stdout.slice(-4_000)}\n${done.stderr.slice(-4_000)}`;
}

async function bash(command: string, args: readonly string[], timeoutMs: number): Promise<Done> {
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

const resultsIn = (output: string): readonly Result[] =>
  output
    .split("\n")
    .filter((line) => line.startsWith("CHECK "))
    .map((line) => JSON.parse(line.slice("CHECK ".length)) as Result);

beforeAll(async () => {
  needs("qemu");
  if (!existsSync(join(ROOT, PROGRAM))) throw new Error(`${PROGRAM} is not built: npm test -- test/hardware builds it`);
  const done = await bash("lab/setup", [], 400_000);
  if (done.status !== 0) throw new Error(`lab/setup: ${say(done)}`);
});

/** Each kernel: how it is booted, and what is checked on it. */
const kernels: readonly {
  readonly name: string;
  readonly boot: readonly string[];
  readonly parts: readonly string[];
  /** With broker, payment provider and backend outside of it. */
  readonly sells?: true;
}[] = [
  { name: "Linux 6.5 and before, lines numbered from 0", boot: ["--gpio-base", "0"], parts: ["sysfs"] },
  { name: "Linux 6.6 and later, lines numbered from 512", boot: [], parts: ["character-device", "sysfs"] },
  { name: "Raspberry Pi OS from Trixie on, no lines in sysfs", boot: ["--no-sysfs-gpio"], parts: ["auto", "printers"] },
  { name: "a whole stand", boot: ["--no-sysfs-gpio"], parts: ["sale", "killed-in-mid-pulse"], sells: true },
  { name: "a screen of 32 bits", boot: ["--screen", "480x320"], parts: ["screen-480x320", "spi-panel"] },
  { name: "a screen of 16 bits", boot: ["--screen", "800x480-16"], parts: ["screen-800x480-16"] },
];

describe.each(kernels)("on $name", ({ boot, parts, sells }) => {
  test(`the checks of ${parts.join(" and ")}`, { timeout: BOOT_SECONDS * 1_000 + 30_000 }, async () => {
    const outside = sells && (await openOutside());
    const net = outside === undefined ? [] : ["--net"];
    const words = [PROGRAM, ...(outside === undefined ? [] : ["--outside", outside.folder]), ...parts];
    const command = ["--timeout", `${BOOT_SECONDS}`, ...boot, ...net, ".", process.execPath, ...words];
    const done = await bash("lab/run", command, BOOT_SECONDS * 1_000 + 20_000).finally(() => outside?.close());
    const results = resultsIn(done.stdout);
    const wrong = results.filter((result) => result.wrong !== undefined);
    expect(wrong, say(done)).toEqual([]);
    expect(done.status, say(done)).toBe(0);
    for (const part of parts) expect(results.filter((result) => result.part === part).length).toBeGreaterThan(0);
  });
});
