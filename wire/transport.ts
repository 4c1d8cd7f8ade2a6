export type Message = { readonly topic: string; readonly payload: Uint8Array };

/** One connection to a broker, kept alive by itself. It is a pipe, not a queue: what cannot be sent now is not sent. */
export interface Transport {
  readonly connected: boolean;
  /** Sends with QoS 1. True when the broker has it; false when it is not connected or the broker does not answer in time. */
  publish(topic: string, payload: string, options?: { readonly retain?: boolean }): Promise<boolean>;
  close(): Promise<void>;
}

export type TransportEvents = {
  /** Connected, and every subscription granted. */
  up(): void;
  down(because: string): void;
  /** Resolves when the message is on disk: only then the broker is told. A rejection drops the connection. */
  hear(message: Message): Promise<void>;
};

export type TransportOptions = {
  readonly clientId: string;
  readonly subscribe: readonly string[];
  /** The last will of the `connection`-th connection, counted from 1; retained. */
  will?(connection: number): { readonly topic: string; readonly payload: string };
};

/** Opens a connection; what lies behind it (MQTT over TCP or TLS, or a simulated network) is the opener's business. */
export type OpenTransport = (options: TransportOptions, events: TransportEvents) => Transport;
