import { eventually } from "../../journeys/eventually.ts";
import type { Known, Outside } from "../sale/outside.ts";

/** How a sale goes on after its code is on show. */
export type Plot = "pays" | "cancels";

const PATIENCE_MS = 240_000;

/** Somebody in front of the stand in the virtual machine, who acts on what the world knows. */
export class Customer {
  readonly #outside: Outside;

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  /** Begins an order; resolves when it can be paid. */
  async orders(): Promise<void> {
    const { length: before } = await this.#outside.known();
    this.#outside.press("coffee");
    await this.newest("payable", (known) => known.length > before);
  }

  async pays(): Promise<void> {
    const [qr = ""] = this.#outside.payable();
    if (!(await this.#outside.pay(qr))) throw new Error("the code on show cannot be paid");
  }

  /** A whole sale, to its end in the backend's books. */
  async buys(plot: Plot): Promise<void> {
    await this.orders();
    if (plot === "pays") await this.pays();
    else this.#outside.press("cancel");
    await this.newest(plot === "pays" ? "delivered" : "voided");
  }

  /** Waits until the newest order is known so. */
  newest(at: string, isIt: (known: readonly Known[]) => boolean = () => true): Promise<Known> {
    return eventually(
      `the newest order is ${at}`,
      async () => {
        const known = await this.#outside.known();
        return isIt(known) && known[0]?.at === at ? known[0] : undefined;
      },
      PATIENCE_MS,
    );
  }
}
