import { createHash, randomBytes } from "node:crypto";

/** One-time codes: what a person carries from the backend's terminal to a machine. */

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 12;
const GROUP = 4;

/** A fresh one, `7K3M-9QXD-4C7H`: 60 bits from the machine's own randomness. */
export function newCode(): string {
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
  return letters.match(new RegExp(`.{${GROUP}}`, "g"))?.join("-") ?? letters;
}

/** As it is kept and looked up: nobody who reads the store can enrol with it. The same however a person typed it. */
export const hashOfCode = (typed: string): string => createHash("sha256").update(plainOf(typed)).digest("base64url");

/** Small letters, missing hyphens, and the letters that the alphabet leaves out because they look like others. */
const plainOf = (typed: string): string =>
  typed.toUpperCase().replaceAll("-", "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");

/** What is known of a code when somebody shows it. */
export type CodeFacts = {
  readonly endsMs: number;
  readonly droppedMs: number | null;
  readonly usedMs: number | null;
  readonly usedKid: string | null;
};

/** `again`: the same machine has used it a moment ago, and its answer may have been lost. */
export type CodeIs = "good" | "again" | "unknown" | "dropped" | "used" | "over";

/** How long a machine whose answer was lost may ask again. */
export const AGAIN_MS = 60_000;

/** What to make of a code that this key is shown with. Pure. */
export function judgeCode(code: CodeFacts | undefined, kid: string, nowMs: number): CodeIs {
  if (code === undefined) return "unknown";
  if (code.usedMs !== null) return code.usedKid === kid && nowMs - code.usedMs <= AGAIN_MS ? "again" : "used";
  if (code.droppedMs !== null) return "dropped";
  return nowMs < code.endsMs ? "good" : "over";
}
