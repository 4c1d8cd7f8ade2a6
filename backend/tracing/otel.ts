import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";
import type { Span, SpanSink } from "./span.ts";

/** Sends spans to a collector over OTLP/HTTP as JSON. Loaded only where the configuration asks for traces. */
export type OtelOptions = {
  readonly url: string;
  readonly ratio: number;
  readonly token?: () => string;
  /** `service.instance.id`: this process, among the backends. */
  readonly instance: string;
  readonly version: string;
  /** The collector does not take them; `spans` are lost. */
  onLost(spans: number, error: unknown): void;
};

const KINDS = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
} as const satisfies Record<Span["kind"], SpanKind>;

/** Some ten seconds of sales at a hundred a second; what is more is dropped. */
const MOST_WAITING = 8_192;
const AT_ONCE = 512;
const EVERY_MS = 2_000;
const SEND_MS = 3_000;

export function openOtel({ url, ratio, token, instance, version, onLost }: OtelOptions): SpanSink {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token()}` };
  const ids = orderIds();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      "service.name": "qris-backend",
      "service.instance.id": instance,
      "service.version": version,
    }),
    sampler: new TraceIdRatioBasedSampler(ratio),
    idGenerator: ids,
    forceFlushTimeoutMillis: SEND_MS,
    spanProcessors: [
      new BatchSpanProcessor(telling(new OTLPTraceExporter({ url, headers, timeoutMillis: SEND_MS }), onLost), {
        maxQueueSize: MOST_WAITING,
        maxExportBatchSize: AT_ONCE,
        scheduledDelayMillis: EVERY_MS,
        exportTimeoutMillis: SEND_MS,
      }),
    ],
  });
  const tracer = provider.getTracer("qris-backend", version);
  return {
    add: ({ trace: traceId, root, isRoot, name, kind, beganWall, tookMs, facts, failed }) => {
      ids.be(isRoot ? { traceId, spanId: root } : undefined);
      const parent = { traceId, spanId: root, traceFlags: TraceFlags.SAMPLED, isRemote: true };
      const context = isRoot ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      const about = { kind: KINDS[kind], startTime: beganWall, attributes: { ...facts } };
      const span = tracer.startSpan(name, about, context);
      if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failed });
      span.end(beganWall + tookMs);
    },
    close: () => provider.shutdown().catch(() => undefined),
  };
}

type Ids = { readonly traceId: string; readonly spanId: string };

/** Chance, but for the first span of an order. */
function orderIds() {
  const chance = new RandomIdGenerator();
  let next: Ids | undefined;
  return {
    /** For the next span. */
    be: (ids: Ids | undefined): void => {
      next = ids;
    },
    generateTraceId: (): string => next?.traceId ?? chance.generateTraceId(),
    generateSpanId: (): string => next?.spanId ?? chance.generateSpanId(),
  };
}

const telling = (exporter: SpanExporter, onLost: OtelOptions["onLost"]): SpanExporter => ({
  export: (spans, done) =>
    exporter.export(spans, (result) => {
      if (result.error !== undefined) onLost(spans.length, result.error);
      done(result);
    }),
  shutdown: () => exporter.shutdown(),
  ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
});
