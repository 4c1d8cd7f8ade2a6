import { steadyClock } from "../../host/clock.ts";

const clock = steadyClock("until");

/** Real milliseconds. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

/** Waits until `condition` holds; throws, naming `what`, when it does not within `withinMs`. */
export async function until(what: string, condition: () => boolean, withinMs = 10_000): Promise<void> {
  const begun = clock.now().ms;
  while (!condition()) {
    if (clock.now().ms - begun > withinMs) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await pause(2);
  }
}
