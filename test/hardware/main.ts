import { parseArgs } from "node:util";
import type { Check } from "./check.ts";
import type { Size } from "./screens/framebuffer.ts";

const small: Size = { width: 480, height: 320, bits: [8, 8, 8] };

/** Inside the virtual machine: `main.js [--outside FOLDER] PART…`. Each check says how it went as one JSON line. */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { outside: { type: "string" } } });
const { outside = "" } = values;

/** Loaded when asked for: the machine is slow. */
const parts: Readonly<Record<string, () => Promise<readonly Check[]>>> = {
  "character-device": () => pinChecks("character-device"),
  sysfs: async () => [...(await pinChecks("sysfs")), (await import("./pins/resistors.ts")).resistorCheck],
  auto: async () => (await import("./pins/lines.ts")).autoChecks(),
  "screen-480x320": async () => {
    const { framebufferChecks, standingCodeCheck } = await import("./screens/framebuffer.ts");
    return [...framebufferChecks(small), standingCodeCheck(small)];
  },
  "screen-800x480-16": async () =>
    (await import("./screens/framebuffer.ts")).framebufferChecks({ width: 800, height: 480, bits: [5, 6, 5] }),
  "spi-panel": async () => (await import("./screens/panel.ts")).panelChecks(),
  samples: async () => (await import("./samples.ts")).sampleChecks(),
  sale: async () => {
    const { saleChecks, pulseCheck } = await import("./sale/selling.ts");
    return [...saleChecks(outside), pulseCheck];
  },
  "killed-in-mid-pulse": async () => (await import("./sale/killing.ts")).killChecks(outside),
  doctor: async () => (await import("./doctor/examining.ts")).doctorChecks(),
  printers: async () => {
    const { printerChecks } = await import("./printers/printing.ts");
    return [...printerChecks("usb"), ...printerChecks("serial")];
  },
};

async function pinChecks(way: "character-device" | "sysfs"): Promise<readonly Check[]> {
  const { linesChecks } = await import("./pins/lines.ts");
  const { relayChecks } = await import("./pins/relays.ts");
  const { unguardedChecks } = await import("./pins/unguarded.ts");
  return [...linesChecks(way), ...relayChecks(way), ...unguardedChecks(way)];
}

for (const part of positionals) {
  const checks = parts[part];
  if (checks === undefined) throw new Error(`there is no part "${part}": ${Object.keys(parts).join(", ")}`);
  for (const { name, run } of await checks()) {
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
