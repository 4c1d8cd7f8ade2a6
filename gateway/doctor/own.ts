import type { Input } from "../../device/device.ts";
import { PAPER_MODULE, QUIET_ZONE, SCREEN_MODULE } from "../../device/drawing/qr.ts";
import { QRIS_MODULES } from "../devices.ts";
import type { Pins } from "../drivers/driver.ts";
import { becomesReady, conditionOf, isPrintable } from "../readiness/preflight.ts";
import { handlesOf } from "../trade/trade-of.ts";
import { type Check, configuredCheck, type Ruling } from "./check.ts";
import type { Opened, Told } from "./hardware.ts";

/** The stand's own devices, through its own drivers, where its daemon does not have them. */

const HELD: Ruling = {
  verdict: "skipped",
  means: "The running daemon has it; to try it, stop the daemon: systemctl stop qris-gateway.",
};
const heldBy = { as: "held", found: "the running daemon has it" } as const;
const CLOSED: Ruling = {
  verdict: "wrong",
  means: "The devices could not be looked at.",
  todo: "run doctor as root",
};

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

const ACROSS = QRIS_MODULES + 2 * QUIET_ZONE;

export const screen = configuredCheck({
  name: "screen",
  asks: "Does the screen open, and is it large enough for a QR code that phones read?",
  outcomes: {
    ok: { verdict: "ok", means: "It does, and it is. show-test shows whether it is wired and set right." },
    none: { verdict: "skipped", means: "This stand has none." },
    held: HELD,
    closed: CLOSED,
    failed: { verdict: "wrong", means: "It does not open.", todo: "check driver and wiring; see the check `devices`" },
    "too-small": {
      verdict: "wrong",
      means: "A QRIS code has fewer pixels a module than phones read.",
      todo: "use a larger screen, or a printer",
    },
  },
  look: async ({ hardware }) => {
    const mine = mineIn(await hardware.open());
    if ("as" in mine) return mine;
    const { screen } = mine.parts;
    if (screen.is === "failed") return { as: "failed", found: screen.because };
    if (screen.thing === undefined) return { as: "none", found: "no screen is configured" };
    const { width, height, leastModule = SCREEN_MODULE } = screen.thing;
    const module = Math.floor(Math.min(width, height) / ACROSS);
    const found = `${width} × ${height}, a QRIS code has ${module} pixels a module`;
    return { as: module < leastModule ? "too-small" : "ok", found };
  },
});

const LOAD: Ruling = { verdict: "wrong", means: "There is no paper.", todo: "put a roll in" };

export const printer = configuredCheck({
  name: "printer",
  asks: "Is the printer ready?",
  outcomes: {
    ready: { verdict: "ok", means: "By its own word on paper, cover, head and knife. print-test shows how it prints." },
    none: { verdict: "skipped", means: "This stand has none." },
    held: { ...HELD, means: `${HELD.means} It has not noted yet how the printer is.` },
    closed: CLOSED,
    "no-driver": { verdict: "wrong", means: "Its driver does not open.", todo: "check [printer] in the configuration" },
    "paper-low": { verdict: "warning", means: "The roll is nearly at its end.", todo: "put a new roll in soon" },
    "no-paper": LOAD,
    "cover-open": { verdict: "wrong", means: "Its cover is open.", todo: "close it" },
    offline: {
      verdict: "wrong",
      means: "It is not reached, or has switched itself off line.",
      todo: "is it on, and plugged in? See the check `devices`",
    },
    overheated: { verdict: "warning", means: "Its head cools down.", todo: "wait; give it air" },
    unknown: {
      verdict: "wrong",
      means: "It does not answer what condition it is in. The stand takes that for not ready.",
      todo: "check port, baud rate and flow control; does it know ESC/POS status (DLE EOT)?",
    },
    narrow: {
      verdict: "wrong",
      means: "A QRIS code has less than four dots a module: phones do not read it.",
      todo: "use wider paper; check paper and dots under [printer]",
    },
  },
  look: async ({ hardware }, { machine }) => {
    const opened = await hardware.open();
    if (opened.is === "held") return toldOfPrinter(opened.told);
    const mine = mineIn(opened);
    if ("as" in mine) return mine;
    const { printer } = mine.parts;
    if (printer.is === "failed") return { as: "no-driver", found: printer.because };
    if (printer.thing === undefined) return { as: "none", found: "no printer is configured" };
    const { dots } = printer.thing;
    const condition = await conditionOf(printer.thing, machine.clock);
    const found = [
      `${condition}, ${dots} dots across`,
      ...mine.complaints.filter((each) => each.includes("printer")),
    ].join("; ");
    return { as: isPrintable(condition) && Math.floor(dots / ACROSS) < PAPER_MODULE ? "narrow" : condition, found };
  },
});

const CONDITIONS = ["ready", "paper-low", "no-paper", "cover-open", "offline", "overheated", "unknown"] as const;

function toldOfPrinter(told: Told | undefined) {
  const condition = CONDITIONS.find((each) => each === told?.printer);
  if (condition === undefined || told === undefined) return heldBy;
  return { as: condition, found: `${condition}, as the running daemon noted ${Math.round(told.ageMs / 1_000)} s ago` };
}

export const relays = configuredCheck({
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

type PinsSeen = { readonly pins: Pins; readonly complaints: readonly string[] };
type Unseen<As extends string> = { readonly as: As; readonly found: string };

function pinsOf(opened: Opened): PinsSeen | Unseen<"held" | "closed" | "failed"> {
  const mine = mineIn(opened);
  if ("as" in mine) return mine;
  const { pins } = mine.parts;
  if (pins.is === "failed") return { as: "failed", found: pins.because };
  return { pins: pins.thing, complaints: mine.complaints };
}

/** What was opened, or why nothing could be. */
function mineIn(opened: Opened): Extract<Opened, { is: "open" }> | Unseen<"held" | "closed"> {
  if (opened.is === "held") return heldBy;
  return opened.is === "failed" ? { as: "closed", found: opened.because } : opened;
}

function orNothing<Thing>(make: () => Thing): Thing | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

export const inputs = configuredCheck({
  name: "inputs",
  asks: "Are buttons and sensors there, and at rest?",
  outcomes: {
    ok: { verdict: "ok", means: "They are." },
    none: { verdict: "skipped", means: "The configuration names none." },
    ...LINES,
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

type InputsSeen = { readonly as: "ok" | "missing" | "active" | "held" | "closed" | "failed"; readonly found: string };

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

export const interlocks = configuredCheck({
  name: "interlocks",
  asks: "Are the switches of doors and the like there, and at rest?",
  outcomes: {
    ok: { verdict: "ok", means: "They are." },
    none: { verdict: "skipped", means: "The configuration names none." },
    ...LINES,
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

export const selling = configuredCheck({
  name: "selling",
  asks: "Would the running stand sell?",
  outcomes: {
    ok: { verdict: "ok", means: "It would, as its daemon noted within the last minutes." },
    "out-of-service": {
      verdict: "wrong",
      means: "It would not; what stands in its way is listed.",
      todo: "see the checks of what is listed; journalctl -u qris-gateway -g readiness tells since when",
    },
    "not-running": { verdict: "skipped", means: "The daemon does not run." },
    unknown: { verdict: "skipped", means: "The daemon has noted nothing yet; it does so every minute." },
    stale: {
      verdict: "warning",
      means: "The daemon holds the journal, and has noted nothing for more than three minutes: it may hang.",
      todo: "systemctl restart qris-gateway; then journalctl -u qris-gateway -n 200",
    },
  },
  look: async ({ hardware }) => {
    const opened = await hardware.open();
    if (opened.is !== "held") return { as: "not-running", found: "the daemon does not run" };
    if (opened.told === undefined) return { as: "unknown", found: "the running daemon has noted nothing yet" };
    const { ageMs, obstacles = [] } = opened.told;
    const found = `noted ${Math.round(ageMs / 1_000)} s ago: ${obstacles.join(", ") || "nothing stands in its way"}`;
    if (ageMs > STALE_MS) return { as: "stale", found };
    return { as: obstacles.length === 0 ? "ok" : "out-of-service", found };
  },
});

/** The daemon notes how it is every minute. */
const STALE_MS = 3 * 60_000;

export const ownChecks: readonly Check[] = [screen, printer, relays, inputs, interlocks, selling];
