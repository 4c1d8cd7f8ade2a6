import type { Log } from "../host/log.ts";
import type { Journal, Owed } from "../journal/journal.ts";
import type { Outcome } from "../journal/performer.ts";
import { isOrderId } from "../protocol/ids.ts";
import { type Clock, isReached } from "../protocol/time.ts";
import type { Detail } from "./alarms/detail.ts";
import type { Subject } from "./alarms/kinds.ts";
import { sayLoud } from "./alarms/loud.ts";
import type { At, Effect, Event, State } from "./ledger/words.ts";
import { standOf } from "./ledger/words.ts";
import type { Merchants } from "./merchants/merchants.ts";
import type { Attempt, PaymentProvider, Refund, Standing } from "./providers/provider.ts";
import type { Questions } from "./questions.ts";

export type ErrandsParts = {
  readonly journal: Pick<Journal<State, Event, Effect>, "start" | "stateOf">;
  readonly merchants: Pick<Merchants, "provider">;
  readonly questions: Pick<Questions, "ask">;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  /** Something has happened that people should know of. */
  raise?(subject: Subject, detail: Detail): Promise<void>;
  /** Tells the ledger the outcome of an errand, which ends it; resolves when it is on disk. */
  report(owed: Owed<Effect>, event: Event): Promise<void>;
};

const ALARM_AGAIN_MS = 10_000;

/** How often a look that is not answered is put off, ever longer: for some seven hours, as long as notifications are repeated. */
const LOOKS_MOST = 12;
const lookPauseMs = (tries: number): number => Math.min(3_600_000, 60_000 * 2 ** tries);

type Question = { readonly attempt: Attempt; readonly isAside?: true };

/** What the ledger owes the provider, and its own alarms: each is run, and its outcome is told to the ledger. */
export class Errands {
  readonly #parts: ErrandsParts;

  constructor(parts: ErrandsParts) {
    this.#parts = parts;
  }

  async perform(owed: Owed<Effect>, signal: AbortSignal): Promise<Outcome> {
    const { effect } = owed;
    switch (effect.do) {
      case "charge":
        return this.#charge(owed, effect.attempt, signal);
      case "ask":
        return this.#ask(owed, effect, signal);
      case "void":
        return this.#news(owed, effect, await this.#providerOf(effect.attempt).void(effect.attempt, signal));
      case "refund":
        return this.#refund(owed, effect.refund, signal);
      case "lapse":
        return this.#report(owed, { type: "lapsed" });
      case "alarm":
        return this.#alarm(owed, effect);
      case "tell":
        return { againMs: 0 };
    }
  }

  /** It is owed until it is written where people look. */
  async #alarm(
    { order, tries }: Owed<Effect>,
    { alarm, detail: told }: Extract<Effect, { do: "alarm" }>,
  ): Promise<Outcome> {
    const { log, journal, raise } = this.#parts;
    const detail: Detail = typeof told === "string" ? { is: "said", text: told } : told;
    if (tries === 0) sayLoud(log, { order, alarm }, detail);
    if (raise === undefined || !isOrderId(order)) return "done";
    try {
      const state = await journal.stateOf(order);
      await raise({ kind: alarm, order, ...(state && { stand: standOf(state) }) }, detail);
      return "done";
    } catch (error) {
      log.warn("alarm not written", { order, error });
      return { againMs: ALARM_AGAIN_MS };
    }
  }

  /**
   * Its reference could be charged again by a repeat once the first was ended, so what became of a charge that a crash interrupted is
   * asked for.
   */
  async #charge(owed: Owed<Effect>, attempt: Attempt, signal: AbortSignal): Promise<Outcome> {
    const { journal } = this.#parts;
    const charged = (charge: Extract<Event, { type: "charged" }>["charge"]): Promise<Outcome> =>
      this.#report(owed, { type: "charged", attempt: attempt.number, charge });
    if (owed.started) return charged({ is: "unclear", detail: "the backend stopped while it was charging" });
    const state = await journal.start(owed.id);
    if (!isWanted(state, attempt)) return charged(WITHDRAWN);
    if (isReached(state.until, this.#parts.clock.now())) return charged(TOO_LATE);
    return charged(await this.#providerOf(attempt).charge(attempt, signal));
  }

  /** Nobody asks again what a look was for: it goes on until it is answered, or the provider has been silent for long. */
  async #ask(owed: Owed<Effect>, effect: Extract<Effect, { do: "ask" }>, signal: AbortSignal): Promise<Outcome> {
    const looked = await this.#parts.questions.ask(effect.attempt, signal);
    if ("againMs" in looked) return looked;
    const isUnanswered = effect.isRecheck === true && looked.is === "unclear" && owed.tries < LOOKS_MOST;
    return isUnanswered ? { againMs: lookPauseMs(owed.tries) } : this.#news(owed, effect, looked);
  }

  /** Its key makes all its tries one. A refund that the provider's books have shown meanwhile needs no more asking. */
  async #refund(owed: Owed<Effect>, refund: Refund, signal: AbortSignal): Promise<Outcome> {
    const state = await this.#parts.journal.stateOf(refund.attempt.order);
    const isAsked =
      state?.at === "refunding" && state.backs.some(({ key, stage }) => key === refund.key && stage === "asked");
    if (!isAsked) return "done";
    const answer = await this.#providerOf(refund.attempt).refund(refund, signal);
    return this.#report(owed, { type: "refund-answered", key: refund.key, answer });
  }

  #providerOf({ merchant }: Attempt): PaymentProvider {
    return this.#parts.merchants.provider(merchant);
  }

  #news(owed: Owed<Effect>, { attempt, isAside }: Question, standing: Standing): Promise<Outcome> {
    const aside = isAside === undefined ? {} : { isAside };
    return this.#report(owed, { type: "news", attempt: attempt.number, standing, via: "answer", ...aside });
  }

  async #report(owed: Owed<Effect>, event: Event): Promise<Outcome> {
    await this.#parts.report(owed, event);
    return "reported";
  }
}

const WITHDRAWN = {
  is: "refused",
  retriable: false,
  because: "unavailable",
  detail: "withdrawn before it was sent",
} as const;

/** The stand has shown its customer an end; its word of that may wait behind this charge. */
const TOO_LATE = {
  is: "refused",
  retriable: true,
  because: "unavailable",
  detail: "its customer was gone before it was sent",
} as const;

/** A charge that has waited for its turn may not be wanted any more. */
const isWanted = (state: State | undefined, attempt: Attempt): state is At<"charging"> =>
  state?.at === "charging" && state.attempt === attempt.number && state.phase === "asked";
