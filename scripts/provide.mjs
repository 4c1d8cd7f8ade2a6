import { commandFor, installParts, mayInstall, reasonsFor } from "./debian.mjs";
import { findPart } from "./parts.mjs";
import { missingParts, suitesWithout } from "./suites.mjs";

/** @typedef {{ suite: string, lacks: string[] }} Skipped */
/**
 * What this needs of the machine; tests give their own.
 * @typedef {object} Machine
 * @property {(part: string) => string | undefined} find
 * @property {() => boolean} mayInstall
 * @property {(parts: readonly string[], say: (line: string) => void) => boolean} install
 * @property {boolean} mustBeWhole with CI=true: what is missing is an error
 * @property {(line: string) => void} say
 */

/** @type {Machine} */
export const thisMachine = {
  find: findPart,
  mayInstall,
  install: installParts,
  mustBeWhole: ["true", "1"].includes(process.env["CI"] ?? ""),
  say: console.log,
};

/**
 * Sees to the programs that suites need: installs them where it may, else names the command that would.
 * @param {Map<string, string[]>} suites
 * @param {Machine} machine
 * @returns {Skipped[]} what cannot run here
 */
export function provideParts(suites, machine) {
  let missing = missingParts(suites, machine.find);
  if (missing.length > 0 && machine.mayInstall() && machine.install(missing, machine.say)) {
    missing = missingParts(suites, machine.find);
  }
  const skipped = suitesWithout(suites, missing);
  if (skipped.length === 0) return [];
  const lack = `Missing: ${reasonsFor(missing)}. Install with: ${commandFor(missing)}`;
  if (machine.mustBeWhole) throw new Error(`${lack}\nWith CI=true nothing is skipped.`);
  machine.say(lack);
  return skipped;
}

/**
 * Packages with native code are compiled where no prebuilt one is to be had, so a compiler comes before them.
 * @param {Machine} machine
 */
export function provideCompiler(machine) {
  if (machine.find("compiler") !== undefined) return;
  if (machine.mayInstall()) machine.install(["compiler"], machine.say);
  else machine.say(`No compiler here. Should the next step need one: ${commandFor(["compiler"])}`);
}
