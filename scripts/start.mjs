// npm start: sets up, then runs the demo. Everything but the demo's own words goes to standard error.
import { ROOT } from "./files.mjs";
import { become, orExplain, programPath, sayOnStderr } from "./program.mjs";
import { setUp } from "./setup.mjs";

await orExplain(() => setUp(ROOT, sayOnStderr));
await become(programPath(ROOT, "demo"), process.argv.slice(2));
