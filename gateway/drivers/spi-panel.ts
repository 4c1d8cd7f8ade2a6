import { z } from "zod";
import { HardwareFault } from "../../device/device.ts";
import type { Lines, OutputLine } from "../../device/pins/lines.ts";
import { PANELS, type Panel, type PanelName } from "../../device/screens/controllers.ts";
import type { Wires } from "../../device/screens/wires.ts";
import { type Bench, driver, type ScreenDriver } from "./driver.ts";

/** Panels that hang on SPI and on lines of the header, without a kernel driver of their own. */

const line = z.int().min(0).max(1_023);
const names = Object.keys(PANELS) as [PanelName, ...PanelName[]];

const options = {
  model: z
    .enum(names)
    .describe("Controller and glass. 16bit: boards with shift registers, as most that plug onto the header.")
    .meta({ example: "st7789-240x320" }),
  path: z
    .string()
    .regex(/^\/dev\/spidev\d+\.\d+$/, "must be an SPI device, such as /dev/spidev0.0")
    .default("/dev/spidev0.0")
    .describe("The bus and its chip select."),
  dc_line: line.describe("The line at D/C, by its BCM number.").meta({ example: 25 }),
  reset_line: line
    .optional()
    .describe("The line at RESET; without one the panel is reset by command.")
    .meta({ example: 24 }),
  backlight_line: line.optional().describe("The line at the light, high for on.").meta({ example: 18 }),
  rotation: z.literal([0, 90, 180, 270]).default(0).describe("How far the picture is turned clockwise."),
  hz: z
    .int()
    .min(100_000)
    .max(125_000_000)
    .optional()
    .describe("The bus's clock; slower for long wires. Default: what the model bears.")
    .meta({ example: 16_000_000 }),
  mode: z.literal([0, 3]).default(0).describe("The bus's mode; 3 for panels without a chip select."),
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
  way: z
    .enum(["auto", "character-device", "sysfs"])
    .default("auto")
    .describe("How lines are reached, as under [pins]."),
  chip: z
    .string()
    .min(1)
    .max(32)
    .optional()
    .describe("The chip's label, as under [pins].")
    .meta({ example: "pinctrl-bcm2711" }),
};

type Given = z.output<z.ZodObject<typeof options>>;

export const spiPanelScreen: ScreenDriver = driver("spi-panel", options, async (given, { clock }: Bench) => {
  const { openPanel } = await import("../../device/screens/panel.ts");
  const panel = panelOf(given);
  return openPanel({ panel, rotation: given.rotation, clock }, await wiresOf(given, panel));
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

async function wiresOf(given: Given, { hz }: Panel): Promise<Wires> {
  const [{ openLines }, { HEADER_CHIPS }, { openSpi }] = await Promise.all([
    import("../lines.ts"),
    import("../../device/pins/chips.ts"),
    import("../../device/screens/spi.ts"),
  ]);
  const bus = await openSpi({ path: given.path, hz, mode: given.mode });
  try {
    const lines = openLines(given.way, given.chip === undefined ? HEADER_CHIPS : [given.chip]);
    return { ...linesOf(lines, given), bus: { ...bus, close: () => bus.close().finally(() => lines.close()) } };
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/** When one cannot be had, those before it are given back. */
function linesOf(lines: Lines, given: Given): Omit<Wires, "bus"> {
  const output = (line: number, activeLow: boolean): OutputLine => lines.output({ line, activeLow });
  try {
    return {
      dc: output(given.dc_line, false),
      ...(given.reset_line === undefined ? {} : { reset: output(given.reset_line, true) }),
      ...(given.backlight_line === undefined ? {} : { backlight: output(given.backlight_line, false) }),
    };
  } catch (error) {
    lines.close();
    throw error;
  }
}
