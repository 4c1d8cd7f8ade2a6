import { readBootId, steadyClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG, explainErrors } from "../../host/config.ts";
import { type Asked, FAILED } from "../../host/program.ts";
import type { Clock } from "../../protocol/time.ts";
import type { GatewayConfig } from "../config.ts";
import type { Part, Parts } from "../devices.ts";
import { ownHardware } from "../doctor/hardware.ts";
import { readGatewayConfig } from "../read-config.ts";

export type AtHand = { readonly config: GatewayConfig; readonly parts: Parts; readonly clock: Clock };

/** Does `work` with the stand's devices, which the daemon must not have: it is said so, and nothing is touched. */
export async function withDevices(asked: Asked, work: (at: AtHand) => Promise<number>): Promise<number> {
  const read = readGatewayConfig(asked.config);
  if (read.is === "bad") return say(asked, explainErrors(asked.config, read.errors), EXIT_BAD_CONFIG);
  const clock = steadyClock(readBootId());
  const hardware = ownHardware(read.config, clock);
  try {
    const opened = await hardware.open();
    if (opened.is === "failed") return say(asked, opened.because, FAILED);
    if (opened.is === "held")
      return say(
        asked,
        "the daemon is running and has the devices: systemctl stop qris-gateway, and start it afterwards",
        FAILED,
      );
    return await work({ config: read.config, parts: opened.parts, clock });
  } finally {
    await hardware.close();
  }
}

/** The thing itself, or nothing after it was said why. */
export function thingOf<Thing>(asked: Asked, name: string, part: Part<Thing | undefined>): Thing | undefined {
  if (part.is === "failed") asked.say(`the ${name} cannot be opened: ${part.because}`);
  else if (part.thing === undefined) asked.say(`this stand has no ${name}: [${name}] in the configuration says so`);
  return part.is === "open" ? part.thing : undefined;
}

export function say(asked: Asked, line: string, code: number): number {
  asked.say(line);
  return code;
}
