// npm run check: types, format, lint and imports, without the tests.
import { ROOT } from "./files.mjs";
import { orExplain, sayOnStderr } from "./program.mjs";
import { install } from "./setup.mjs";
import { CHECKS, runSteps, tableOf } from "./steps.mjs";

await orExplain(() => install(ROOT, sayOnStderr));
const outcomes = await runSteps(ROOT, CHECKS);
console.log(`\n${tableOf(outcomes)}`);
if (outcomes.some(({ ok }) => !ok)) process.exitCode = 1;
