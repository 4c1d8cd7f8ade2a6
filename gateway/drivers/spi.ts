import { z } from "zod";
import type { Lines, OutputLine } from "../../device/pins/lines.ts";
import type { Wires } from "../../device/screens/wires.ts";

/** What all screens on SPI have in common: the bus, and lines of the header. */

export const line = z.int().min(0).max(1_023);

export const spiOptions = {
  path: z
    .string()
    .regex(/^\/dev\/spidev\d+\.\d+$/, "must be an SPI device, such as /dev/spidev0.0")
    .default("/dev/spidev0.0")
    .describe("The bus and its chip select."),
  mode: z.literal([0, 3]).default(0).describe("The bus's mode; 3 for panels without a chip select."),
  dc_line: line.describe("The line at D/C, by its BCM number.").meta({ example: 25 }),
  rotation: z.literal([0, 90, 180, 270]).default(0).describe("How far the picture is turned clockwise."),
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

export type SpiGiven = z.output<z.ZodObject<typeof spiOptions>>;

export type Output = (line: number, activeLow: boolean) => OutputLine;

/** Opens the bus, D/C, and what `others` takes beside it. What was open already is given back when one cannot be had. */
export async function wiring<Others extends object>(
  given: SpiGiven,
  hz: number,
  others: (output: Output, lines: Lines) => Others,
): Promise<Pick<Wires, "bus" | "dc"> & Others> {
  const [{ openLines }, { HEADER_CHIPS }, { openSpi }] = await Promise.all([
    import("../lines.ts"),
    import("../../device/pins/chips.ts"),
    import("../../device/screens/spi.ts"),
  ]);
  const bus = await openSpi({ path: given.path, hz, mode: given.mode });
  let lines: Lines | undefined;
  try {
    const taken = openLines(given.way, given.chip === undefined ? HEADER_CHIPS : [given.chip]);
    lines = taken;
    const output: Output = (line, activeLow) => taken.output({ line, activeLow });
    const close = (): Promise<void> => bus.close().finally(() => taken.close());
    return { dc: output(given.dc_line, false), ...others(output, taken), bus: { ...bus, close } };
  } catch (error) {
    lines?.close();
    await bus.close();
    throw error;
  }
}
