import { COST, type Cost, hashPassword, isCheap, isPassword } from "./passwords.ts";
import { Queue } from "./queue.ts";

/** How many wait for their password to be looked at; more are told to come back. */
const LONGEST_QUEUE = 16;

/** Works passwords out one after the other: so many sign-ins at once cost no more memory, and leave three of libuv's threads to others. */
export class Hasher {
  readonly #queue = new Queue({ atOnce: 1, longest: LONGEST_QUEUE });
  readonly #admitted = new Queue({ atOnce: LONGEST_QUEUE + 1, longest: 0 });
  readonly #cost: Cost;
  /** Looked at in the place of an account that is not there. */
  #nobody: Promise<string> | undefined;

  constructor(cost: Cost = COST) {
    this.#cost = cost;
  }

  /** Runs an act that will ask `isPassword`; `full` where so many are under way, before this one has cost anything. */
  readonly admit = <Done>(act: () => Promise<Done>): Promise<Done | "full"> => this.#admitted.run(act);

  /** Not in the queue: only who is signed in already asks for it. */
  hash(password: string): Promise<string> {
    return hashPassword(password, this.#cost);
  }

  /** Takes as long where nothing is stored; `full` where too many wait. */
  async isPassword(password: string, stored: string | null | undefined): Promise<boolean | "full"> {
    this.#nobody ??= this.hash("");
    const against = stored ?? (await this.#nobody);
    const is = await this.#queue.run(() => isPassword(password, against));
    return is === "full" ? is : is && typeof stored === "string";
  }

  isCheap(stored: string): boolean {
    return isCheap(stored, this.#cost);
  }
}
