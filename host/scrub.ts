import { Secret } from "./secret.ts";

/** Field names whose values never reach a log: keys, signatures, passwords and what identifies a payer. */
const SENSITIVE =
  /key|secret|signature|authori[sz]ation|password|passphrase|token|cookie|credential|mail|phone|customer/i;
const USER_IN_ADDRESS = /(\/\/)[^/@\s]+@/g;
const AUTHORIZATION = /\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]{4,}/gi;

const DEEPEST = 6;
const LONGEST_TEXT = 2_000;
const LONGEST_LIST = 100;

/**
 * A copy of `value` that may be logged: sensitive fields and Secrets become `[secret]` at any depth, errors become plain
 * objects, and nothing is longer or deeper than a log line should be.
 */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return scrubText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Secret) return "[secret]";
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
  if (depth >= DEEPEST) return "[deeper]";
  if (Array.isArray(value)) return scrubList(value, depth);
  return scrubFields(value instanceof Error ? fieldsOf(value) : value, depth);
}

/** Cuts a long text, and takes user names, passwords and authorization headers out of it. */
function scrubText(text: string): string {
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text;
  return cut.replace(USER_IN_ADDRESS, "$1[secret]@").replace(AUTHORIZATION, "$1 [secret]");
}

function scrubList(list: readonly unknown[], depth: number): unknown[] {
  const shown = list.slice(0, LONGEST_LIST).map((item) => scrub(item, depth + 1));
  return list.length > LONGEST_LIST ? [...shown, `… (${list.length} items)`] : shown;
}

function scrubFields(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, hides(name, field) ? "[secret]" : scrub(field, depth + 1)]),
  );
}

const hides = (name: string, field: unknown): boolean => field !== undefined && field !== null && SENSITIVE.test(name);

/** What an error says, without losing its own fields (`code`, `status` …) and its cause. */
function fieldsOf(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return { ...error, name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
