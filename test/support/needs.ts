import { findPart, packagesOf } from "../../scripts/parts.mjs";

/**
 * The path of a program that a suite needs beside Node (see scripts/parts.mjs). `npm test` looks for these calls, installs
 * what it may, and leaves out the files that cannot run; so the name must stand in the call as plain text.
 */
export function needs(part: string): string {
  const path = findPart(part);
  if (path === undefined) throw new Error(`${part} is missing: apt-get install -y ${packagesOf([part]).join(" ")}`);
  return path;
}
