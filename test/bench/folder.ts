import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The kind of disk under the bench's files, such as `ext4`. Throws on a disk in memory: there an fsync costs nothing. */
export function requireRealDisk(): string {
  const [, kind = "unknown"] = execFileSync("df", ["--output=fstype", tmpdir()], { encoding: "utf8" }).split("\n");
  if (kind !== "tmpfs" && kind !== "ramfs") return kind;
  throw new Error(
    `${tmpdir()} lies in memory (${kind}), where an fsync costs nothing: set TMPDIR to a folder on a disk`,
  );
}

/** Runs `work` with a folder of its own, removed afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
