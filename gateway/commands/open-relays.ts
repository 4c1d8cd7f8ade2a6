import { z } from "zod";
import { HardwareFault } from "../../device/device.ts";
import { HEADER_CHIPS } from "../../device/pins/chips.ts";
import type { Lines, OutputOptions } from "../../device/pins/lines.ts";
import { readBootId, steadyClock } from "../../host/clock.ts";
import { explainErrors, readConfigFile } from "../../host/config.ts";
import type { Command } from "../../host/program.ts";
import { type Clock, pause } from "../../protocol/time.ts";
import { openLines, type Way, ways } from "../lines.ts";

/** Of a configuration only what says where relays are: it may be unusable otherwise, and they shall be open all the same. */
const whereRelaysAre = z.looseObject({
  pins: z.looseObject({
    driver: z.string(),
    way: z.enum(ways).default("auto"),
    chip: z.string().optional(),
    relays: z
      .array(z.looseObject({ name: z.string(), line: z.int().min(0), active_low: z.boolean().default(false) }))
      .default([]),
  }),
});

export type Opening = {
  readonly clock: Clock;
  /** Throws `HardwareFault`. */
  openLines(way: Way, chips: readonly string[]): Lines;
  say(line: string): void;
};

/** Together, however many relays there are: whoever ends the daemon waits for this. */
const WITHIN_MS = 5_000;
/** The relays' guard may still hold a line, while it lets go of it. */
const AGAIN_MS = 100;

/** For when the daemon has ended, however that was: every relay's line gets the level that opens its contact. Always 0. */
export const openRelays: Command = async ({ config, say }) => {
  await openAll(config, { clock: steadyClock(readBootId()), openLines, say });
  return 0;
};

/** Says what it did not do. */
export async function openAll(file: string, opening: Opening): Promise<void> {
  const read = readConfigFile(file, whereRelaysAre);
  if (read.is === "bad") {
    opening.say(`no relay was opened: ${explainErrors(file, read.errors)}`);
    return;
  }
  const { driver, way, chip, relays } = read.config.pins;
  if (driver !== "gpio") return;
  const lines = () => opening.openLines(way, chip === undefined ? HEADER_CHIPS : [chip]);
  const untilMs = opening.clock.now().ms + WITHIN_MS;
  for (const { name, line, active_low: activeLow } of relays) {
    const failure = await opened({ line, activeLow }, lines, opening.clock, untilMs);
    if (failure !== undefined) opening.say(`${name} was not opened: ${failure}`);
  }
}

/** Resolves to why not. Tries again while there is time: what is not to be had now may be in a moment. */
async function opened(
  output: OutputOptions,
  lines: () => Lines,
  clock: Clock,
  untilMs: number,
): Promise<string | undefined> {
  for (;;) {
    const failure = openedNow(output, lines);
    if (failure === undefined || clock.now().ms >= untilMs) return failure;
    await pause(clock, AGAIN_MS);
  }
}

/** A line is inactive from the moment it is taken, so taking it is all. */
function openedNow(output: OutputOptions, open: () => Lines): string | undefined {
  let lines: Lines | undefined;
  try {
    lines = open();
    lines.output(output);
    return undefined;
  } catch (error) {
    return error instanceof HardwareFault ? error.message : String(error);
  } finally {
    lines?.close();
  }
}
