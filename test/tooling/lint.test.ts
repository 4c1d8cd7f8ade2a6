import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plant, ROOT } from "./plant.ts";

/** The rules that biome finds broken in `text`, warnings included; and whether it would stop a build. */
function lint(text: string): { readonly rules: readonly string[]; readonly stops: boolean } {
  const planted = plant({ "host/planted.ts": text, "package.json": '{"type":"module"}', ".gitignore": "" });
  copyFileSync(join(ROOT, "biome.json"), join(planted.folder, "biome.json"));
  const biome = join(ROOT, "node_modules/@biomejs/biome/bin/biome");
  const args = ["lint", "--vcs-enabled=false", "--error-on-warnings", "--reporter=json", "host"];
  const run = spawnSync(process.execPath, [biome, ...args], { cwd: planted.folder, encoding: "utf8" });
  planted.remove();
  const report: { diagnostics: { category: string }[] } = JSON.parse(run.stdout);
  return { rules: report.diagnostics.map(({ category }) => category).sort(), stops: run.status !== 0 };
}

const asks = "async function ask(): Promise<number> {\n  return 1;\n}\n";

test.each([
  [
    "a promise that nobody awaits",
    `${asks}export function go(): void {\n  ask();\n}\n`,
    "lint/nursery/noFloatingPromises",
  ],
  [
    "a promise taken for an answer",
    `${asks}export const yes = (): number => (ask() ? 1 : 2);\n`,
    "lint/nursery/noMisusedPromises",
  ],
  ["any", "export const x: any = 1;\n", "lint/suspicious/noExplicitAny"],
  ["a promise of being there", "export const x = (a?: number): number => a!;\n", "lint/style/noNonNullAssertion"],
  ["a default export", "export default 1;\n", "lint/style/noDefaultExport"],
  ["a barrel", 'export * from "./a.ts";\n', "lint/performance/noReExportAll"],
  ["words on the console", 'export const say = (): void => console.log("x");\n', "lint/suspicious/noConsole"],
])("%s stops the build", (_, text, rule) => {
  const { rules, stops } = lint(text);
  expect(rules).toContain(rule);
  expect(stops).toBe(true);
});

test("code in order does not", () => {
  expect(lint(`${asks}export const go = async (): Promise<number> => (await ask()) + 1;\n`)).toEqual({
    rules: [],
    stops: false,
  });
});
