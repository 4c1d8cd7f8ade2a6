/** What a text, or bytes of UTF-8, say as JSON; `undefined` where they are none. */
export function jsonIn(said: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof said === "string" ? said : Buffer.from(said).toString("utf8"));
  } catch {
    return undefined;
  }
}
