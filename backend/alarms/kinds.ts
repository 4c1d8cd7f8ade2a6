import type { OrderId, StandId } from "../../protocol/ids.ts";
import type { Alarm as LedgerAlarm } from "../ledger/words.ts";

/** What a person is told of. */
export const standKinds = [
  /** Nothing was heard of it for some minutes. */
  "stand-silent",
  "printer",
  "screen",
  "release",
  "clock",
  "disk",
  "hot",
  "throttled",
  "certificate-stand",
  "settings-refused",
  /** It has begun a new journal: what it still had to say is lost. */
  "journal-lost",
] as const;
export const backendKinds = ["broker-down", "certificate-broker", "certificate-backend", "disk-backend"] as const;
/**
 * `not-delivered`: paid, and no word of the goods for some time. `unknown-order`: paid, and not in these books. The others are the
 * ledger's own.
 */
export const orderKinds = [
  "not-delivered",
  "unknown-order",
  "bad-qr",
  "paid-after-void",
  "paid-twice",
  "refunded-elsewhere",
  "refund-failed",
  "owed",
  "contradiction",
] as const satisfies readonly (LedgerAlarm | "not-delivered" | "unknown-order")[];

export const alarmKinds = [...standKinds, ...backendKinds, ...orderKinds] as const;
export type AlarmKind = (typeof alarmKinds)[number];

/** What one alarm is about. `topic` is the same whenever the same thing happens to the same one. */
export type Subject = { readonly kind: AlarmKind; readonly stand?: StandId; readonly order?: OrderId };

export const topicOf = ({ kind, stand, order }: Subject): string => [kind, order ?? stand].filter(Boolean).join("/");

/** That happen, and do not last: they end when somebody has acknowledged them. */
const MOMENTS: readonly AlarmKind[] = [
  "journal-lost",
  "bad-qr",
  "paid-after-void",
  "paid-twice",
  "refunded-elsewhere",
  "refund-failed",
  "contradiction",
  "unknown-order",
];
export const isMoment = (kind: AlarmKind): boolean => MOMENTS.includes(kind);
