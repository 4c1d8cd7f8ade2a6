import { setImmediate as turn } from "node:timers/promises";
import type { Relay, Screen } from "../../device/device.ts";
import { within } from "../../host/within.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Drawing } from "../drawing.ts";
import { isReady } from "../readiness/preflight.ts";
import type { Readiness } from "../readiness/readiness.ts";
import type { Display } from "../screen/display.ts";
import { pagesOf } from "../screen/pages.ts";
import type { View } from "../screen/view.ts";
import type { Trade } from "./trade.ts";

export type Trying = {
  readonly trade: Trade;
  readonly view: View;
  readonly display: Pick<Display, "settled" | "failure"> | undefined;
  readonly readiness: Pick<Readiness, "menuChanged">;
  readonly screen: Screen | undefined;
  relayOf(line: string): Relay | undefined;
  readonly draw: Drawing["page"];
  readonly clock: Clock;
};

/** Electronic paper takes its time; a screen that is later still is looked after by the display. */
const PICTURE_MS = 40_000;

/**
 * Whether a stand that has just taken this up can sell by it: every line has a relay that is ready, and every page between
 * orders can be drawn. Resolves to why not, in words. What is wrong with the hardware alone is not held against it.
 */
export async function tryTrade(trying: Trying): Promise<string | undefined> {
  const because = (await deadLine(trying)) ?? (await undrawable(trying));
  if (because !== undefined) return because;
  await trying.readiness.menuChanged();
  await within(trying.clock, PICTURE_MS, trying.display?.settled() ?? Promise.resolve(), undefined);
  return undefined;
}

/** Where all are dead the fault lies elsewhere. */
async function deadLine({ trade, relayOf, clock }: Trying): Promise<string | undefined> {
  const lines = [...new Set(trade.menu.map(({ opening }) => opening.line))];
  const unknown = lines.find((line) => relayOf(line) === undefined);
  if (unknown !== undefined) return `"${unknown}" is no relay of this stand`;
  const ready = await Promise.all(lines.map((line) => isReady(relayOf(line), clock)));
  if (!ready.includes(true)) return undefined;
  const dead = lines.find((_, nth) => ready[nth] === false);
  return dead === undefined ? undefined : `the relay "${dead}" is not ready`;
}

async function undrawable({ view, screen, draw }: Trying): Promise<string | undefined> {
  if (screen === undefined) return undefined;
  const { width, height } = screen;
  for (const page of pagesOf(view)) {
    await turn();
    try {
      draw(page, { width, height });
    } catch (error) {
      return `a page cannot be drawn: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200);
    }
  }
  return undefined;
}
