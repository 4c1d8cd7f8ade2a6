/** Longest packet that either side takes: sixteen times the longest statement. MQTT itself allows 256 MiB. */
export const PACKET_MAX_BYTES = 262_144;

/**
 * Reads along in a stream of MQTT packets and knows, from the fixed header alone, when one is longer than allowed: before
 * anybody has buffered it. Keeps two numbers, whatever arrives.
 */
export class PacketMeter {
  readonly #most: number;
  /** Bytes of the current packet that are still to come; `undefined` while its fixed header is being read. */
  #left: number | undefined;
  /** Bytes of the header seen: the type, then 1 to 4 of the length. */
  #headerBytes = 0;
  #length = 0;

  constructor(most: number = PACKET_MAX_BYTES) {
    this.#most = most;
  }

  /** Takes the next bytes. False from the moment on when a packet is too long, or its length is written wrongly. */
  see(bytes: Uint8Array): boolean {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left === undefined && !this.#readHeader(bytes[at++] ?? 0)) return false;
      at += this.#skip(bytes.length - at);
    }
    return true;
  }

  /** MQTT 3.1.1, section 2.2.3: seven bits a byte, the lowest first; the eighth says that another follows. */
  #readHeader(byte: number): boolean {
    this.#headerBytes += 1;
    if (this.#headerBytes === 1) return true;
    this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 2);
    const goesOn = byte >= 0x80;
    if (goesOn && this.#headerBytes === 5) return this.#fail();
    if (this.#headerBytes + this.#length > this.#most) return this.#fail();
    if (!goesOn) this.#left = this.#length;
    return true;
  }

  #skip(available: number): number {
    if (this.#left === undefined) return 0;
    const skipped = Math.min(this.#left, available);
    this.#left -= skipped;
    if (this.#left === 0) this.#begin();
    return skipped;
  }

  #begin(): void {
    this.#left = undefined;
    this.#headerBytes = 0;
    this.#length = 0;
  }

  /** Stays refusing: the next byte is again one too many. */
  #fail(): false {
    this.#headerBytes = 4;
    this.#length = this.#most;
    return false;
  }
}
