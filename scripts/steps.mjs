import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

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
 * @returns {Promise<Outcome[]>}
 */
export async function runSteps(root, steps) {
  const outcomes = [];
  for (const { name, program, args } of steps) {
    outcomes.push(await timed(name, () => runNode(root, [join("node_modules", program), ...args])));
  }
  return outcomes;
}

/**
 * @param {string} name
 * @param {() => Promise<boolean> | boolean} work
 * @returns {Promise<Outcome>}
 */
export async function timed(name, work) {
  console.log(`\n— ${name}`);
  const secondsSince = stopwatch();
  const ok = await work();
  return { name, ok, seconds: secondsSince() };
}

function stopwatch() {
  const start = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - start) / 1e9;
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 */
export async function runNode(root, args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = await once(child, "exit");
  return code === 0;
}

/**
 * Runs a step beside others, in the time that they leave the processors; what it says is kept, and told when `told` is called.
 * @param {string} name
 * @param {string} root
 * @param {readonly string[]} args
 */
export function beside(name, root, args) {
  const secondsSince = stopwatch();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const end = () => void child.kill();
  process.once("exit", end);
  const ran = Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]).then(([[code], ...said]) => {
    process.off("exit", end);
    return { said: said.join(""), outcome: { name, ok: code === 0, seconds: secondsSince() } };
  });
  return {
    /** @returns {Promise<Outcome>} */
    async told() {
      const { said, outcome } = await ran;
      console.log(`\n— ${name}, beside the others\n${said}`);
      return outcome;
    },
  };
}

/** @param {readonly Outcome[]} outcomes */
export const tableOf = (outcomes) =>
  outcomes.map(({ name, ok, seconds }) => `${ok ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`).join("\n");
