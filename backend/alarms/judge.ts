import type { Condition } from "./conditions.ts";
import type { Detail } from "./detail.ts";
import { type AlarmKind, isMoment, orderKinds, type Subject, topicOf } from "./kinds.ts";

/** An alarm that lasts. */
export type Lasting = { readonly id: string; readonly topic: string; readonly kind: AlarmKind };
export type Opening = Subject & { readonly topic: string; readonly detail: Detail };

/** Since when a topic is what it is, of those that may soon change what is told. Lives no longer than its process. */
export type Pending = ReadonlyMap<string, { readonly is: "bad" | "good"; readonly sinceMs: number }>;

/** How often a topic has ended of late, and when it did last. As short-lived. */
export type Ends = ReadonlyMap<string, { readonly count: number; readonly lastMs: number }>;

export type Judged = {
  readonly opens: readonly Opening[];
  readonly closes: readonly Lasting[];
  readonly pending: Pending;
  readonly ends: Ends;
};

/** So long something must be bad before people are told; whoever fills paper in has the cover open for a moment. */
const OPENS_AFTER_MS: Partial<Record<AlarmKind, number>> = {
  printer: 90_000,
  release: 90_000,
  screen: 60_000,
  clock: 300_000,
  hot: 60_000,
  throttled: 120_000,
};
/** So long it must be good before people are told that it is over. */
const CLOSES_AFTER_MS = 120_000;
/** The sales book is a moment behind the ledger, no more. */
const ORDER_CLOSES_AFTER_MS = 20_000;
/** What ends again and again must be good for longer each time, up to this, so that it makes few messages. */
const CLOSES_AFTER_MOST_MS = 3_600_000;
/** Who has ended this long ago ends as if for the first time. */
const RESTLESS_MS = 4 * 3_600_000;
const OF_ORDERS: readonly AlarmKind[] = orderKinds;

const opensAfterMs = (kind: AlarmKind): number => OPENS_AFTER_MS[kind] ?? 0;
function closesAfterMs(kind: AlarmKind, ends: number): number {
  if (OF_ORDERS.includes(kind)) return ORDER_CLOSES_AFTER_MS;
  return Math.min(CLOSES_AFTER_MOST_MS, CLOSES_AFTER_MS * 2 ** Math.min(ends, 10));
}

/**
 * Which alarms begin and which end, from all that is bad now. Pure. What comes and goes faster than people can act makes one alarm that
 * lasts; what is neither good nor bad leaves everything as it is.
 */
export function judge(
  conditions: Iterable<Condition>,
  lasting: ReadonlyMap<string, Lasting>,
  pending: Pending,
  nowMs: number,
  ends: Ends = new Map(),
): Judged {
  const still = new Map<string, { readonly is: "bad" | "good"; readonly sinceMs: number }>();
  const since = (topic: string, is: "bad" | "good"): number => {
    const known = pending.get(topic);
    const sinceMs = known?.is === is ? known.sinceMs : nowMs;
    still.set(topic, { is, sinceMs });
    return sinceMs;
  };
  const named = new Set<string>();
  const opens: Opening[] = [];
  for (const condition of conditions) {
    const topic = topicOf(condition);
    if (named.has(topic)) continue;
    named.add(topic);
    if (condition.is === "near" || lasting.has(topic)) continue;
    const { is: _, ...opening } = condition;
    if (nowMs - since(topic, "bad") >= opensAfterMs(condition.kind)) opens.push({ ...opening, topic });
  }
  const closes = [...lasting.values()].filter(({ topic, kind }) => {
    if (named.has(topic) || isMoment(kind)) return false;
    return nowMs - since(topic, "good") >= closesAfterMs(kind, ends.get(topic)?.count ?? 0);
  });
  for (const { topic } of [...opens, ...closes]) still.delete(topic);
  return { opens, closes, pending: still, ends: endedToo(ends, closes, nowMs) };
}

function endedToo(ends: Ends, closes: readonly Lasting[], nowMs: number): Ends {
  const kept = new Map([...ends].filter(([, { lastMs }]) => nowMs - lastMs < RESTLESS_MS));
  for (const { topic } of closes) kept.set(topic, { count: (kept.get(topic)?.count ?? 0) + 1, lastMs: nowMs });
  return kept;
}
