import { type Role, roles } from "../api/words.ts";
import type { OidcConfig } from "../config.ts";

/** The highest role that these claims give; nothing: the person has no business here. */
export function roleOf(
  claims: Readonly<Record<string, unknown>>,
  { role_claim: path, roles: groups }: Pick<OidcConfig, "role_claim" | "roles">,
): Role | undefined {
  const names = new Set(textsIn(valueAt(claims, path)));
  return roles.toReversed().find((role) => groups[role].some((group) => names.has(group)));
}

/** A claim may have dots in its own name, as addresses have that name claims: such a one comes first. */
function valueAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

function textsIn(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((each) => typeof each === "string");
}
