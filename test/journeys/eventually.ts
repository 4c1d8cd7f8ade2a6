import { steadyClock } from "../../host/clock.ts";
import { pause } from "../support/until.ts";

const clock = steadyClock("eventually");
const LOOK_MS = 10;

/** Looks until `look` answers something other than false or undefined, and returns it; throws, naming `what`, when it does not in time. */
export async function eventually<Found>(
  what: string,
  look: () => Found | false | undefined | Promise<Found | false | undefined>,
  withinMs = 30_000,
): Promise<Found> {
  const begun = clock.now().ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (clock.now().ms - begun > withinMs) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await pause(LOOK_MS);
  }
}
