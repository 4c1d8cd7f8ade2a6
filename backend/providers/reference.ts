import { ULID } from "../../protocol/ids.ts";

/** `<ULID>-<n>`, as `referenceOf` writes it. */
export function isReference(text: string): boolean {
  const [order = "", number = "", ...rest] = text.split("-");
  return rest.length === 0 && ULID.test(order) && /^[1-9]\d{0,2}$/.test(number);
}
