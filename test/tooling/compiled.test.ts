import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { TEST_BUILD } from "../../scripts/build.mjs";
import { copyAssets } from "../../scripts/copy-assets.mjs";
import { ROOT } from "../../scripts/files.mjs";
import { needs } from "../support/needs.ts";

/* The tests that are programs of their own, compiled as `npm run fleet` and the others compile them, but for the check of their types. */

const OUT = join(ROOT, `.cache/compiled-${process.pid}`);
const PROGRAMS: readonly (readonly [file: string, args: readonly string[], status: number, says: RegExp])[] = [
  ["test/fleet/main.js", ["--help"], 0, /^npm run fleet -- /],
  ["test/bench/main.js", ["no-such-part"], 64, /^npm run bench /],
  ["test/simulation/main.js", ["--count", "0"], 0, /^$/],
  ["test/hardware/cuts/main.js", ["--cuts", "none"], 64, /^npm run powercuts /],
];
/** Started by these as processes of their own. */
const BESIDE = ["test/fleet/house.js", "backend/main.js", "sandbox/midtrans/main.js"];

beforeAll(() => {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const words = [tsc, "-p", TEST_BUILD.project, "--outDir", OUT, "--noCheck"];
  const { status, stdout } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(stdout);
  copyAssets(ROOT, OUT, TEST_BUILD.folders);
}, 120_000);
afterAll(() => rmSync(OUT, { recursive: true, force: true }));

const run = (...words: readonly string[]) =>
  spawnSync(process.execPath, [...words], { cwd: tmpdir(), encoding: "utf8", timeout: 60_000 });

test.each(PROGRAMS)("%s answers", { timeout: 60_000 }, (file, args, status, says) => {
  const { status: ended, stdout, stderr } = run(join(OUT, file), ...args);
  expect([ended, stdout + stderr]).toEqual([status, expect.stringMatching(says)]);
});

const IMPORT = /\b(?:from|import) ?\(?"([.][^"]+)"/g;
/** A file that is opened, or a program that is started, by its place beside this one. */
const NEIGHBOUR = /(?:new URL|openFar)\("([.][^"]+)"|join\(import\.meta\.dirname, "([^"]+)"/g;

const found = (text: string, what: RegExp): readonly string[] =>
  [...text.matchAll(what)].map(([, one, other]) => one ?? other ?? "");

/** Every file that is loaded with `file`, and what each of them looks for beside it that is not there. */
function missingFrom(file: string, seen: Set<string>): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(file, "utf8");
  const places = found(text, NEIGHBOUR).map((place) => join(dirname(file), place));
  const missing = places.filter((place) => !existsSync(place));
  const imported = found(text, IMPORT).map((place) => join(dirname(file), place));
  return [
    ...missing.map((place) => `${relative(OUT, file)}: ${relative(OUT, place)}`),
    ...imported.flatMap((each) => missingFrom(each, seen)),
  ];
}

test("what they open and start beside themselves is there when nothing else was ever built", () => {
  const seen = new Set<string>();
  const entries = [...PROGRAMS.map(([file]) => file), ...BESIDE].map((file) => join(OUT, file));
  expect(entries.flatMap((file) => missingFrom(file, seen))).toEqual([]);
  expect(seen.size).toBeGreaterThan(300);
});

test("the fleet's broker runs with the configuration that is delivered", { timeout: 60_000 }, () => {
  needs("mosquitto");
  const folder = mkdtempSync(join(tmpdir(), "compiled-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const words = `import { startBroker } from ${JSON.stringify(join(OUT, "test/fleet/broker.js"))};
    const broker = await startBroker(${JSON.stringify(folder)}, ["backend.1", "backend.3"]);
    await broker.close();`;
  const { status, stderr } = run("--input-type=module", "--eval", words);
  expect([status, stderr]).toEqual([0, ""]);
});
