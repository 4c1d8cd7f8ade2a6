import type { AlarmLine } from "./book.ts";
import type { Detail } from "./detail.ts";
import { wordsOf } from "./detail-words.ts";
import type { AlarmKind } from "./kinds.ts";

/** One alarm of a message: in English words, and the same as facts. */
export type NoticeLine = Omit<AlarmLine, "detail"> & { readonly detail: string; readonly facts: Detail };

/** One message to people about all that has begun and ended since the last one. */
export type Notice = {
  /** The same however often the message is sent: who gets it twice knows by this. */
  readonly id: string;
  readonly atMs: number;
  readonly opened: readonly Group[];
  readonly closed: readonly Group[];
};

/** All of one kind; of many, the first are named. */
export type Group = { readonly kind: AlarmKind; readonly count: number; readonly alarms: readonly NoticeLine[] };

const NAMED = 20;

/** What began and is over already is among what began, and says when it ended. */
export function noticeOf(id: string, atMs: number, opened: readonly AlarmLine[], closed: readonly AlarmLine[]): Notice {
  const begun = new Set(opened.map((alarm) => alarm.id));
  return { id, atMs, opened: grouped(opened), closed: grouped(closed.filter((alarm) => !begun.has(alarm.id))) };
}

function grouped(alarms: readonly AlarmLine[]): readonly Group[] {
  const kinds = new Map<AlarmKind, AlarmLine[]>();
  for (const alarm of alarms) {
    const same = kinds.get(alarm.kind);
    if (same === undefined) kinds.set(alarm.kind, [alarm]);
    else same.push(alarm);
  }
  return [...kinds].map(([kind, same]) => ({ kind, count: same.length, alarms: same.slice(0, NAMED).map(toldOf) }));
}

/** Several messages that nobody has got yet, as one. */
export function merged(id: string, notices: readonly Notice[]): Notice {
  const atMs = Math.max(...notices.map((notice) => notice.atMs));
  const opened = joined(notices.flatMap((notice) => notice.opened));
  return { id, atMs, opened, closed: joined(notices.flatMap((notice) => notice.closed)) };
}

function joined(groups: readonly Group[]): readonly Group[] {
  const kinds = new Map<AlarmKind, Group>();
  for (const { kind, count, alarms } of groups) {
    const before = kinds.get(kind) ?? { count: 0, alarms: [] };
    kinds.set(kind, { kind, count: before.count + count, alarms: [...before.alarms, ...alarms].slice(0, NAMED) });
  }
  return [...kinds.values()];
}

const toldOf = (alarm: AlarmLine): NoticeLine => ({
  ...alarm,
  detail: wordsOf(alarm.detail).en,
  facts: alarm.detail,
});

export const isEmpty = ({ opened, closed }: Notice): boolean => opened.length === 0 && closed.length === 0;
