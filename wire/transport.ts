import type { Instant } from "../protocol/time.ts";

export type Message = { readonly topic: string; readonly payload: Uint8Array };

export type PublishOptions = { readonly retain?: boolean; readonly unconfirmed?: boolean };

/** One connection to a broker, kept alive by itself. It is a pipe, not a queue: what cannot be sent now is not sent. */
export interface Transport {
  readonly connected: boolean;
  /** When it last began to connect. While it is not connected, an attempt lies never longer than two minutes back. */
  readonly lastAttempt: Instant;
  /**
   * Sends with QoS 1. True when the broker has it; false when it is not connected or the broker does not answer in time.
   * `unconfirmed`: with QoS 0, and true as soon as it is on its way; for what nobody misses when it is lost.
   */
  publish(topic: string, payload: string, options?: PublishOptions): Promise<boolean>;
  /** Somebody has come who waits for the connection: where the next attempt is far off it is made soon. */
  hurry(): void;
  /** Says goodbye, so that the broker keeps the last will to itself. No event comes afterwards. */
  close(): Promise<void>;
}

export type TransportEvents = {
  /** Connected, and every subscription granted. */
  up(): void;
  /** The connection is gone, or an attempt to connect has failed: it comes again for every attempt. */
  down(because: string): void;
  /**
   * Resolves when the message is on disk: only then the broker is told. A rejection drops the connection. One message of a topic after
   * another, those of several topics side by side, within a bound; a retained one may come before `up`.
   */
  hear(message: Message): Promise<void>;
};

export type Will = { readonly topic: string; readonly payload: string };

export type TransportOptions = {
  readonly clientId: string;
  /** Heard at least once, in order, and acknowledged when it is stored. */
  readonly subscribe: readonly string[];
  /** Heard at most once: what is said again soon, and shall not stand before statements in the broker's queue. */
  readonly overhear?: readonly string[];
  /** Whether somebody waits for the connection, asked when it is gone; where nobody does it comes back later. Yes, when absent. */
  hurries?(): boolean;
  /** The last will of the `connection`-th attempt to connect, counted from 1; retained. Asked once for each attempt. */
  will?(connection: number): Will;
};

/** Opens a connection; what lies behind it (MQTT over TCP or TLS, or a simulated network) is the opener's business. */
export type OpenTransport = (options: TransportOptions, events: TransportEvents) => Transport;
