import type { PaymentType } from "../../backend/providers/midtrans/charge-body.ts";
import type { Child } from "./child.ts";
import type { Ears } from "./surroundings.ts";

export type PaymentTypeParts = {
  readonly backend: Pick<Child, "start" | "stop">;
  /** Writes the backend's configuration. */
  write(type: PaymentType): void;
  readonly ears: Ears;
};

/**
 * What the backend charges as. It reads that when it starts, so it is stopped and started for it, one change after the other;
 * open orders go on where they were.
 */
export class PaymentTypeSwitch {
  readonly #parts: PaymentTypeParts;
  #type: PaymentType = "qris";
  #isClosed = false;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: PaymentTypeParts) {
    this.#parts = parts;
  }

  get type(): PaymentType {
    return this.#type;
  }

  set(type: PaymentType): void {
    if (type === this.#type || this.#isClosed) return;
    this.#type = type;
    const { ears } = this.#parts;
    ears.tell({
      chapter: "backend",
      from: "demo",
      to: "backend",
      words: `Another configuration: payment_type = "${type}"`,
      detail: "the backend is started again with it",
    });
    this.#last = this.#last.then(() => this.#renew(type)).catch((error: unknown) => ears.tell(failure(error)));
  }

  /** Starts nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  async #renew(type: PaymentType): Promise<void> {
    if (this.#isClosed || type !== this.#type) return;
    const { backend, write } = this.#parts;
    await backend.stop();
    if (this.#isClosed) return;
    write(type);
    await backend.start();
  }
}

const failure = (error: unknown) =>
  ({
    chapter: "trouble",
    from: "demo",
    to: "backend",
    words: "The backend did not start again",
    detail: error instanceof Error ? error.message : String(error),
    tone: "bad",
  }) as const;
