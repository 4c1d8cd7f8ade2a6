// npm test: sets up, checks and tests everything. npm test -- test/journal: sets up and runs those files only.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TEST_BUILD } from "./build.mjs";
import { failuresIn } from "./failures.mjs";
import { ROOT, textOf } from "./files.mjs";
import { orExplain } from "./program.mjs";
import { provideCompiler, provideParts, thisMachine } from "./provide.mjs";
import { build, install, isInstalled, setUp } from "./setup.mjs";
import { smoke } from "./smoke.mjs";
import { beside, CHECKS, runNode, runSteps, tableOf, timed } from "./steps.mjs";
import { chosenOf, suitesOf } from "./suites.mjs";

/** @typedef {import("./provide.mjs").Skipped} Skipped */
/** @typedef {{ passed: number, failed: number }} Count */

const HARDWARE_RUN = "npm test -- test/hardware";
const VITEST = "node_modules/vitest/vitest.mjs";
/** Worlds with a time of their own, which wait for nothing: they take what the others leave of the processors. */
const SEEDS = "test/simulation/seeds";
/** The lab's machines show what they show only when they are not disturbed: their suites run by themselves, after all others. */
const SUITES = {
  tests: { config: "vitest.config.ts", report: ".cache/vitest.json" },
  simulation: { config: "vitest.config.ts", report: ".cache/vitest-simulation.json" },
  hardware: { config: "vitest.hardware.config.ts", report: ".cache/vitest-hardware.json" },
};
const say = console.log;

/**
 * @param {keyof typeof SUITES} name
 * @param {readonly string[]} args
 * @param {readonly Skipped[]} skipped
 */
function vitestFor(name, args, skipped) {
  const { config, report } = SUITES[name];
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const excluded = skipped.flatMap(({ suite }) => ["--exclude", suite]);
  const reports = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return [VITEST, "run", "--config", config, "--passWithNoTests", ...reports, ...excluded, ...args];
}

/**
 * @param {keyof typeof SUITES} name
 * @param {readonly string[]} args
 * @param {readonly Skipped[]} skipped
 */
const vitest = (name, args, skipped) => timed(name, () => runNode(ROOT, vitestFor(name, args, skipped)));

function forgetReports() {
  for (const { report } of Object.values(SUITES)) rmSync(join(ROOT, report), { force: true });
}

const reportsOf = () => Object.values(SUITES).map(({ report }) => JSON.parse(textOf(join(ROOT, report)) ?? "{}"));

/** @returns {Count} */
function countTests() {
  const reports = reportsOf();
  const sum = (/** @type {string} */ key) => reports.reduce((total, report) => total + (report[key] ?? 0), 0);
  return { passed: sum("numPassedTests"), failed: sum("numFailedTests") };
}

/**
 * @param {readonly import("./steps.mjs").Outcome[]} outcomes
 * @param {readonly Skipped[]} skipped
 */
function conclude(outcomes, skipped) {
  const tests = countTests();
  const failedSteps = outcomes.filter(({ ok }) => !ok).length;
  // A run of vitest fails by its tests, which are counted by themselves, or as a whole: then it is one failure.
  const runs = outcomes.filter(({ name, ok }) => name in SUITES && !ok).length;
  const counted = Math.min(runs, tests.failed);
  say(`\n${tableOf(outcomes)}`);
  for (const { suite, lacks } of skipped) say(`skipped ${suite}: no ${lacks.join(", no ")}`);
  for (const line of failuresIn(reportsOf(), ROOT)) say(line);
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
  const isHardware = chosen.some((word) => word.includes("test/hardware"));
  if (isHardware) build(ROOT, TEST_BUILD, say);
  const name = isHardware ? "hardware" : "tests";
  conclude([await vitest(name, chosen, skipped)], skipped);
}

async function all() {
  if (!isInstalled(ROOT)) provideCompiler(thisMachine);
  install(ROOT, say);
  const skipped = provideParts(suitesOf(ROOT), thisMachine);
  const outcomes = await runSteps(ROOT, CHECKS);
  outcomes.push(await timed("build", built));
  const simulation = beside("simulation", ROOT, vitestFor("simulation", [SEEDS, "--maxWorkers=2"], skipped));
  outcomes.push(await vitest("tests", ["--exclude", `${SEEDS}-*`], skipped));
  if (thisMachine.mustBeWhole) outcomes.push(await vitest("hardware", [], skipped));
  else say(`\nLeft out: the drivers in the lab's machine, some minutes more. They have their own run: ${HARDWARE_RUN}`);
  outcomes.push(await simulation.told());
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
forgetReports();
await orExplain(() => (chosen.length > 0 ? some(chosen) : all()));
