import { expect, test } from "vitest";
import { Seldom } from "../../host/seldom.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** What is said, and a clock to say it by. */
function listening() {
  const clock = new VirtualClock();
  const said: (readonly [string, unknown])[] = [];
  const seldom = new Seldom({ clock, log: { warn: (what, facts) => void said.push([what, facts]) } });
  return { clock, said, seldom };
}

test("what happens a thousand times is told once a minute, with how often it was not told", async () => {
  const { clock, said, seldom } = listening();
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

test("one kind that happens all the time hides no other of its name", async () => {
  const { clock, said, seldom } = listening();
  const refused = (because: string): void => seldom.warn("refused", { because }, because);
  for (let nth = 0; nth < 1_000; nth += 1) refused("unsigned");
  refused("too long");
  refused("too long");
  await clock.advance(60_000);
  refused("unsigned");
  refused("too long");
  expect(said.map(([, facts]) => facts)).toEqual([
    { because: "unsigned" },
    { because: "too long" },
    { because: "unsigned", unsaid: 999 },
    { because: "too long", unsaid: 1 },
  ]);
});

test("of ever new kinds a hundred are told apart, and all others are one", async () => {
  const { clock, said, seldom } = listening();
  for (let nth = 0; nth < 1_000; nth += 1) seldom.warn("refused", { nth }, `kind ${nth}`);
  expect(said).toHaveLength(101);
  await clock.advance(60_000);
  seldom.warn("refused", {}, "yet another");
  expect(said.at(-1)).toEqual(["refused", { unsaid: 899 }]);
});

test("a flood that never ends is told every minute, each time with what it came to since", async () => {
  const { clock, said, seldom } = listening();
  for (let nth = 0; nth < 18; nth += 1) {
    seldom.warn("dropped");
    await clock.advance(10_000);
  }
  expect(said).toEqual([
    ["dropped", {}],
    ["dropped", { unsaid: 5 }],
    ["dropped", { unsaid: 5 }],
  ]);
});
