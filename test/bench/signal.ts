import { steadyClock } from "../../host/clock.ts";

const clock = steadyClock("bench", { keepsAlive: false });

/** Something that happens again and again: `next` resolves at the next time. */
export class Signal<Value = void> {
  #waiting: ((value: Value) => void)[] = [];
  readonly #listening: ((value: Value) => void)[] = [];

  tell(value: Value): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const hear of [...waiting, ...this.#listening]) hear(value);
  }

  /** `hear` is told every time from now on. */
  each(hear: (value: Value) => void): void {
    this.#listening.push(hear);
  }

  /** Rejects, naming `what`, when it does not happen within `withinMs`. */
  next(what: string, withinMs = 20_000): Promise<Value> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`waited ${withinMs} ms in vain until ${what}`));
      const stop = clock.after(withinMs, late);
      this.#waiting.push((value) => {
        stop();
        resolve(value);
      });
    });
  }
}
