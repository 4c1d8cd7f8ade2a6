import { expect, test } from "vitest";
import { Gathering } from "../../journal/postgres/gathering.ts";
import { pause } from "../../protocol/time.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function open(linger?: () => Promise<void>) {
  const works: { readonly items: readonly string[]; end(error?: Error): void }[] = [];
  const gathering = new Gathering<string>(
    (items) =>
      new Promise((resolve, reject) => {
        works.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
    linger,
  );
  return { works, gathering, gathered: () => works.map(({ items }) => items) };
}

test("what comes alone is worked on at once, what comes meanwhile all together afterwards", async () => {
  const { works, gathering, gathered } = open();
  const first = gathering.add("a");
  const others = [gathering.add("b"), gathering.add("c")];
  expect(gathered()).toEqual([["a"]]);
  works[0]?.end();
  await first;
  await Promise.resolve();
  expect(gathered()).toEqual([["a"], ["b", "c"]]);
  works[1]?.end();
  await Promise.all(others);
  const last = gathering.add("d");
  expect(gathered()).toEqual([["a"], ["b", "c"], ["d"]]);
  works[2]?.end();
  await last;
});

test("where more is waited for, what comes in that time is worked on together", async () => {
  const clock = new VirtualClock();
  const { works, gathering, gathered } = open(() => pause(clock, 100));
  const all = [gathering.add("a"), gathering.add("b")];
  await clock.advance(50);
  all.push(gathering.add("c"));
  expect(gathered()).toEqual([]);
  await clock.advance(50);
  expect(gathered()).toEqual([["a", "b", "c"]]);
  works[0]?.end();
  await Promise.all(all);
});

test("a work that fails is told to all that were in it, and to nobody else", async () => {
  const { works, gathering } = open();
  const first = gathering.add("a");
  const second = gathering.add("b");
  works[0]?.end(new Error("gone"));
  await expect(first).rejects.toThrow("gone");
  await Promise.resolve();
  works[1]?.end();
  await expect(second).resolves.toBeUndefined();
});
