import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * @typedef {{ name: string, program: string, args: readonly string[] }} Step a tool in node_modules/, run with Node
 * @typedef {{ name: string, ok: boolean, seconds: number }} Outcome
 */

const FOLDERS = ["protocol", "wire", "host", "journal", "device", "gateway", "backend", "sandbox", "test"];

/** Biome paints each letter by itself, which is nothing for a file. */
const colors = `--colors=${process.stdout.isTTY ? "force" : "off"}`;

/** @type {readonly Step[]} */
export const CHECKS = [
  { name: "types", program: "typescript/bin/tsc", args: ["-p", "tsconfig.json"] },
  { name: "types of scripts", program: "typescript/bin/tsc", args: ["-p", "tsconfig.scripts.json"] },
  { name: "types of pages", program: "typescript/bin/tsc", args: ["-p", "tsconfig.page.json"] },
  { name: "format and lint", program: "@biomejs/biome/bin/biome", args: ["ci", "--error-on-warnings", colors, "."] },
  {
    name: "imports",
    program: "dependency-cruiser/bin/dependency-cruise.mjs",
    args: ["--config", ".dependency-cruiser.mjs", "--output-type", "err-long", ...FOLDERS],
  },
];

/**
 * Runs each step to its end, whatever became of those before, and says how it went.
 * @param {string} root
 * @param {readonly Step[]} steps
 * @returns {Outcome[]}
 */
export const runSteps = (root, steps) =>
  steps.map(({ name, program, args }) => timed(name, () => runNode(root, [join("node_modules", program), ...args])));

/**
 * @param {string} name
 * @param {() => boolean} work
 * @returns {Outcome}
 */
export function timed(name, work) {
  console.log(`\n— ${name}`);
  const start = process.hrtime.bigint();
  const ok = work();
  return { name, ok, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export const runNode = (root, args, env = process.env) =>
  spawnSync(process.execPath, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] }).status === 0;

/** @param {readonly Outcome[]} outcomes */
export const tableOf = (outcomes) =>
  outcomes.map(({ name, ok, seconds }) => `${ok ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`).join("\n");
