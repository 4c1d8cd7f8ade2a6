import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

export type Planted = { readonly folder: string; write(files: Readonly<Record<string, string>>): void; remove(): void };

/** A folder with these files in it, and with our packages when asked for. */
export function plant(files: Readonly<Record<string, string>>, withPackages = false): Planted {
  const folder = mkdtempSync(join(tmpdir(), "planted-"));
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  write(files);
  if (withPackages) symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return { folder, write, remove: () => rmSync(folder, { recursive: true }) };
}
