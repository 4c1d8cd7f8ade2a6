import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Stop } from "../../protocol/time.ts";
import type { MetricsRegistry } from "./registry.ts";

/** What this process takes of its machine, by the names that dashboards for Node know. */

const RESOLUTION_MS = 10;

export type ProcessLevels = { look(): void; readonly stop: Stop };

export function processLevels(registry: MetricsRegistry): ProcessLevels {
  const level = (name: string, help: string) => registry.level({ name, help });
  const resident = level("process_resident_memory_bytes", "Resident memory.");
  const heap = level("nodejs_heap_size_used_bytes", "Memory of the program's objects.");
  const external = level("nodejs_external_memory_bytes", "Memory outside the heap that objects hold.");
  const cpu = level("process_cpu_seconds_total", "Processor time, of user and system.");
  const started = level("process_start_time_seconds", "When the process started, in seconds since 1970.");
  const lag = registry.level({
    name: "nodejs_eventloop_lag_seconds",
    help: "How late timers were since the last look, by quantile; 1 is the latest.",
    labels: ["quantile"],
  });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  started.set(Math.round(Date.now() / 1_000 - process.uptime()));
  const lateness = (nanoseconds: number): number => Math.max(0, (nanoseconds || 0) / 1e9 - RESOLUTION_MS / 1_000);
  return {
    look: () => {
      const memory = process.memoryUsage();
      resident.set(memory.rss);
      heap.set(memory.heapUsed);
      external.set(memory.external);
      const { user, system } = process.cpuUsage();
      cpu.set((user + system) / 1e6);
      for (const quantile of [0.5, 0.99])
        lag.set(lateness(delay.percentile(quantile * 100)), { quantile: String(quantile) });
      lag.set(lateness(delay.max), { quantile: "1" });
      delay.reset();
    },
    stop: () => delay.disable(),
  };
}
