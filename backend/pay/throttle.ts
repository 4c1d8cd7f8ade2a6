import { isIPv6 } from "node:net";
import { putNewest } from "../../host/newest.ts";
import type { Clock, Instant } from "../../protocol/time.ts";
import { look } from "../bucket.ts";

export type ThrottleOptions = {
  readonly clock: Clock;
  /** Requests of one address; as many again may come at once after a quiet minute. */
  readonly aMinute: number;
  /** How many addresses are remembered; 10,000 when absent. The longest quiet ones are forgotten. */
  readonly bound?: number;
};

const MINUTE_MS = 60_000;
const ROUNDING_MS = 0.001;

/** Bounds how much one address may ask. IPv6 addresses of one network of 64 bits are one: a customer has all of them. */
export class Throttle {
  readonly #options: Required<ThrottleOptions>;
  /** By address, longest quiet first: when it may ask as much as ever again. */
  readonly #restedAt = new Map<string, Instant>();

  constructor(options: ThrottleOptions) {
    this.#options = { bound: 10_000, ...options };
  }

  get size(): number {
    return this.#restedAt.size;
  }

  /** Whether this request may be answered; it counts when it may. */
  admits(address: string): boolean {
    const { clock, aMinute, bound } = this.#options;
    const now = clock.now();
    const name = networkOf(address);
    const { waitMs, next } = look({ intervalMs: MINUTE_MS / aMinute, burst: aMinute }, this.#restedAt.get(name), now);
    if (waitMs > ROUNDING_MS) return false;
    putNewest(this.#restedAt, name, next, bound);
    return true;
  }
}

/** The first four groups of an IPv6 address, written out. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.toLowerCase().split("::");
  const [front, back] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0");
  return [...front, ...zeros, ...back].slice(0, 4).map(withoutZeros).join(":");
}

const groupsOf = (text: string): readonly string[] => text.split(":").filter((group) => group !== "");
const withoutZeros = (group: string): string => group.replace(/^0+(?=.)/, "");
