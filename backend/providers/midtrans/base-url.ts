import { isLoopback } from "./test-mode.ts";

/** Where the provider is reached, keys with it: over TLS, or on this machine. Throws `RangeError` on anything else. */
export function readBaseUrl(text: string, example: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  if (url === undefined || !isSafe || url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new RangeError(`"${text}" is no base address: write for example ${example}`);
  }
  return url;
}
