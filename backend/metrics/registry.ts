import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Numbers as Prometheus reads them. Only these kinds, in a registry of its own: two backends in one process share nothing. */

/** `labels`: their names; `help`: one sentence. Values of labels come from short, known lists only, never from what others say. */
export type Named<Label extends string = never> = {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
};

type Labels<Label extends string> = [Label] extends [never] ? [] : [labels: Readonly<Record<Label, string>>];

export type Count<Label extends string = never> = { add(much: number, ...labels: Labels<Label>): void };
export type Level<Label extends string = never> = {
  set(value: number, ...labels: Labels<Label>): void;
  /** Forgets every value: what is not set anew is not told any more. */
  clear(): void;
};
/** Seconds, as is Prometheus' custom. */
export type Times<Label extends string = never> = { took(ms: number, ...labels: Labels<Label>): void };

export interface MetricsRegistry {
  count<Label extends string = never>(named: Named<Label>): Count<Label>;
  level<Label extends string = never>(named: Named<Label>): Level<Label>;
  /** `upToMs`: the upper ends of the buckets, rising. */
  times<Label extends string = never>(named: Named<Label>, upToMs: readonly number[]): Times<Label>;
  /** All of it in Prometheus' text format. */
  text(): Promise<{ readonly type: string; readonly body: string }>;
}

export function openRegistry(): MetricsRegistry {
  const registry = new Registry();
  const about = <Label extends string>({ name, help, labels = [] }: Named<Label>) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    count: (named) => {
      const counter = new Counter(about(named));
      return { add: (much, ...[labels]) => counter.inc(labels ?? {}, much) };
    },
    level: (named) => {
      const gauge = new Gauge(about(named));
      // A reset gauge without labels would say 0, which is more than is known.
      const clear = (named.labels ?? []).length === 0 ? () => gauge.remove() : () => gauge.reset();
      return { set: (value, ...[labels]) => gauge.set(labels ?? {}, value), clear };
    },
    times: (named, upToMs) => {
      const histogram = new Histogram({ ...about(named), buckets: upToMs.map((ms) => ms / 1_000) });
      return { took: (ms, ...[labels]) => histogram.observe(labels ?? {}, ms / 1_000) };
    },
    text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}
