import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plant, ROOT } from "./plant.ts";

const HELLO =
  'import { createServer } from "node:net";\nimport { spawn } from "node:child_process";\nimport { test } from "vitest";\n';

/** What vitest says of test files that do this. */
function runOf(...bodies: readonly string[]): { readonly code: number | null; readonly text: string } {
  const files = bodies.map((body, at) => [`${at}.test.ts`, `${HELLO}test("does it", () => {\n${body}\n});\n`]);
  const planted = plant(Object.fromEntries(files), true);
  const setup = join(ROOT, "test/support/open-handles.ts");
  planted.write({
    "vitest.config.ts": `export default { test: { setupFiles: [${JSON.stringify(setup)}], maxWorkers: 2 } };\n`,
  });
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const env = { PATH: process.env["PATH"], HOME: planted.folder };
  const run = spawnSync(process.execPath, [vitest, "run"], { cwd: planted.folder, env, encoding: "utf8" });
  planted.remove();
  return { code: run.status, text: `${run.stdout}${run.stderr}` };
}

test("a test file that leaves something open fails", () => {
  const { code, text } = runOf(
    'createServer().listen(0, "127.0.0.1");',
    'spawn("sleep", ["8"]);',
    "setInterval(() => {}, 60_000);",
  );
  expect(code).toBe(1);
  expect(text).toContain("leaves open: 1 × TCPServerWrap");
  expect(text).toMatch(/leaves open: 3 × PipeWrap, 1 × ProcessWrap/);
  expect(text).toContain("leaves open: 1 × Timeout");
});

test("one that closes what it opened passes", () => {
  const { code, text } = runOf(
    "const server = createServer().listen(0);\nserver.close();\nclearInterval(setInterval(() => {}, 60_000));",
  );
  expect(text).toContain("1 passed");
  expect(code).toBe(0);
});
