// node scripts/run.mjs NAME [arguments]: sets up, then runs a program of the product.
import { ROOT } from "./files.mjs";
import { become, orExplain, programPath, sayOnStderr } from "./program.mjs";
import { setUp } from "./setup.mjs";

const [name = "", ...args] = process.argv.slice(2);
let path = "";
await orExplain(() => {
  path = programPath(ROOT, name);
  setUp(ROOT, sayOnStderr);
});
await become(path, args);
