import type { Route } from "../../host/http.ts";
import type { Lane, Outcome } from "../../journal/performer.ts";
import type { OrderId } from "../../protocol/ids.ts";
import type { Unsealed } from "../../protocol/seal.ts";
import type { UpStatement } from "../../protocol/statements.ts";
import type { OpenTransport } from "../../wire/transport.ts";
import type { LedgerJournal } from "../cashier.ts";
import type { Effect, State } from "../ledger/words.ts";
import type { Attempt, PaymentProvider } from "../providers/provider.ts";
import type { Called, Meter, Performed } from "./meter.ts";

/** The parts of a backend, each with somebody who watches it. Whatever they do and answer is the same as without. */

/** Milliseconds since some moment, with fractions, never back. */
export type Stopwatch = () => number;

export type Watching = { readonly meter: Meter; readonly stopwatch: Stopwatch };

export function meteredJournal(journal: LedgerJournal, { meter, stopwatch }: Watching): LedgerJournal {
  const advance: LedgerJournal["advance"] = async (order, event, decide, options) => {
    const began = stopwatch();
    let from: State | undefined;
    try {
      const done = await journal.advance(
        order,
        event,
        (state) => {
          from = state;
          return decide(state);
        },
        options,
      );
      meter.stepped({ order: order as OrderId, event, from, done, tookMs: stopwatch() - began });
      return done;
    } catch (fault) {
      meter.faulted();
      throw fault;
    }
  };
  return overlaid(journal, { advance });
}

/** The same thing, with some of its methods replaced; the others go on working on the thing itself. */
function overlaid<Thing extends object>(thing: Thing, over: Partial<Thing>): Thing {
  return new Proxy(thing, {
    get: (target, name) => {
      if (name in over) return over[name as keyof Thing];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

export function meteredProvider(provider: PaymentProvider, { meter, stopwatch }: Watching): PaymentProvider {
  const told = async <Answer extends { readonly is: string }>(
    call: Called["call"],
    attempt: Attempt,
    ask: () => Promise<Answer>,
  ): Promise<Answer> => {
    const began = stopwatch();
    const answer = await ask();
    const { merchant } = attempt;
    meter.called({ merchant, call, outcome: answer.is, attempt, tookMs: stopwatch() - began });
    return answer;
  };
  return overlaid(provider, {
    charge: (attempt, signal) => told("charge", attempt, () => provider.charge(attempt, signal)),
    standing: (attempt, signal) => told("standing", attempt, () => provider.standing(attempt, signal)),
    void: (attempt, signal) => told("void", attempt, () => provider.void(attempt, signal)),
    refund: (refund, signal) => told("refund", refund.attempt, () => provider.refund(refund, signal)),
  });
}

export const meteredRoutes = (
  door: string,
  routes: readonly Route[],
  { meter, stopwatch }: Watching,
): readonly Route[] =>
  routes.map((route) => ({
    ...route,
    answer: async (request) => {
      const began = stopwatch();
      const tell = (status: number): void =>
        meter.answered({ door, method: route.method, route: route.path, status, tookMs: stopwatch() - began });
      try {
        const answer = await route.answer(request);
        tell("status" in answer ? answer.status : 200);
        return answer;
      } catch (error) {
        tell(500);
        throw error;
      }
    },
  }));

export const meteredLanes = (lanes: readonly Lane<Effect>[], { meter, stopwatch }: Watching): readonly Lane<Effect>[] =>
  lanes.map((lane) => ({
    ...lane,
    perform: async (owed, signal) => {
      const began = stopwatch();
      const tell = (outcome: Performed["outcome"]): void =>
        meter.performed({ owed, outcome, tookMs: stopwatch() - began });
      try {
        const outcome = await lane.perform(owed, signal);
        tell(wordFor(outcome));
        return outcome;
      } catch (cause) {
        tell("failed");
        throw cause;
      }
    },
  }));

const wordFor = (outcome: Outcome): Performed["outcome"] => (typeof outcome === "string" ? outcome : "again");

export const meteredTransport =
  (open: OpenTransport, { meter }: Pick<Watching, "meter">): OpenTransport =>
  (options, events) => {
    let isUp = false;
    return open(options, {
      hear: (message) => events.hear(message),
      up: () => {
        isUp = true;
        meter.link("up");
        events.up();
      },
      down: (because) => {
        if (isUp) meter.link("down");
        isUp = false;
        events.down(because);
      },
    });
  };

type Unseal = (payload: Uint8Array) => Unsealed<UpStatement>;

/** Opens sealed statements, and tells what was in them, where somebody watches. */
export const unsealedFor = (watching: Pick<Watching, "meter"> | undefined, unseal: Unseal): Unseal =>
  watching === undefined
    ? unseal
    : (payload) => {
        const unsealed = unseal(payload);
        const { meter } = watching;
        if (unsealed.is === "refused") meter.heard(unsealed);
        else meter.heard({ is: "statement", type: unsealed.statement.body.type, from: unsealed.statement.from });
        return unsealed;
      };
