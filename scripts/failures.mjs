import { relative } from "node:path";

/**
 * What vitest's JSON reporter writes, as far as it is read here.
 * @typedef {{ status: string, fullName: string, failureMessages?: string[] }} TestReport
 * @typedef {{ name: string, status: string, message?: string, assertionResults: TestReport[] }} FileReport
 * @typedef {{ testResults?: FileReport[] }} Report
 */

/** More than so many have one cause. */
const MOST = 20;

/**
 * A line for each test that failed and for each file that could not be run at all, told last, where nobody has to search.
 * @param {readonly Report[]} reports
 * @param {string} root
 * @returns {string[]}
 */
export function failuresIn(reports, root) {
  const lines = reports.flatMap(({ testResults }) => (testResults ?? []).flatMap((file) => linesOf(file, root)));
  const rest = lines.length - MOST;
  return rest > 0 ? [...lines.slice(0, MOST), `FAILED … and ${rest} more`] : lines;
}

/**
 * @param {FileReport} file
 * @param {string} root
 */
function linesOf(file, root) {
  const where = relative(root, file.name);
  const failed = file.assertionResults.filter(({ status }) => status === "failed");
  if (failed.length > 0)
    return failed.map(({ fullName, failureMessages }) => lineOf(`${where}: ${fullName}`, failureMessages?.[0]));
  return file.status === "failed" ? [lineOf(where, file.message)] : [];
}

/**
 * @param {string} what
 * @param {string | undefined} why
 */
const lineOf = (what, why) => `FAILED ${what}: ${(why ?? "").split("\n")[0]}`;
