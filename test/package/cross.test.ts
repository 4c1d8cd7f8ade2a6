import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/files.mjs";
import { newestOf, readElf } from "../../scripts/package/elf.mjs";
import { compiled } from "../../scripts/package/native.mjs";
import { targetOf } from "../../scripts/package/targets.mjs";
import { needs } from "../support/needs.ts";

test("native code is compiled for a Raspberry Pi by the recipe of `npm run package`", { timeout: 180_000 }, () => {
  needs("crossarm64");
  const target = targetOf("arm64");
  mkdirSync(join(ROOT, ".cache/package"), { recursive: true });
  const work = mkdtempSync(join(ROOT, ".cache/package/try-"));
  try {
    const bytes = readFileSync(compiled(join(ROOT, "node_modules/epoll"), join(work, "epoll"), target));
    expect(readElf(bytes)).toEqual({ bits: 64, machine: 183 });
    expect(Number(newestOf(bytes, "GLIBC")?.split(".")[1])).toBeLessThanOrEqual(36);
  } finally {
    rmSync(work, { recursive: true });
  }
});
