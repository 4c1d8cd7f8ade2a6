import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type GatewayConfig, gatewayConfig } from "../../gateway/config.ts";
import { type Devices, openDevices } from "../../gateway/devices.ts";
import { readBootId, steadyClock } from "../../host/clock.ts";
import { readConfig } from "../../host/config.ts";
import { silentLog } from "../../host/log.ts";
import { type Check, equal } from "./check.ts";

/** The sample configurations on real lines, buses and a framebuffer, with nothing at the far ends. */

const FOLDER = "docs/samples";
/** The relays' guard is a process, and the machine is slow. */
const GUARD_MS = 20_000;

const named = z.array(z.object({ name: z.string() }));
const pinned = z.object({ relays: named, inputs: named });

/** `folder`: where the samples lie, from where the machine runs its job. */
export const sampleChecks = (folder = FOLDER): readonly Check[] =>
  readdirSync(folder).map((file) => ({
    name: `sample ${file}: its screen and lines are had, its relays ready, and only a door without a wire is active`,
    run: async () => {
      const config = configurationIn(join(folder, file));
      const bench = { clock: steadyClock(readBootId()), log: silentLog, simulatedAddress: undefined };
      const devices = await openDevices(config, bench);
      try {
        await look(devices, config);
      } finally {
        await devices.close();
      }
    },
  }));

function configurationIn(file: string): GatewayConfig {
  const read = readConfig(readFileSync(file, "utf8"), gatewayConfig);
  if (read.is === "good") return read.config;
  throw new Error(JSON.stringify(read.errors));
}

async function look(devices: Devices, { pins, screen, interlocks = [] }: GatewayConfig): Promise<void> {
  const { relays, inputs } = pinned.parse(pins);
  equal(devices.screen !== undefined, screen.driver !== "none", "a screen");
  for (const { name } of relays) equal(await isReady(devices, name), true, `${name} is ready`);
  for (const { name } of inputs) {
    const isDoor = interlocks.some(({ input }) => input === name);
    equal(await devices.input(name).isActive(), isDoor, `${name} is active`);
  }
}

async function isReady(devices: Devices, name: string): Promise<boolean | undefined> {
  const end = performance.now() + GUARD_MS;
  for (;;) {
    const ready = await devices.relayOf(name)?.ready();
    if (ready === true || performance.now() > end) return ready;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
