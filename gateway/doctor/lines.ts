import type { Input } from "../../device/device.ts";
import type { Pins } from "../drivers/driver.ts";
import { becomesReady } from "../readiness/preflight.ts";
import { handlesOf } from "../trade/trade-of.ts";
import { type Check, configuredCheck, type Ruling, type Seen } from "./check.ts";
import type { Opened } from "./hardware.ts";
import { CLOSED, HELD, mineIn } from "./own.ts";

/** What hangs on lines: relays, buttons, sensors and switches. */

/** How every check of lines may end before it has looked at one. */
const LINES = {
  held: HELD,
  closed: CLOSED,
  failed: {
    verdict: "wrong",
    means: "The lines cannot be had.",
    todo: "see what was found, and the checks `gpio` and `devices`",
  },
} as const satisfies Readonly<Record<string, Ruling>>;

/** The same of lines that are only read. */
const INPUTS = {
  ok: { verdict: "ok", means: "They are." },
  none: { verdict: "skipped", means: "The configuration names none." },
  ...LINES,
} as const satisfies Readonly<Record<string, Ruling>>;

const relays = configuredCheck({
  name: "relays",
  asks: "Is every relay that lets something out ready?",
  outcomes: {
    ok: { verdict: "ok", means: "Their guard holds the lines; contacts are open. pulse-test closes one." },
    none: { verdict: "skipped", means: "No product names a relay: a controller lets the goods out." },
    ...LINES,
    missing: {
      verdict: "wrong",
      means: "A product names a relay that is not under [pins].",
      todo: "add it to [[pins.relays]], or correct the product's line",
    },
    "not-ready": {
      verdict: "wrong",
      means: "A contact cannot be closed: its line is somebody else's, or the guard does not come up.",
      todo: "see what was found; `gpioinfo` tells who holds a line",
    },
  },
  patienceMs: 20_000,
  look: async ({ config, hardware }, { machine }) => {
    const opened = await hardware.open();
    const lines = [...new Set(config.products.map(({ line }) => line))];
    const pins = pinsOf(opened);
    if (!("pins" in pins)) return pins;
    if (lines.length === 0) return { as: "none", found: "no product has a relay" };
    const named = lines.map((line) => ({ line, relay: orNothing(() => pins.pins.relay(line)) }));
    const missing = named.filter(({ relay }) => relay === undefined).map(({ line }) => line);
    if (missing.length > 0) return { as: "missing", found: `no relay is called ${missing.join(", ")}` };
    const ready = await Promise.all(named.map(({ relay }) => becomesReady(relay, machine.clock)));
    const not = lines.filter((_, nth) => ready[nth] === false);
    if (not.length === 0) return { as: "ok", found: lines.join(", ") };
    return { as: "not-ready", found: [not.join(", "), ...pins.complaints].join("; ") };
  },
});

const inputs = configuredCheck({
  name: "inputs",
  asks: "Are buttons and sensors there, and at rest?",
  outcomes: {
    ...INPUTS,
    missing: {
      verdict: "wrong",
      means: "A button or sensor is named that is not under [pins].",
      todo: "add it to [[pins.inputs]], or correct its name",
    },
    active: {
      verdict: "warning",
      means:
        "A button is down or a sensor sees something, though nobody touches them: wired or set the wrong way round, or stuck.",
      todo: "check active_low and bias under [[pins.inputs]], and the wire",
    },
  },
  look: async ({ config, hardware }) => {
    const names = handlesOf(config);
    if (names.length === 0) return { as: "none", found: "no button is configured" };
    return inputsSeen(names, await hardware.open());
  },
});

const interlocks = configuredCheck({
  name: "interlocks",
  asks: "Are the switches of doors and the like there, and at rest?",
  outcomes: {
    ...INPUTS,
    missing: {
      verdict: "wrong",
      means: "A switch is named that is not under [pins].",
      todo: "add it to [[pins.inputs]], or correct its name under [[interlocks]]",
    },
    active: {
      verdict: "warning",
      means: "The stand would be out of service: a door is open, it is tilted, or a wire is broken.",
      todo: "close the door; if it is closed, check the wire, active_low and bias under [[pins.inputs]]",
    },
  },
  look: async ({ config, hardware }) => {
    const named = config.interlocks ?? [];
    if (named.length === 0) return { as: "none", found: "no interlock is configured" };
    return inputsSeen(
      named.map(({ input }) => input),
      await hardware.open(),
    );
  },
});

export const lineChecks: readonly Check[] = [relays, inputs, interlocks];

type InputsSeen = Seen<"ok" | "missing" | "active" | "held" | "closed" | "failed">;

async function inputsSeen(names: readonly string[], opened: Opened): Promise<InputsSeen> {
  const pins = pinsOf(opened);
  if (!("pins" in pins)) return pins;
  const inputs = names.map((name) => ({ name, input: orNothing(() => pins.pins.input(name)) }));
  const missing = inputs.filter(({ input }) => input === undefined).map(({ name }) => name);
  if (missing.length > 0) return { as: "missing", found: `no input is called ${missing.join(", ")}` };
  const levels = await Promise.all(inputs.map(({ input }) => isActive(input)));
  const active = names.filter((_, nth) => levels[nth]);
  return active.length > 0
    ? { as: "active", found: `active: ${active.join(", ")}` }
    : { as: "ok", found: names.join(", ") };
}

const isActive = async (input: Input | undefined): Promise<boolean> => (await input?.isActive()) ?? false;

type PinsSeen = { readonly pins: Pins; readonly complaints: readonly string[] };

function pinsOf(opened: Opened): PinsSeen | Seen<"held" | "closed" | "failed"> {
  const mine = mineIn(opened);
  if ("as" in mine) return mine;
  const { pins } = mine.parts;
  if (pins.is === "failed") return { as: "failed", found: pins.because };
  return { pins: pins.thing, complaints: mine.complaints };
}

function orNothing<Thing>(make: () => Thing): Thing | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
