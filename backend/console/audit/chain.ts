import { createHash } from "node:crypto";

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
