// Starts the built demo as a user would, asks its page for an answer, and ends it as systemd would.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { programPath } from "./program.mjs";

const START_WITHIN_MS = 60_000;
const END_WITHIN_MS = 15_000;

/**
 * @param {string} root
 * @returns {Promise<import("./steps.mjs").Outcome>}
 */
export async function smoke(root) {
  const name = "smoke of the built demo";
  console.log(`\n— ${name}`);
  const start = process.hrtime.bigint();
  const problem = await tryDemo(programPath(root, "demo"));
  if (problem !== undefined) console.log(problem);
  return { name, ok: problem === undefined, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

/**
 * @param {string} program
 * @returns {Promise<string | undefined>} what went wrong
 */
async function tryDemo(program) {
  const child = spawn(process.execPath, [program, "--port", "0", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  try {
    const { page } = JSON.parse(await firstLine(child.stdout, ended));
    const answer = await fetch(page, { signal: AbortSignal.timeout(START_WITHIN_MS) });
    if (!answer.ok) return `${page} answered ${answer.status}`;
    child.kill("SIGTERM");
    const [code] = await within(END_WITHIN_MS, "the demo did not end within 15 s of SIGTERM", ended);
    return code === 0 ? undefined : `the demo ended with code ${code} after SIGTERM`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    child.kill("SIGKILL");
  }
}

/**
 * @param {import("node:stream").Readable} stream
 * @param {Promise<unknown>} ended
 * @returns {Promise<string>}
 */
function firstLine(stream, ended) {
  let text = "";
  const line = new Promise((resolve) => {
    stream.setEncoding("utf8").on("data", (part) => {
      text += part;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });
  const died = ended.then(() => Promise.reject(new Error("the demo ended before it said where it is")));
  return within(START_WITHIN_MS, "the demo said nothing within 60 s", Promise.race([line, died]));
}

/**
 * @template T
 * @param {number} ms
 * @param {string} otherwise
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function within(ms, otherwise, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), ms);
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
  }
}
