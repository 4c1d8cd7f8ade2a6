import type { Log } from "../host/log.ts";
import type { Assembly } from "./assembly.ts";
import type { Event, Rules, State } from "./order/words.ts";

type Parts = { readonly rules: Rules; readonly log: Log };

/** What is not paid yet could not be released: nobody shall pay it now. */
export function endIfInterlocked({ stand, interlocks }: Pick<Assembly, "stand" | "interlocks">, { log }: Parts): void {
  const { front } = stand;
  if (interlocks.active.length === 0 || (front?.at !== "charging" && front?.at !== "awaiting")) return;
  report(stand, front, { type: "interlock-tripped" }, log, "interlocked order not ended");
}

/** The screen has failed: an order whose QR is neither on the glass nor on paper cannot be paid. */
export function endIfDark({ stand, paper }: Pick<Assembly, "stand" | "paper">, { rules, log }: Parts): void {
  const { front } = stand;
  if (front?.at !== "awaiting") return;
  if (rules.prints.qr && !paper.lacksQrOf(front.order.id)) return;
  report(stand, front, { type: "not-shown", because: "screen-failed" }, log, "dark QR not recorded");
}

function report(stand: Assembly["stand"], { order: { id } }: State, event: Event, log: Log, what: string): void {
  stand.report(id, event).catch((error: unknown) => log.error(what, { order: id, error }));
}
