import { expect } from "vitest";
import { bash, say } from "./lab.ts";

const PROGRAM = ".cache/test-dist/test/hardware/main.js";

type Result = { readonly part: string; readonly name: string; readonly ms: number; readonly wrong?: string };

const resultsIn = (output: string): readonly Result[] =>
  output
    .split("\n")
    .filter((line) => line.startsWith("CHECK "))
    .map((line) => JSON.parse(line.slice("CHECK ".length)) as Result);

/** One boot of the virtual machine. */
export type Boot = {
  /** For `lab/run`. */
  readonly options: readonly string[];
  /** What is checked, see `main.ts`. */
  readonly parts: readonly string[];
  readonly seconds: number;
  /** The folder of the world outside, where a part needs one. */
  readonly outside?: string;
};

/** Boots the machine; every check of these parts must have been made in it, and found nothing wrong. */
export async function expectNothingWrong({ options, parts, seconds, outside }: Boot): Promise<void> {
  const words = [PROGRAM, ...(outside === undefined ? [] : ["--outside", outside]), ...parts];
  const command = ["--timeout", `${seconds}`, ...options, ".", process.execPath, ...words];
  const done = await bash("lab/run", command, seconds * 1_000 + 20_000);
  const results = resultsIn(done.stdout);
  const wrong = results.filter((result) => result.wrong !== undefined);
  expect(wrong, say(done)).toEqual([]);
  expect(done.status, say(done)).toBe(0);
  for (const part of parts) expect(results.filter((result) => result.part === part).length).toBeGreaterThan(0);
}
