import type { DueEffect, EffectTraits } from "../../journal/journal.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { DownBody } from "../../protocol/statements.ts";
import type { Instant } from "../../protocol/time.ts";
import type { Attempt, Payment } from "../providers/provider.ts";
import type { Alarm, AlarmDetail, Effect, Event, Objection, Of, Sale, State, Step, Terms, Unpaid } from "./words.ts";

/** The provider's wish: status queries of one order no closer than this (POS guide, "Get Transaction Status"). */
export const CLOSEST_ASK_MS = 10_000;
const RECHECK_MS = 60_000;

export const tellKind = (type: DownBody["type"]): string => `tell ${type}`;

export const tellKinds: readonly string[] = (
  ["offer", "refused", "voided", "settled", "release", "remedied"] as const
).map(tellKind);

const kindOf = (effect: Effect): string => {
  if (effect.do === "tell") return tellKind(effect.body.type);
  if (effect.do !== "ask" || !effect.isRecheck) return effect.do;
  return effect.isAside ? "recheck" : "follow-up";
};

export const traitsOf = (effect: Effect): EffectTraits => ({
  kind: kindOf(effect),
  ...(effect.do === "tell" ? { to: effect.to } : {}),
});

export const ignored = (why: string): Step => ({ ignored: why });
/** Staff hears of this one. */
export const objected = (code: Objection, why: string) => ({ ignored: why, code }) satisfies Step;
export const nothingToSay = (state: State, event: Event): Step =>
  ignored(`${event.type} says nothing to an order that is ${state.at}`);

export const tell = (sale: { readonly stand: StandId }, body: DownBody, until?: Instant): DueEffect<Effect> => ({
  effect: { do: "tell", to: sale.stand, body, ...(until === undefined ? {} : { until }) },
});
export const alarm = (what: Alarm, detail: AlarmDetail): DueEffect<Effect> => ({
  effect: { do: "alarm", alarm: what, detail },
});
export const ask = (attempt: Attempt, afterMs: number): DueEffect<Effect> => ({
  effect: { do: "ask", attempt },
  afterMs,
});
export const lapse = (afterMs: number): DueEffect<Effect> => ({ effect: { do: "lapse" }, afterMs });
export const voidIt = (attempt: Attempt, afterMs = 0): DueEffect<Effect> => ({
  effect: { do: "void", attempt },
  afterMs,
});
/** Everything that only an unpaid order still needs. */
export const unpaidKinds = ["ask", "void", "lapse", tellKind("offer"), tellKind("refused"), tellKind("voided")];

export const attemptOf = (sale: Sale, number: number, terms: Terms): Attempt => ({
  ...sale,
  number,
  validForMs: terms.payableMs,
});

export function received(state: Unpaid, attempt: number, payment: Payment) {
  return {
    state: { at: "paid", sale: state.sale, receipts: [{ attempt, payment }] } as const,
    effects: [tell(state.sale, settlementOf(state.sale, payment))],
    takesBack: unpaidKinds,
  };
}

export const settlementOf = (sale: Sale, { amount, paidAt, issuer }: Payment): DownBody => ({
  type: "settled",
  order: sale.order,
  amount,
  paidAt,
  ...(issuer === undefined ? {} : { issuer }),
});

export const offerOf = (sale: Sale, qr: string, validForMs: number): DownBody => ({
  type: "offer",
  order: sale.order,
  qr,
  amount: sale.amount,
  validForMs,
});

/** One more look at an attempt that is not in hand, by default when a slow request has surely arrived. */
export const recheck = (attempt: Attempt, afterMs = RECHECK_MS): DueEffect<Effect> => ({
  effect: { do: "ask", attempt, isRecheck: true, isAside: true },
  afterMs,
});

/** One of the looks by which a refund is followed up. */
export const followUp = (attempt: Attempt, afterMs: number): DueEffect<Effect> => ({
  effect: { do: "ask", attempt, isRecheck: true },
  afterMs,
});

/** An attempt given up as unknown to the provider is looked at once more: the lost request may have been slow. */
export const withRecheck = (step: Step, attempt: Attempt): Step =>
  "ignored" in step ? step : { ...step, effects: [...step.effects, recheck(attempt)] };

export const badQrAlarm = (event: Of<"void-asked">): readonly DueEffect<Effect>[] =>
  event.why === "bad-qr" ? [alarm("bad-qr", { is: "qr-refused" })] : [];
