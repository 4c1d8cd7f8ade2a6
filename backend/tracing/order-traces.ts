import { isOrderId, type OrderId } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import { traitsOf } from "../ledger/effects.ts";
import { standOf } from "../ledger/words.ts";
import { type Meter, noMeter, type Stepped } from "../metrics/meter.ts";
import type { Stopwatch } from "../metrics/metered.ts";
import { readReference } from "../providers/reference.ts";
import { rootIn, traceIdOf } from "./ids.ts";
import type { Span, SpanSink } from "./span.ts";

/** One trace an order: every commit, call, notification and statement of it. Nothing of whoever paid is in it. */
export function tracingMeter(sink: SpanSink, clock: Pick<Clock, "wall">, stopwatch: Stopwatch): Meter {
  const wall = preciseWall(clock, stopwatch);
  type What = Pick<Span, "name" | "kind" | "tookMs" | "facts"> & Partial<Pick<Span, "isRoot" | "failed">>;
  const add = (order: OrderId, { isRoot = false, ...span }: What): void => {
    const trace = traceIdOf(order);
    sink.add({
      trace,
      root: rootIn(trace),
      isRoot,
      ...span,
      facts: { "qris.order": order, ...span.facts },
      beganWall: wall() - span.tookMs,
    });
  };
  return {
    ...noMeter,
    stepped: (stepped) => add(stepped.order, commitOf(stepped)),
    called: ({ call, outcome, attempt, merchant, tookMs }) =>
      add(attempt.order, {
        name: `provider ${call}`,
        kind: "client",
        tookMs,
        facts: { "qris.merchant": merchant, "qris.attempt": attempt.number, "qris.outcome": outcome },
        ...(outcome === "unclear" && { failed: "no clear answer" }),
      }),
    notified: ({ reference, merchant, outcome, tookMs }) => {
      const order = reference === undefined ? undefined : readReference(reference)?.order;
      if (order === undefined) return;
      const facts = { "qris.merchant": merchant, "qris.outcome": outcome };
      add(order, { name: "notification", kind: "server", tookMs, facts });
    },
    performed: ({ owed: { order, effect, tries }, outcome, tookMs }) => {
      if (effect.do !== "tell" || !isOrderId(order)) return;
      const facts = { "qris.stand": effect.to, "qris.acked": outcome === "done", "qris.tries": tries };
      const failed = outcome === "done" ? {} : { failed: "not acknowledged" };
      add(order, { name: traitsOf(effect).kind, kind: "producer", tookMs, facts, ...failed });
    },
  };
}

function commitOf({ event, from, done, tookMs }: Stepped) {
  const before = { "qris.event": event.type, "qris.from": from?.at ?? "none" };
  const common = { name: `commit ${event.type}`, kind: "internal", tookMs } as const;
  if ("ignored" in done) return { ...common, facts: { ...before, "qris.ignored": done.ignored } };
  const facts = { ...before, "qris.to": done.state.at, "qris.stand": standOf(done.state) };
  return { ...common, facts, isRoot: from === undefined };
}

/** Two clocks more than so far apart: the wall clock was set. */
const SET_MS = 20;

/** The wall clock with fractions of a millisecond. */
function preciseWall(clock: Pick<Clock, "wall">, stopwatch: Stopwatch): () => number {
  let base = clock.wall() - stopwatch();
  return () => {
    const [shown, counted] = [clock.wall(), base + stopwatch()];
    if (Math.abs(shown - counted) <= SET_MS) return counted;
    base += shown - counted;
    return shown;
  };
}
