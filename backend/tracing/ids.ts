import type { OrderId } from "../../protocol/ids.ts";

/**
 * The names of an order's trace, made from the order's own. A ULID is 128 bits, as a trace id is: whoever knows the order knows its
 * trace, so that stand and backends write one trace without telling each other anything.
 */

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** 32 hexadecimal digits. */
export function traceIdOf(order: OrderId): string {
  let bits = 0n;
  for (const letter of order) bits = (bits << 5n) | BigInt(CROCKFORD.indexOf(letter));
  return (bits & ((1n << 128n) - 1n)).toString(16).padStart(32, "0");
}

/** The span that all others of the order hang on: 16 hexadecimal digits, all of them from the id's chance. */
export const rootIdOf = (order: OrderId): string => traceIdOf(order).slice(16);
