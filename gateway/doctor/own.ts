import type { Ruling, Seen } from "./check.ts";
import type { Opened } from "./hardware.ts";

/** The stand's own devices, through its own drivers, where its daemon does not have them. */

export const HELD: Ruling = {
  verdict: "skipped",
  means: "The running daemon has it; to try it, stop the daemon: systemctl stop qris-gateway.",
};
export const heldBy = { as: "held", found: "the running daemon has it" } as const;
export const CLOSED: Ruling = {
  verdict: "wrong",
  means: "The devices could not be looked at.",
  todo: "run doctor as root",
};

/** What was opened, or why nothing could be. */
export function mineIn(opened: Opened): Extract<Opened, { is: "open" }> | Seen<"held" | "closed"> {
  if (opened.is === "held") return heldBy;
  return opened.is === "failed" ? { as: "closed", found: opened.because } : opened;
}
