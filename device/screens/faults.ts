import { HardwareFault } from "../device.ts";

/** What was tried on what, what the system says to it, and what to do about that. `hints` by error code, such as `ENOENT`. */
export function faultOf(error: unknown, doing: string, hints: Readonly<Record<string, string>> = {}): HardwareFault {
  if (error instanceof HardwareFault) return error;
  const code = codeOf(error);
  const hint = hints[code];
  return new HardwareFault(`${doing}: ${code}${hint === undefined ? "" : `. ${hint}`}`, error);
}

/** Not every library sets `code`; those that do not begin their message with it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && typeof error.code === "string") return error.code;
  return /^E[A-Z0-9]+/.exec(error.message)?.[0] ?? error.message;
}
