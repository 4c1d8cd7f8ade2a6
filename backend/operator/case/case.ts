import { createHash } from "node:crypto";
import type { OrderId } from "../../../protocol/ids.ts";
import type { Event, State } from "../../ledger/words.ts";
import type { Entry } from "../../reconcile/entry.ts";

/**
 * One order's whole story, for whoever has to judge about it: a bank, the provider, a court. Every word in it stands in the books. Of
 * persons: which bank or wallet paid, the provider's own numbers of the payment, and who of the staff decided. No keys, no signatures,
 * no code that could still be paid.
 */
export type Case = {
  readonly order: OrderId;
  /** What the customer has on the receipt. */
  readonly claim: string;
  readonly made: string;
  readonly by: string;
  readonly why: string;
  /** Of the program that wrote it. */
  readonly version: string;
  readonly state: State;
  readonly story: readonly Told[];
  /** What came out of comparing days with the provider's books. */
  readonly reconciled: readonly Reconciled[];
  /** What staff did about it at console and terminal, refused tries too. */
  readonly deeds: readonly Deed[];
};

/** `at`: when it went into the books, ISO 8601 in UTC. */
export type Told = { readonly at: string; readonly event: Readonly<Record<string, unknown>> };
export type Reconciled = { readonly day: string; readonly entry: Entry };
export type Deed = {
  readonly at: string;
  readonly who: string;
  readonly role: string;
  readonly source: string;
  readonly what: string;
  readonly result: string;
  readonly because?: string;
};

/** Whoever has a code or a link could try to pay with it. */
const PAYABLE: readonly string[] = ["qr", "deeplink"];

export const toldOf = ({ event, wall }: { readonly event: Event; readonly wall: number }): Told => ({
  at: new Date(wall).toISOString(),
  event: withoutCodes(event) as Told["event"],
});

export const stateWithoutCodes = (state: State): State => withoutCodes(state) as State;

function withoutCodes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCodes);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !PAYABLE.includes(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutCodes(inner)]));
}

/** SHA-256 of the case as it is written, hexadecimal. */
export const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex");
