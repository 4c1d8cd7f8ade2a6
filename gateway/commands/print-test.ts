import { writeFileSync } from "node:fs";
import type { Printer } from "../../device/device.ts";
import { stripPng } from "../../device/drawing/canvas.ts";
import { drawTestStrip } from "../../device/drawing/test-strip.ts";
import { type Asked, type Command, FAILED } from "../../host/program.ts";
import { readVersion } from "../../host/version.ts";
import { wallText } from "../../protocol/wall-text.ts";
import { conditionOf } from "../readiness/preflight.ts";
import { type AtHand, thingOf, withDevices } from "./at-hand.ts";

/** Prints the test strip, or writes it into `--png FILE`. Says how the printer is before and after. */
export const printTest: Command = (asked) =>
  withDevices(asked, async (at) => {
    const printer = thingOf(asked, "printer", at.parts.printer);
    if (printer === undefined) return FAILED;
    const before = await conditionOf(printer, at.clock);
    asked.say(`before: ${before}`);
    const strip = drawTestStrip({ dots: printer.dots, lines: linesOf(at, printer, before) });
    const { png } = asked.options;
    if (png !== undefined) return written(asked, png, stripPng(strip));
    const printed = await printer.print(strip);
    asked.say(`${printed}; after: ${await conditionOf(printer, at.clock)}`);
    return printed === "printed" ? 0 : FAILED;
  });

const linesOf = ({ config, clock }: AtHand, printer: Printer, condition: string): readonly string[] => [
  `${config.stand.id} · ${config.stand.name}`,
  wallText(clock.wall(), config.stand.zone) ?? "the clock is not set",
  `printer: ${condition}, ${printer.dots} dots, driver ${config.printer.driver}`,
  `version ${readVersion()}`,
];

/** Never over a file that is there. */
export function written(asked: Asked, file: string, bytes: Uint8Array): number {
  try {
    writeFileSync(file, bytes, { flag: "wx" });
    asked.say(`${file} is written`);
    return 0;
  } catch (error) {
    asked.say(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    return FAILED;
  }
}
