export type Fields = Readonly<Record<string, unknown>>;

/** JSON in UTF-8; `"malformed"` for all other bytes. */
export function jsonIn(bytes: Uint8Array): { readonly value: unknown } | "malformed" {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return "malformed";
  }
}

/** The value when it is a JSON object; `undefined` for arrays and all else. */
export const objectIn = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
