import { expect, test } from "vitest";
import { bash, say } from "./lab.ts";

const PROGRAM = ".cache/test-dist/test/hardware/starving.js";
/** What lab/run says of a guest that ended by itself. */
const GONE = 125;

test("a machine that hangs as a whole is ended by its watchdog, set as the package sets it", {
  timeout: 200_000,
}, async () => {
  const done = await bash("lab/run", ["--timeout", "170", ".", process.execPath, PROGRAM], 190_000);
  expect(done.stdout, say(done)).toMatch(/^TOOK 15 OF 15$/m);
  expect(done.stdout, say(done)).toMatch(/^FED$/m);
  expect(done.stdout, say(done)).not.toMatch(/^ALIVE$/m);
  expect(done.status, say(done)).toBe(GONE);
});
