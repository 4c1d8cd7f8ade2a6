import { createHash } from "node:crypto";
import type { Tables } from "../../store/tables.ts";

/** What an entry's hash is over: all that it says, in this order, and the hash of the one before. */
export type Linked = {
  readonly number: number;
  readonly atMs: number;
  readonly who: string;
  readonly role: string;
  readonly source: string;
  readonly what: string;
  readonly about: string;
  /** JSON, as it is stored. */
  readonly details: string;
  readonly result: string;
  readonly because: string;
};

/** What the first entry has before it. */
export const BEGINNING = "0".repeat(64);

/** SHA-256 in hexadecimal digits. A JSON list keeps the members apart: no text moves from one to the next unseen. */
export function linkHash(before: string, entry: Linked): string {
  const { number, atMs, who, role, source, what, about, details, result, because } = entry;
  const whole = JSON.stringify([before, number, atMs, who, role, source, what, about, details, result, because]);
  return createHash("sha256").update(whole).digest("hex");
}

/** An entry's place in the chain. */
export type Link = { readonly number: number; readonly hash: string };
type Row = Tables["audit"];

/** Why the entry is not the one that was written after `before`; `undefined` when it is. */
export function misfit(row: Row, before: Link): string | undefined {
  if (row.number !== before.number + 1) return `entry ${before.number + 1} is missing`;
  const { at_ms, subject, hash, ...same } = row;
  const isSame = linkHash(before.hash, { ...same, atMs: at_ms, about: subject }) === hash;
  return isSame ? undefined : `entry ${row.number} is not what was written, or not after what stood before it`;
}
