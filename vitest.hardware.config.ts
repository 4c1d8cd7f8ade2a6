import { defineConfig } from "vitest/config";

/** What runs in the lab's virtual machine, one boot after another. */
export default defineConfig({
  test: {
    include: ["test/hardware/**/*.test.ts"],
    globalSetup: ["test/hardware/lab.ts"],
    fileParallelism: false,
    testTimeout: 20_000,
    hookTimeout: 600_000,
  },
});
