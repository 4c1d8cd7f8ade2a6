import type { DeviceClock } from "../clock.ts";
import type { Condition } from "../device.ts";
import { askStatus, type StatusPart } from "./commands.ts";
import { conditionOf, type Sign, StatusReader, signsOfAnswer } from "./status.ts";
import type { Sent, Wire } from "./wire.ts";

export const EVERYTHING: readonly StatusPart[] = [1, 2, 3, 4];
/** Enough to see that something is wrong, asked many times in mid-picture. */
export const THE_LEAST: readonly StatusPart[] = [1, 4];

/** Questions and answers on one wire; one thing at a time. */
export class Dialogue {
  readonly #wire: Wire;
  readonly #clock: DeviceClock;
  readonly #reader = new StatusReader();

  constructor(wire: Wire, clock: DeviceClock) {
    this.#wire = wire;
    this.#clock = clock;
  }

  say(bytes: Uint8Array, withinMs: number): Promise<Sent> {
    return this.#wire.write(bytes, withinMs);
  }

  /** `unknown` when any of the parts is not answered by then. */
  async ask(parts: readonly StatusPart[], withinMs: number): Promise<Condition> {
    const end = this.#clock.now().ms + withinMs;
    const signs: Sign[] = [];
    for (const part of parts) {
      const answer = await this.#answer(part, end);
      if (answer === undefined) return "unknown";
      signs.push(...signsOfAnswer(part, answer));
    }
    return conditionOf([...signs, ...this.#reader.automatic]);
  }

  /** All answers look alike: what came before the question is no answer to it. */
  async #answer(part: StatusPart, end: number): Promise<number | undefined> {
    this.#reader.read(await this.#wire.read(0));
    if ((await this.say(askStatus(part), this.#left(end))) !== "sent") return undefined;
    for (;;) {
      const left = this.#left(end);
      const bytes = await this.#wire.read(left);
      const [answer] = this.#reader.read(bytes);
      if (answer !== undefined) return answer;
      if (bytes.length === 0 || left <= 0) return undefined;
    }
  }

  #left(end: number): number {
    return Math.max(0, end - this.#clock.now().ms);
  }
}
