import type { Secret } from "../../host/secret.ts";
import type { OrderId } from "../../protocol/ids.ts";
import { PAGE_MAX } from "../../protocol/statements.ts";
import { payTokenOf } from "./token.ts";

/** Where a customer finds an order. */
export type PayAddresses = {
  /** The order's page, at most `PAGE_MAX` characters. */
  pageOf(order: OrderId): string;
  /** Where the wallet leads back to. */
  finishOf(order: OrderId): string;
};

/** Beyond its base: `/pay/` and a token. */
const BASE_MAX = PAGE_MAX - "/pay/".length - 42;

/** What is wrong with a public address for the pages, or nothing. */
export function wrongWithBase(base: string): string | undefined {
  const length = withoutSlash(base).length;
  if (length > BASE_MAX) return `has ${length} characters: ${BASE_MAX} fit on a receipt`;
  if (!/^https?:\/\/[!-~]+$/.test(base)) return "has letters that an address cannot have: write it as browsers send it";
  return /[?#@]/.test(base) ? "is more than host and path: leave out user, ? and #" : undefined;
}

/** `base`: the backend's public address, `https://pay.example.id`, with or without a path of its own. */
export function payAddresses(base: string, key: Secret): PayAddresses {
  const pageOf = (order: OrderId): string => `${withoutSlash(base)}/pay/${payTokenOf(order, key)}`;
  return { pageOf, finishOf: (order) => `${pageOf(order)}/finish` };
}

const withoutSlash = (base: string): string => base.replace(/\/+$/, "");
