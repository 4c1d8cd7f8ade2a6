import type { OrderId } from "../../protocol/ids.ts";
import { traitsOf } from "../ledger/effects.ts";
import type { Heard, Meter } from "./meter.ts";
import type { Stopwatch } from "./metered.ts";
import type { MetricsRegistry } from "./registry.ts";
import { Underway } from "./underway.ts";

/** What a backend has done since it started, as counters and times. */

const COMMIT_MS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000, 4_000];
const ANSWER_MS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000, 4_000, 10_000];
const CALL_MS = [25, 50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 30_000, 60_000];
const RELEASE_MS = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000];

export type CountsParts = {
  readonly registry: MetricsRegistry;
  readonly stopwatch: Stopwatch;
  /**
   * For an order whose money another process, or an earlier life of this one, heard of: how long ago that was, by the wall clock.
   * Asked only when such an order is delivered; never waited for.
   */
  paidMsAgo?(order: OrderId): Promise<number | undefined>;
};

export function countingMeter({ registry, stopwatch, paidMsAgo }: CountsParts): Meter {
  const orders = countOrders(registry);
  const waits = timeOrders(registry, stopwatch, paidMsAgo);
  const edges = countEdges(registry);
  return {
    ...edges,
    stepped: (stepped) => {
      orders.stepped(stepped);
      waits.stepped(stepped);
    },
    performed: (performed) => {
      orders.performed(performed);
      waits.performed(performed);
    },
  };
}

function countOrders(registry: MetricsRegistry): Pick<Meter, "stepped" | "performed"> {
  const came = registry.count({
    name: "qris_orders_total",
    help: "Orders that came to a state, by the state.",
    labels: ["state"],
  });
  const paid = registry.count({ name: "qris_paid_rupiah_total", help: "Rupiah of the orders that were paid." });
  const ignored = registry.count({
    name: "qris_events_ignored_total",
    help: "Events that changed nothing: repeats, and what comes too late.",
    labels: ["event"],
  });
  const alarms = registry.count({ name: "qris_alarms_total", help: "Alarms about orders.", labels: ["alarm"] });
  const commits = registry.times(
    { name: "qris_journal_commit_seconds", help: "One event's way into the journal." },
    COMMIT_MS,
  );
  const effects = registry.count({
    name: "qris_effects_total",
    help: "Tries to do what the ledger owes, by its kind and by what became of it.",
    labels: ["kind", "outcome"],
  });
  return {
    stepped: ({ event, from, done, tookMs }) => {
      commits.took(tookMs);
      if ("ignored" in done) return ignored.add(1, { event: event.type });
      for (const { effect } of done.effects) if (effect.do === "alarm") alarms.add(1, { alarm: effect.alarm });
      if (done.state.at === from?.at) return;
      came.add(1, { state: done.state.at });
      if (done.state.at === "paid") paid.add(done.state.sale.amount);
    },
    performed: ({ owed, outcome }) => effects.add(1, { kind: traitsOf(owed.effect).kind, outcome }),
  };
}

/** How long customers wait: for the code, and for the goods after they have paid. */
function timeOrders(
  registry: MetricsRegistry,
  stopwatch: Stopwatch,
  paidMsAgo: CountsParts["paidMsAgo"],
): Pick<Meter, "stepped" | "performed"> {
  const charged = registry.times(
    { name: "qris_charge_seconds", help: "From a stand's wish for a charge to a code that can be paid." },
    CALL_MS,
  );
  const settled = registry.times(
    { name: "qris_webhook_settled_seconds", help: "From the news of money to the stand's having it on disk." },
    RELEASE_MS,
  );
  const released = registry.times(
    {
      name: "qris_webhook_release_seconds",
      help: "From the news of money to the stand's word that the goods are out.",
    },
    RELEASE_MS,
  );
  const asked = new Underway<OrderId>(stopwatch);
  const paid = new Underway<OrderId>(stopwatch);
  const telling = new Underway<OrderId>(stopwatch);
  const outByStory = (order: OrderId): void => {
    paidMsAgo?.(order).then(
      (ms) => ms !== undefined && released.took(Math.max(0, ms)),
      () => undefined,
    );
  };
  return {
    stepped: ({ order, from, done, tookMs }) => {
      if ("ignored" in done || done.state.at === from?.at) return;
      const { at } = done.state;
      if (at === "charging") asked.begin(order, tookMs);
      else asked.end(order, at === "payable" ? (ms) => charged.took(ms) : undefined);
      if (at === "paid") for (const wait of [paid, telling]) wait.begin(order, tookMs);
      else if (at !== "delivered") paid.end(order);
      else if (!paid.end(order, (ms) => released.took(ms))) outByStory(order);
    },
    performed: ({ owed: { effect }, outcome }) => {
      if (effect.do !== "tell" || effect.body.type !== "settled" || outcome !== "done") return;
      telling.end(effect.body.order, (ms) => settled.took(ms));
    },
  };
}

function countEdges(registry: MetricsRegistry): Omit<Meter, "stepped" | "performed"> {
  const faults = registry.count({ name: "qris_journal_faults_total", help: "Commits that the journal refused." });
  const statements = registry.count({
    name: "qris_statements_total",
    help: "Sealed statements of stands that were believed, by their type.",
    labels: ["type"],
  });
  const refused = registry.count({
    name: "qris_statements_refused_total",
    help: "Messages on the stands' topics that were not believed, by why.",
    labels: ["because"],
  });
  const ups = registry.count({
    name: "qris_broker_connects_total",
    help: "Connections to the broker that came about.",
  });
  const downs = registry.count({
    name: "qris_broker_disconnects_total",
    help: "Connections to the broker that broke.",
  });
  const provider = countProvider(registry);
  const http = countHttp(registry);
  return {
    ...provider,
    ...http,
    faulted: () => faults.add(1),
    heard: (heard) => {
      if (heard.is === "statement") statements.add(1, { type: heard.type });
      else refused.add(1, { because: whyRefused(heard) });
    },
    link: (is) => (is === "up" ? ups : downs).add(1),
  };
}

function countProvider(registry: MetricsRegistry): Pick<Meter, "called" | "notified"> {
  const calls = registry.count({
    name: "qris_provider_calls_total",
    help: "Calls to the provider, by the merchant, the call and `is` of the answer; unclear: no answer that says anything.",
    labels: ["merchant", "call", "outcome"],
  });
  const lasted = registry.times(
    { name: "qris_provider_call_seconds", help: "Calls to the provider.", labels: ["call"] },
    CALL_MS,
  );
  const webhooks = registry.count({
    name: "qris_webhooks_total",
    help: "Notifications by the merchant they were for and what became of them.",
    labels: ["merchant", "outcome"],
  });
  const answers = registry.times(
    { name: "qris_webhook_seconds", help: "Notifications, until they are answered." },
    ANSWER_MS,
  );
  return {
    called: ({ merchant, call, outcome, tookMs }) => {
      calls.add(1, { merchant, call, outcome });
      lasted.took(tookMs, { call });
    },
    notified: ({ merchant, outcome, tookMs }) => {
      webhooks.add(1, { merchant, outcome });
      answers.took(tookMs);
    },
  };
}

function countHttp(registry: MetricsRegistry): Pick<Meter, "answered"> {
  const answers = registry.count({
    name: "qris_http_answers_total",
    help: "HTTP requests that a route answered, by the side they came to, the route and the status.",
    labels: ["door", "method", "route", "status"],
  });
  const lasted = registry.times(
    { name: "qris_http_answer_seconds", help: "HTTP requests.", labels: ["door"] },
    ANSWER_MS,
  );
  return {
    answered: ({ door, method, route, status, tookMs }) => {
      answers.add(1, { door, method, route, status: String(status) });
      lasted.took(tookMs, { door });
    },
  };
}

const REFUSALS = [
  [/^longer than/, "too-long"],
  [/^(not a compact JWS|the (header|algorithm|type) )/, "no-statement"],
  [/signature does not fit/, "bad-signature"],
  [/does not speak in this direction|says it is from/, "wrong-sender"],
  [/^meant for/, "wrong-receiver"],
  [/^not a statement/, "bad-content"],
] as const;

/** The seal's words in a word that cannot be made up by a sender: whatever is not known is an unknown key's. */
export const whyRefused = ({ because }: Extract<Heard, { is: "refused" }>): string =>
  REFUSALS.find(([pattern]) => pattern.test(because))?.[1] ?? "unknown-key";
