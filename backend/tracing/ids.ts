import type { OrderId } from "../../protocol/ids.ts";

/**
 * The names of an order's trace, made from the order's own. A ULID is 128 bits, as a trace id is: whoever knows the order knows its
 * trace, so that stand and backends write one trace without telling each other anything.
 */

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VALUES = new Map([...CROCKFORD].map((letter, value) => [letter, value]));
const DIGITS = "0123456789abcdef";

/** 32 hexadecimal digits. */
export function traceIdOf(order: OrderId): string {
  // 26 letters of 5 bits are two bits more than 128: those are 0 in every ULID.
  let [digits, rest, bits] = ["", 0, -2];
  for (const letter of order) {
    rest = (rest << 5) | (VALUES.get(letter) ?? 0);
    bits += 5;
    while (bits >= 4) {
      bits -= 4;
      digits += DIGITS[(rest >> bits) & 15];
    }
    rest &= 15;
  }
  return digits;
}

/** The span that all others of the trace hang on: 16 hexadecimal digits, all of them from the id's chance. */
export const rootIn = (trace: string): string => trace.slice(16);

export const rootIdOf = (order: OrderId): string => rootIn(traceIdOf(order));
