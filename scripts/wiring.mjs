// node scripts/wiring.mjs: draws docs/images/wiring-*.svg and writes the tables of the guides anew.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.mjs";
import { written } from "./wiring/files.mjs";

for (const [file, text] of Object.entries(written(ROOT))) writeFileSync(join(ROOT, file), text);
