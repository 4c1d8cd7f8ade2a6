import type { Condition } from "./conditions.ts";
import type { Detail } from "./detail.ts";
import { type AlarmKind, isMoment, orderKinds, type Subject, topicOf } from "./kinds.ts";

/** An alarm that lasts. */
export type Lasting = { readonly id: string; readonly topic: string; readonly kind: AlarmKind };
export type Opening = Subject & { readonly topic: string; readonly detail: Detail };

/** Since when a topic is what it is, of those that may soon change what is told. Lives no longer than its process. */
export type Pending = ReadonlyMap<string, { readonly is: "bad" | "good"; readonly sinceMs: number }>;

export type Judged = {
  readonly opens: readonly Opening[];
  readonly closes: readonly Lasting[];
  readonly pending: Pending;
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
const OF_ORDERS: readonly AlarmKind[] = orderKinds;

const opensAfterMs = (kind: AlarmKind): number => OPENS_AFTER_MS[kind] ?? 0;
const closesAfterMs = (kind: AlarmKind): number => (OF_ORDERS.includes(kind) ? ORDER_CLOSES_AFTER_MS : CLOSES_AFTER_MS);

/**
 * Which alarms begin and which end, from all that is bad now. Pure. What comes and goes faster than people can act makes one alarm that
 * lasts; what is neither good nor bad leaves everything as it is.
 */
export function judge(
  conditions: Iterable<Condition>,
  lasting: ReadonlyMap<string, Lasting>,
  pending: Pending,
  nowMs: number,
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
    return nowMs - since(topic, "good") >= closesAfterMs(kind);
  });
  for (const { topic } of [...opens, ...closes]) still.delete(topic);
  return { opens, closes, pending: still };
}
