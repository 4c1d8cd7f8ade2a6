import { PAPER_MODULE, QUIET_ZONE, SCREEN_MODULE } from "../../device/drawing/qr.ts";
import { QRIS_MODULES } from "../devices.ts";
import { conditionOf, isPrintable } from "../readiness/preflight.ts";
import { type Check, configuredCheck, type Ruling } from "./check.ts";
import type { Told } from "./hardware.ts";
import { CLOSED, HELD, heldBy, mineIn } from "./own.ts";

/** What shows customers the code: screen and printer. */

const ACROSS = QRIS_MODULES + 2 * QUIET_ZONE;

const screen = configuredCheck({
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

const printer = configuredCheck({
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

export const showChecks: readonly Check[] = [screen, printer];
