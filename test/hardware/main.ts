import { parseArgs } from "node:util";
import { HEADER_CHIPS } from "../../device/pins/chips.ts";
import { openLines } from "../../gateway/lines.ts";
import { type Check, equal } from "./check.ts";
import { doctorChecks } from "./doctor/examining.ts";
import { linesChecks } from "./pins/lines.ts";
import { relayChecks } from "./pins/relays.ts";
import { resistorCheck } from "./pins/resistors.ts";
import { unguardedChecks } from "./pins/unguarded.ts";
import { printerChecks } from "./printers/printing.ts";
import { killChecks } from "./sale/killing.ts";
import { pulseCheck, saleChecks } from "./sale/selling.ts";
import { sampleChecks } from "./samples.ts";
import { framebufferChecks, type Size, standingCodeCheck } from "./screens/framebuffer.ts";
import { panelChecks } from "./screens/panel.ts";

const small: Size = { width: 480, height: 320, bits: [8, 8, 8] };

/** Inside the virtual machine: `main.js [--outside FOLDER] PART…`. Each check says how it went as one JSON line. */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { outside: { type: "string" } } });
const { outside = "" } = values;

const parts: Readonly<Record<string, () => readonly Check[]>> = {
  "character-device": () => [
    ...linesChecks("character-device"),
    ...relayChecks("character-device"),
    ...unguardedChecks("character-device"),
  ],
  sysfs: () => [...linesChecks("sysfs"), ...relayChecks("sysfs"), ...unguardedChecks("sysfs"), resistorCheck],
  auto: () => autoChecks(),
  "screen-480x320": () => [...framebufferChecks(small), standingCodeCheck(small)],
  "screen-800x480-16": () => framebufferChecks({ width: 800, height: 480, bits: [5, 6, 5] }),
  "spi-panel": () => panelChecks(),
  samples: () => sampleChecks(),
  sale: () => [...saleChecks(outside), pulseCheck],
  "killed-in-mid-pulse": () => killChecks(outside),
  doctor: () => doctorChecks(),
  printers: () => [...printerChecks("usb"), ...printerChecks("serial")],
};

/** Where the kernel has no lines in sysfs, the character device is taken without being asked for. */
const autoChecks = (): readonly Check[] => [
  {
    name: "auto: takes the character device",
    run: async () => {
      const lines = openLines("auto", HEADER_CHIPS);
      lines.close();
      equal(lines.where.endsWith("character device"), true, lines.where);
    },
  },
  ...linesChecks("character-device"),
];

for (const part of positionals) {
  const checks = parts[part];
  if (checks === undefined) throw new Error(`there is no part "${part}": ${Object.keys(parts).join(", ")}`);
  for (const { name, run } of checks()) {
    const from = performance.now();
    const wrong = await run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    const ms = Math.round(performance.now() - from);
    process.stdout.write(`CHECK ${JSON.stringify({ part, name, ms, ...(wrong === undefined ? {} : { wrong }) })}\n`);
  }
}
process.exit(0);
