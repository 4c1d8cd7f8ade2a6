import { expect, test } from "vitest";
import { type Delivery, Notifier } from "../../../sandbox/midtrans/notifier.ts";
import { type Answered, pauseBefore, repeatsAfter } from "../../../sandbox/midtrans/retries.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const MINUTE = 60_000;

test.each([
  [200, 0],
  [201, 0],
  [204, 0],
  [301, 0],
  [302, 0],
  [303, 0],
  [304, 5],
  [307, 5],
  [308, 5],
  [400, 2],
  [401, 5],
  [404, 2],
  [422, 5],
  [500, 1],
  [501, 5],
  [502, 5],
  [503, 4],
  [504, 5],
  ["unreachable", 5],
] as const)("an answer of %s allows %i repeats", (answered, repeats) => {
  expect(repeatsAfter(answered)).toBe(repeats);
});

test.each([
  [1, 2],
  [2, 10],
  [3, 30],
  [4, 90],
  [5, 210],
])("before repeat %i lie about %i minutes, a quarter to five quarters of it", (tries, minutes) => {
  expect(pauseBefore(tries, "unreachable", () => 0)).toBe(minutes * MINUTE * 0.25);
  expect(pauseBefore(tries, "unreachable", () => 0.75)).toBe(minutes * MINUTE);
  expect(pauseBefore(tries, "unreachable", () => 0.999)).toBeLessThan(minutes * MINUTE * 1.25);
});

test("there is no sixth repeat", () => {
  expect(pauseBefore(6, "unreachable", () => 0)).toBeUndefined();
});

/** Answers in this order, the last one for ever; times of the tries in minutes. */
async function run(answers: readonly (Answered | "refused")[], speed = 1) {
  const clock = new VirtualClock();
  const triedAt: number[] = [];
  const deliveries: Delivery[] = [];
  const post = async () => {
    triedAt.push(clock.now().ms / MINUTE);
    return answers[Math.min(triedAt.length, answers.length) - 1] ?? "unreachable";
  };
  const hear = (delivery: Delivery) => deliveries.push(delivery);
  const notifier = new Notifier({ clock, random: () => 0.75, speed, post, hear });
  await notifier.send("http://127.0.0.1/hook", { order: "a", standing: "settlement" }, { a: 1 });
  await clock.advance(400 * MINUTE);
  return { triedAt, state: deliveries.at(-1)?.state, pending: clock.pending, notifier };
}

test.each([
  ["good at once", [200], [0], "delivered"],
  ["good in the end", [503, "unreachable", 200], [0, 2, 12], "delivered"],
  ["never reached", ["unreachable"], [0, 2, 12, 42, 132, 342], "given-up"],
  ["always 503", [503], [0, 2, 12, 42, 132], "given-up"],
  ["always 404", [404], [0, 2, 12], "given-up"],
  ["always 500", [500], [0, 2], "given-up"],
  ["a redirect that is not followed", [302], [0], "given-up"],
  ["503 twice, then 500: its one repeat is used up", [503, 503, 500], [0, 2, 12], "given-up"],
  ["an address that may not be called", ["refused"], [0], "refused"],
] as const)("%s: tried at these minutes", async (_what, answers, minutes, state) => {
  const { triedAt, state: last, pending } = await run(answers);
  expect(triedAt).toEqual(minutes);
  expect(last).toBe(state);
  expect(pending).toBe(0);
});

test("the speed divides the pauses", async () => {
  expect((await run(["unreachable"], 60)).triedAt.map((minute) => minute * 60)).toEqual([0, 2, 12, 42, 132, 342]);
});

test("closing ends the repeats", async () => {
  const clock = new VirtualClock();
  let tries = 0;
  const post = async () => {
    tries += 1;
    return 503;
  };
  const notifier = new Notifier({ clock, random: () => 0.75, speed: 1, post, hear: () => undefined });
  await notifier.send("http://127.0.0.1/", { order: "a", standing: "pending" }, {});
  notifier.close();
  await clock.advance(400 * MINUTE);
  expect(tries).toBe(1);
});

test("what has to be repeated is not forgotten for thousands that were taken at once", async () => {
  const clock = new VirtualClock();
  let isAway = true;
  const taken: string[] = [];
  const post = async (url: string): Promise<Answered> => {
    if (isAway) return 503;
    taken.push(url);
    return 200;
  };
  const notifier = new Notifier({ clock, random: () => 0.75, speed: 1, post, hear: () => undefined });
  await notifier.send("http://127.0.0.1/first", { order: "first", standing: "settlement" }, { a: 1 });
  isAway = false;
  for (let nth = 0; nth < 5_001; nth += 1)
    await notifier.send("http://127.0.0.1/later", { order: "later", standing: "pending" }, { a: 1 });
  expect(notifier.deliveries()).toHaveLength(5_000);
  await clock.advance(10 * MINUTE);
  expect(taken.at(-1)).toBe("http://127.0.0.1/first");
  notifier.close();
});
