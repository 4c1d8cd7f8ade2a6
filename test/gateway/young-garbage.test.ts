import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { youngGarbage } from "../../gateway/young-garbage.ts";

test("pictures that nobody needs any more are freed when it is asked for", async () => {
  const collect = youngGarbage();
  const picture = 320 * 480 * 4;
  collect();
  const before = process.memoryUsage().arrayBuffers;
  for (let nth = 0; nth < 20; nth += 1) {
    new Uint8ClampedArray(picture).fill(nth);
    collect();
    await turn();
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5 * picture);
});
