import { ULID } from "../../protocol/ids.ts";

/** `<ULID>-<n>`, as `referenceOf` writes it. */
export function isReference(text: string): boolean {
  const [order = "", number = "", ...rest] = text.split("-");
  return rest.length === 0 && ULID.test(order) && /^[1-9]\d{0,2}$/.test(number);
}

/** For a line of the log: whoever looks for an order finds what was said of its attempts. */
export const loggedReference = (reference: string): { readonly order?: string; readonly reference: string } =>
  isReference(reference) ? { order: reference.slice(0, reference.lastIndexOf("-")), reference } : { reference };
