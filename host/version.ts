import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Command } from "./program.ts";

const about = z.object({ version: z.string() });

/** The version in the package's own description, one folder up from the source and two from the build. */
export function readVersion(): string {
  for (const above of ["../package.json", "../../package.json"]) {
    try {
      return about.parse(JSON.parse(readFileSync(new URL(above, import.meta.url), "utf8"))).version;
    } catch {
      // The next folder may have it.
    }
  }
  return "unknown";
}

/** `qris-backend version`, for scripts and for whoever reports a fault. */
export const version: Command = ({ print }) => {
  print(readVersion());
  return Promise.resolve(0);
};
