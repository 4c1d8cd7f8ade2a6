import { expect, test } from "vitest";
import { Seldom } from "../../host/seldom.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

test("what happens a thousand times is told once a minute, with how often it was not told", async () => {
  const clock = new VirtualClock();
  const said: unknown[] = [];
  const seldom = new Seldom({ clock, log: { warn: (what, facts) => void said.push([what, facts]) } });
  for (let nth = 0; nth < 1_000; nth += 1) seldom.warn("dropped", { nth });
  seldom.warn("refused");
  expect(said).toEqual([
    ["dropped", { nth: 0 }],
    ["refused", {}],
  ]);
  await clock.advance(60_000);
  seldom.warn("dropped", { nth: 1_000 });
  seldom.warn("refused");
  expect(said.slice(2)).toEqual([
    ["dropped", { nth: 1_000, unsaid: 999 }],
    ["refused", {}],
  ]);
});
