import { HardwareFault, type Relay } from "../../device/device.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import type { Pins } from "../drivers/driver.ts";
import { becomesReady, GUARD_MS } from "../readiness/preflight.ts";
import { type AtHand, say, thingOf, withDevices } from "./at-hand.ts";
import { typedLine } from "./typed.ts";

const USUAL_MS = 500;
/** A product's pulse is no longer; the relay's own bound may be shorter. */
const LONGEST_MS = 10_000;

/** What somebody types next; nothing at the end of what can be read. */
export type Typed = () => Promise<string>;

/** Closes one relay's contact once, for `--ms`, when its name was typed again or `--yes` was said. */
export const pulseTestWith =
  (typed: Typed, patienceMs = GUARD_MS): Command =>
  async (asked) => {
    const ms = lengthAsked(asked);
    if (ms === undefined)
      return say(asked, `--ms "${asked.options["ms"]}" is no length from 1 to ${LONGEST_MS}`, MISUSED);
    return withDevices(asked, async (at) => {
      const pins = thingOf(asked, "pins", at.parts.pins);
      const relay = pins && relayNamed(asked, pins);
      if (relay === undefined) return FAILED;
      if (!(await becomesReady(relay, at.clock, patienceMs)))
        return say(asked, `${asked.argument} is not ready: see doctor`, FAILED);
      if (!(await isMeant(asked, ms, typed))) return say(asked, "nothing was done", FAILED);
      return pulse(asked, at, relay, ms);
    });
  };

export const pulseTest = pulseTestWith(typedLine);

async function pulse(asked: Asked, { clock }: AtHand, relay: Relay, ms: number): Promise<number> {
  const from = clock.now().ms;
  try {
    await relay.pulse(ms, "pulse-test");
    return say(
      asked,
      `${asked.argument} was closed for ${ms} ms, and is open again (${clock.now().ms - from} ms in all)`,
      0,
    );
  } catch (error) {
    if (error instanceof HardwareFault) return say(asked, error.message, FAILED);
    throw error;
  }
}

function lengthAsked({ options: { ms } }: Asked): number | undefined {
  if (ms === undefined) return USUAL_MS;
  return /^[1-9]\d{0,4}$/.test(ms) && Number(ms) <= LONGEST_MS ? Number(ms) : undefined;
}

function relayNamed(asked: Asked, pins: Pins): Relay | undefined {
  try {
    return pins.relay(asked.argument);
  } catch (error) {
    if (!(error instanceof HardwareFault)) throw error;
    asked.say(error.message);
    return undefined;
  }
}

/** Something will move, open or fall out. */
async function isMeant(asked: Asked, ms: number, typed: Typed): Promise<boolean> {
  if (asked.flags.has("yes")) return true;
  asked.say(`${asked.argument} will be closed for ${ms} ms: what it moves, moves. Type its name to go on.`);
  return (await typed()).trim() === asked.argument;
}
