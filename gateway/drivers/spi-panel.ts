import { z } from "zod";
import { HardwareFault } from "../../device/device.ts";
import { PANELS, type Panel, type PanelName } from "../../device/screens/controllers.ts";
import { type Bench, driver, type ScreenDriver } from "./driver.ts";
import { line, spiOptions, wiring } from "./spi.ts";

/** Panels that hang on SPI and on lines of the header, without a kernel driver of their own. */

const names = Object.keys(PANELS) as [PanelName, ...PanelName[]];

const options = {
  model: z
    .enum(names)
    .describe("Controller and glass. 16bit: boards with shift registers, as most that plug onto the header.")
    .meta({ example: "st7789-240x320" }),
  ...spiOptions,
  reset_line: line
    .optional()
    .describe("The line at RESET; without one the panel is reset by command.")
    .meta({ example: 24 }),
  backlight_line: line.optional().describe("The line at the light, high for on.").meta({ example: 18 }),
  hz: z
    .int()
    .min(100_000)
    .max(125_000_000)
    .optional()
    .describe("The bus's clock; slower for long wires. Default: what the model bears.")
    .meta({ example: 16_000_000 }),
  least_module: z
    .literal([2, 3])
    .default(3)
    .describe("Fewest pixels a module of a QR code. 2 only where phones read the code of two in show-test.")
    .meta({ example: 2 }),
  inverted: z
    .boolean()
    .optional()
    .describe("Whether the glass wants its pixels inverted; wrong where black comes out white. Default: as the model.")
    .meta({ example: true }),
  bgr: z
    .boolean()
    .optional()
    .describe("Whether the glass has blue first; wrong where red comes out blue. Default: as the model.")
    .meta({ example: true }),
  left: z
    .int()
    .min(0)
    .max(319)
    .optional()
    .describe("Columns of memory before the glass begins; wrong where an edge shows noise. Default: as the model.")
    .meta({ example: 35 }),
  top: z
    .int()
    .min(0)
    .max(479)
    .optional()
    .describe("Rows of memory before the glass begins. Default: as the model.")
    .meta({ example: 20 }),
};

type Given = z.output<z.ZodObject<typeof options>>;

export const spiPanelScreen: ScreenDriver = driver("spi-panel", options, async (given, { clock }: Bench) => {
  const { openPanel } = await import("../../device/screens/panel.ts");
  const panel = panelOf(given);
  const wires = await wiring(given, panel.hz, (output) => ({
    ...(given.reset_line === undefined ? {} : { reset: output(given.reset_line, true) }),
    ...(given.backlight_line === undefined ? {} : { backlight: output(given.backlight_line, false) }),
  }));
  const screen = await openPanel({ panel, rotation: given.rotation, clock }, wires);
  return { ...screen, leastModule: given.least_module };
});

/** Throws `HardwareFault` for a glass that would lie beside the memory. */
function panelOf(given: Given): Panel {
  const usual: Panel = PANELS[given.model];
  const { width, height, memory } = usual;
  const { hz = usual.hz, inverted = usual.isInverted, bgr = usual.isBgr, left = usual.left, top = usual.top } = given;
  if (left + width > memory.columns || top + height > memory.rows) {
    throw new HardwareFault(
      `${given.model} begins at column ${left}, row ${top}: its memory leaves room for ` +
        `left = ${memory.columns - width} and top = ${memory.rows - height} at most`,
    );
  }
  return { ...usual, hz, isInverted: inverted, isBgr: bgr, left, top };
}
