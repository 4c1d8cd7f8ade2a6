import type { DueEffect, EffectTraits } from "../../journal/journal.ts";
import type { Trouble, UpBody } from "../../protocol/statements.ts";
import { type Instant, later } from "../../protocol/time.ts";
import type { Effect, Order, Settlement } from "./words.ts";

/** A receipt that could not be printed for so long has lost its reader. */
const RECEIPT_FRESH_MS = 60_000;

export const tellKind = (type: UpBody["type"]): string => `tell ${type}`;

export const traitsOf = (effect: Effect): EffectTraits => ({
  kind: effect.do === "tell" ? tellKind(effect.body.type) : effect.do,
});

/** The kinds of statement that wait in the journal until the backend has them. */
export const tellKinds: readonly string[] = (["charge", "void", "delivered", "not-delivered"] as const).map(tellKind);

/** What the printer does, one strip at a time. */
export const printKinds: readonly string[] = ["print-qr", "print-receipt"] satisfies Effect["do"][];
export const releaseKinds: readonly string[] = ["release"] satisfies Effect["do"][];

export const tell = (body: UpBody, until?: Instant): DueEffect<Effect> => ({
  effect: { do: "tell", body, ...(until === undefined ? {} : { until }) },
});

export const receipt = (order: Order, paid: Settlement, now: Instant, because?: Trouble): DueEffect<Effect> => ({
  effect: {
    do: "print-receipt",
    order,
    paid,
    until: later(now, RECEIPT_FRESH_MS),
    ...(because === undefined ? {} : { because }),
  },
});
