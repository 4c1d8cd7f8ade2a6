import { putNewest } from "../../../host/newest.ts";
import type { Standing } from "../provider.ts";
import type { Original } from "./bodies.ts";

/** How many are remembered; one that is forgotten is asked for by the other name. */
const KEPT = 10_000;

/**
 * Midtrans' own numbers, as far as they have been heard. External ids are good for a day by the documentation, its own number
 * for ever; after a restart the external id has to do until the first answer.
 */
export class ReferenceNumbers {
  readonly #numbers = new Map<string, string>();

  /** `standing`: what the answer that named the number says; one that says nothing may name another transaction's. */
  learn(reference: string, number: string | undefined, standing?: Standing): void {
    if (number === undefined || number === reference) return;
    if (standing?.is === "unclear" || standing?.is === "unknown") return;
    putNewest(this.#numbers, reference, number, KEPT);
  }

  originalOf(reference: string): Original {
    const number = this.#numbers.get(reference);
    return number === undefined ? { originalExternalId: reference } : { originalReferenceNo: number };
  }
}
