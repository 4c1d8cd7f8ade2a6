/** Why a wallet will not pay. */
export const objections = [
  "unreadable",
  "bad-checksum",
  "static",
  "foreign",
  "unknown-bill",
  "over-limit",
  "expired",
  "already-paid",
  "cancelled",
  "denied",
] as const;
export type Objection = (typeof objections)[number];
