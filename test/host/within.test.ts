import { expect, test } from "vitest";
import { answerOr, within } from "../../host/within.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const never = new Promise<string>(() => undefined);

test("what does not end in its time is late, and no sooner", async () => {
  const clock = new VirtualClock();
  let said: string | undefined;
  const asked = within(clock, 1_000, never, "late").then((answer) => {
    said = answer;
  });
  await clock.advance(999);
  expect(said).toBeUndefined();
  await clock.advance(1);
  await asked;
  expect(said).toBe("late");
});

test("what ends in its time says what it has to say, good or bad, and leaves no timer behind", async () => {
  const clock = new VirtualClock();
  expect(await within(clock, 1_000, Promise.resolve("done"), "late")).toBe("done");
  await expect(within(clock, 1_000, Promise.reject(new Error("broken")), "late")).rejects.toThrow("broken");
  expect(clock.pending).toBe(0);
});

test("a device that fails, and one that is silent, are answered for alike", async () => {
  const clock = new VirtualClock();
  expect(await answerOr(clock, Promise.reject(new Error("unplugged")), "unknown")).toBe("unknown");
  const asked = answerOr(clock, never, "unknown");
  await clock.advance(3_000);
  expect(await asked).toBe("unknown");
});
