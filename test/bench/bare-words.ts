export const BARE_UP = "bench/up";
export const BARE_DOWN = "bench/down";

/** How long what is said is, in bytes. */
export type Sizes = Readonly<Record<"ack" | "offer" | "settled" | "charge" | "delivered", number>>;

/** A word about a sale, as long as the product's own. */
export const writeBare = (kind: string, sale: number, bytes: number): string => `${kind} ${sale} `.padEnd(bytes, "x");

/** Nobody asks the broker for an answer to an ack. */
export const qosOf = (kind: string): 0 | 1 => (kind === "ack" ? 0 : 1);
