import { putNewest } from "../../host/newest.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import { newUuid } from "../midtrans/uuid.ts";

const LIFETIME_S = 900;
const KEPT = 1_000;

/** The access tokens handed out; each is good for 15 minutes. Beyond 1,000 the oldest is forgotten. */
export class Tokens {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #lifetimeS: number;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, random: Random, speed: number) {
    this.#clock = clock;
    this.#random = random;
    this.#lifetimeS = Math.max(1, Math.floor(LIFETIME_S / speed));
  }

  issue(): { readonly accessToken: string; readonly expiresIn: string } {
    const accessToken = `${newUuid(this.#random)}${newUuid(this.#random)}`.replaceAll("-", "");
    putNewest(this.#until, accessToken, this.#clock.now().ms + this.#lifetimeS * 1_000, KEPT);
    return { accessToken, expiresIn: String(this.#lifetimeS) };
  }

  isGood(token: string): boolean {
    return (this.#until.get(token) ?? 0) > this.#clock.now().ms;
  }

  revoke(token: string): void {
    this.#until.delete(token);
  }
}
