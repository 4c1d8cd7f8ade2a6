/** `stalled`: not all of it was taken in time, and how much was is not known. `gone`: nobody is at the other end. */
export type Sent = "sent" | "stalled" | "gone";

/** Bytes to and from a printer. Nothing here waits longer than it is told to, whatever the printer does. */
export interface Wire {
  /** `sent`: the kernel has taken all of it, which says nothing of the printer. One at a time. */
  write(bytes: Uint8Array, withinMs: number): Promise<Sent>;
  /** What has come since the last call, waiting at most so long for the first byte; empty when nothing has. */
  read(withinMs: number): Promise<Uint8Array>;
  /** Called once, when nobody is at the other end any more; at once, where that is so already. */
  onGone(hear: () => void): void;
  /** Forgets what was not sent; twice does no harm. */
  close(): Promise<void>;
}

/** Rejects with `HardwareFault`, which says what is in the way. */
export type OpenWire = () => Promise<Wire>;
