/** One piece of an order's way, as OpenTelemetry sees it. */
export type Span = {
  /** 32 hexadecimal digits. */
  readonly trace: string;
  /** The span that it hangs on, 16 hexadecimal digits; of the first one its own id. */
  readonly root: string;
  readonly isRoot: boolean;
  readonly name: string;
  readonly kind: "internal" | "client" | "server" | "producer";
  /** Milliseconds since 1970, with fractions. */
  readonly beganWall: number;
  readonly tookMs: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly failed?: string;
};

export interface SpanSink {
  /** Returns at once. Beyond a bound, spans are dropped. */
  add(span: Span): void;
  /** Sends what it has, for some seconds at most. */
  close(): Promise<void>;
}
