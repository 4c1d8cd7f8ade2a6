import { z } from "zod";
import { PAPERS, type Paper, type PaperName } from "../../device/screens/papers.ts";
import { driver, type ScreenDriver } from "./driver.ts";
import { line, spiOptions, wiring } from "./spi.ts";

/** Electronic paper: shows its picture without power, and needs a second for a new one. */

const names = Object.keys(PAPERS) as [PaperName, ...PaperName[]];

const options = {
  model: z
    .enum(names)
    .describe(
      "Controller and paper: 4.2 inches, black and white. Waveshare's version 2 is an SSD1683, its version 1 a UC8176.",
    )
    .meta({ example: "ssd1683-400x300" }),
  ...spiOptions,
  reset_line: line.describe("The line at RESET.").meta({ example: 17 }),
  busy_line: line.describe("The line at BUSY.").meta({ example: 24 }),
  hz: z
    .int()
    .min(100_000)
    .max(20_000_000)
    .optional()
    .describe("The bus's clock; slower for long wires. Default: what the model bears.")
    .meta({ example: 2_000_000 }),
  quick_in_a_row: z
    .int()
    .min(0)
    .max(100)
    .default(8)
    .describe("So many pictures are changed quickly; the next flickers, and clears what is left of the old ones."),
};

export const paperScreen: ScreenDriver = driver("e-paper", options, async (given, { clock }) => {
  const { openPaper } = await import("../../device/screens/e-paper.ts");
  const paper: Paper = PAPERS[given.model];
  const activeLow = paper.busyIs === "low";
  const wires = await wiring(given, given.hz ?? paper.hz, (output, lines) => ({
    reset: output(given.reset_line, true),
    busy: lines.input({ line: given.busy_line, activeLow, bias: "as-is", debounceMs: 0 }),
  }));
  return openPaper({ paper, rotation: given.rotation, clock, quickInARow: given.quick_in_a_row }, wires);
});
