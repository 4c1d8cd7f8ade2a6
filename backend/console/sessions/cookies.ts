/** How the browser keeps what it is signed in by. */
export type Cookie = {
  readonly name: string;
  /** `Set-Cookie` that gives it. */
  given(value: string): string;
  /** `Set-Cookie` that takes it away. */
  taken(): string;
  /** What the browser sent; nothing for what cannot be one of ours. */
  read(header: string | undefined): string | undefined;
};

export type CookieOptions = {
  readonly isSecure: boolean;
  readonly sameSite?: "Strict" | "Lax";
  /** Until the browser closes when absent. */
  readonly maxAgeSeconds?: number;
};

/** 256 bits, in base64url. */
const VALUE = /^[\w-]{43}$/;
/** Longer headers hold no cookie of ours that matters. */
const LONGEST_HEADER = 16_384;

/**
 * Scripts cannot read it and other sites' pages cannot have it sent. `isSecure`: over TLS, where the browser lets nobody but this
 * very host set it (`__Host-`). `Lax` only for what must come back with the provider's redirection.
 */
export function cookieOf(name: string, { isSecure, sameSite = "Strict", maxAgeSeconds }: CookieOptions): Cookie {
  const full = isSecure ? `__Host-${name}` : name;
  const age = maxAgeSeconds === undefined ? "" : `; Max-Age=${maxAgeSeconds}`;
  const attributes = `Path=/; HttpOnly; SameSite=${sameSite}${isSecure ? "; Secure" : ""}`;
  return {
    name: full,
    given: (value) => `${full}=${value}; ${attributes}${age}`,
    taken: () => `${full}=; ${attributes}; Max-Age=0`,
    read: (header = "") => {
      if (header.length > LONGEST_HEADER) return undefined;
      const pairs = header.split(";").map((pair) => pair.trim());
      const values = pairs.filter((pair) => pair.startsWith(`${full}=`)).map((pair) => pair.slice(full.length + 1));
      // Two of one name: somebody has put one beside ours, and nobody knows which is whose.
      return values.length === 1 && VALUE.test(values[0] ?? "") ? values[0] : undefined;
    },
  };
}
