// node scripts/run-ts.mjs FILE.ts [arguments]: compiles the tests and runs one file of them, such as test/bench/main.ts.
import { join } from "node:path";
import { TEST_BUILD } from "./build.mjs";
import { ROOT } from "./files.mjs";
import { become, orExplain, sayOnStderr } from "./program.mjs";
import { build, setUp } from "./setup.mjs";

const [file = "", ...args] = process.argv.slice(2);
await orExplain(() => {
  if (!file.endsWith(".ts")) throw new Error("name a file: node scripts/run-ts.mjs test/bench/main.ts");
  setUp(ROOT, sayOnStderr);
  build(ROOT, TEST_BUILD, sayOnStderr);
});
await become(join(ROOT, TEST_BUILD.target, file.replace(/[.]ts$/, ".js")), args);
