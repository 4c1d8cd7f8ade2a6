import { z } from "zod";
import { driver, type ScreenDriver } from "./driver.ts";
import { line, spiOptions, wiring } from "./spi.ts";

/** Electronic paper: shows its picture without power, and needs a second for a new one. */

const options = {
  model: z.literal("ssd1683-400x300").describe("Controller and paper: 4.2 inches, black and white."),
  ...spiOptions,
  reset_line: line.describe("The line at RESET.").meta({ example: 17 }),
  busy_line: line.describe("The line at BUSY.").meta({ example: 24 }),
  hz: z.int().min(100_000).max(20_000_000).default(10_000_000).describe("The bus's clock; slower for long wires."),
  quick_in_a_row: z
    .int()
    .min(0)
    .max(100)
    .default(8)
    .describe("So many pictures are changed quickly; the next flickers, and clears what is left of the old ones."),
};

export const paperScreen: ScreenDriver = driver("e-paper", options, async (given, { clock }) => {
  const { openPaper } = await import("../../device/screens/e-paper.ts");
  const wires = await wiring(given, given.hz, (output, lines) => ({
    reset: output(given.reset_line, true),
    busy: lines.input({ line: given.busy_line, activeLow: false, bias: "as-is", debounceMs: 0 }),
  }));
  return openPaper({ rotation: given.rotation, clock, quickInARow: given.quick_in_a_row }, wires);
});
