// npm test: sets up, checks and tests everything. npm test -- test/journal: sets up and runs those files only.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TEST_BUILD } from "./build.mjs";
import { ROOT, textOf } from "./files.mjs";
import { orExplain } from "./program.mjs";
import { provideCompiler, provideParts, thisMachine } from "./provide.mjs";
import { build, install, isInstalled, setUp } from "./setup.mjs";
import { smoke } from "./smoke.mjs";
import { CHECKS, runNode, runSteps, tableOf, timed } from "./steps.mjs";
import { chosenOf, suitesOf } from "./suites.mjs";

/** @typedef {import("./provide.mjs").Skipped} Skipped */
/** @typedef {{ passed: number, failed: number }} Count */

const VITEST = "node_modules/vitest/vitest.mjs";
const REPORT = ".cache/vitest.json";
const say = console.log;

/**
 * @param {readonly string[]} args
 * @param {readonly Skipped[]} skipped
 */
function vitest(args, skipped) {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  rmSync(join(ROOT, REPORT), { force: true });
  const excluded = skipped.flatMap(({ suite }) => ["--exclude", suite]);
  const reports = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  return runNode(ROOT, [VITEST, "run", ...reports, ...excluded, ...args]);
}

/** @returns {Count} */
function countTests() {
  const report = JSON.parse(textOf(join(ROOT, REPORT)) ?? "{}");
  return { passed: report.numPassedTests ?? 0, failed: report.numFailedTests ?? 0 };
}

/**
 * @param {readonly import("./steps.mjs").Outcome[]} outcomes
 * @param {readonly Skipped[]} skipped
 */
function conclude(outcomes, skipped) {
  const tests = countTests();
  const failedSteps = outcomes.filter(({ ok }) => !ok).length;
  const testsSeen = outcomes.find(({ name }) => name === "tests");
  // A run of vitest fails by its tests, which are counted by themselves, or as a whole: then it is one failure.
  const counted = testsSeen?.ok === false && tests.failed > 0 ? 1 : 0;
  say(`\n${tableOf(outcomes)}`);
  for (const { suite, lacks } of skipped) say(`skipped ${suite}: no ${lacks.join(", no ")}`);
  const passed = outcomes.length - failedSteps + tests.passed;
  const failed = failedSteps - counted + tests.failed;
  say(`\n${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

/** @param {readonly string[]} chosen arguments for vitest */
async function some(chosen) {
  if (!isInstalled(ROOT)) provideCompiler(thisMachine);
  install(ROOT, say);
  const skipped = provideParts(chosenOf(suitesOf(ROOT), chosen), thisMachine);
  conclude([timed("tests", () => vitest(chosen, skipped))], skipped);
}

async function all() {
  if (!isInstalled(ROOT)) provideCompiler(thisMachine);
  install(ROOT, say);
  const skipped = provideParts(suitesOf(ROOT), thisMachine);
  const outcomes = runSteps(ROOT, CHECKS);
  outcomes.push(timed("build", () => built()));
  outcomes.push(timed("tests", () => vitest(["--coverage"], skipped)));
  outcomes.push(await smoke(ROOT));
  conclude(outcomes, skipped);
}

function built() {
  try {
    setUp(ROOT, say);
    build(ROOT, TEST_BUILD, say);
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : error);
    return false;
  }
}

const chosen = process.argv.slice(2);
await orExplain(() => (chosen.length > 0 ? some(chosen) : all()));
