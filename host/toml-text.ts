/** A value as TOML writes it, on one line. Dates and what TOML does not know are not among them. */
export function tomlValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return entries.length === 0 ? "{}" : `{ ${entries.map(([name, part]) => tomlLine(name, part)).join(", ")} }`;
}

export const tomlLine = (name: string, value: unknown): string => `${tomlName(name)} = ${tomlValue(value)}`;

/** A key: bare where TOML allows it. */
export const tomlName = (name: string): string => (/^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name));
