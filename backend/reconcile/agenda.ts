import { type Instant, isReached, leftMs } from "../../protocol/time.ts";

export type Next<Task> =
  | { readonly is: "task"; readonly task: Task }
  | { readonly is: "wait"; readonly ms: number }
  | { readonly is: "empty" };

type PutOff<Task> = { readonly task: Task; readonly due: Instant };

/** What is still to be looked at. What was put off comes first when its time has come, so that what was begun gets done. */
export class Agenda<Task> {
  readonly #fresh: Iterator<Task>;
  /** The one that is due next stands first. */
  readonly #later: PutOff<Task>[] = [];

  constructor(tasks: Iterable<Task>) {
    this.#fresh = tasks[Symbol.iterator]();
  }

  putOff(task: Task, due: Instant): void {
    const at = this.#later.findLastIndex((other) => other.due.ms <= due.ms);
    this.#later.splice(at + 1, 0, { task, due });
  }

  next(now: Instant): Next<Task> {
    const [first] = this.#later;
    if (first !== undefined && isReached(first.due, now)) {
      this.#later.shift();
      return { is: "task", task: first.task };
    }
    const fresh = this.#fresh.next();
    if (fresh.done !== true) return { is: "task", task: fresh.value };
    return first === undefined ? { is: "empty" } : { is: "wait", ms: leftMs(first.due, now) };
  }
}
