import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/hardware/**"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A bound for a busy machine, not a wait: a poll ends with the condition.
    expect: { poll: { timeout: 10_000, interval: 20 } },
    globalSetup: ["test/support/shared-postgres.ts"],
    setupFiles: ["test/support/open-handles.ts"],
    // A process a file: what one leaves behind cannot help or hurt the next, and native code is really unloaded.
    pool: "forks",
    // One more than the two cores it is meant for: journeys wait more than they work.
    maxWorkers: 3,
    coverage: {
      provider: "v8",
      include: ["{protocol,wire,host,journal,device,gateway,backend,sandbox}/**/*.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      reportsDirectory: "coverage",
    },
  },
});
