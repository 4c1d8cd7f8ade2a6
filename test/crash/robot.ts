import { orderRequestSchema } from "../../gateway/controller/words.ts";
import type { State } from "../../gateway/order/words.ts";
import type { ReleaseId } from "../../protocol/ids.ts";
import type { StandProcess } from "../world/stand-process.ts";
import type { Timeline } from "../world/timeline.ts";

const ASK_MS = 500;
const PATIENT_MS = 120_000;

const wish = orderRequestSchema.parse({
  amount: 15_000,
  items: [{ product: "kopi", name: "Kopi Susu", price: 15_000 }],
  reference: "vend-1",
  release: { by: "controller", window_ms: 30_000 },
});

/**
 * A vending controller as it should be: it says the same order again and again until it is over, writes down each release before
 * the goods fall, and answers until it is heard. Its own power does not go.
 */
export class Robot {
  readonly #timeline: Timeline;
  readonly #stand: StandProcess;
  readonly #bug: (error: unknown) => void;
  readonly #dropped = new Set<ReleaseId>();
  #begunAtMs = 0;

  constructor(timeline: Timeline, stand: StandProcess, bug: (error: unknown) => void) {
    this.#timeline = timeline;
    this.#stand = stand;
    this.#bug = bug;
  }

  /** How often goods fell. */
  get drops(): number {
    return this.#dropped.size;
  }

  sell(): void {
    this.#begunAtMs = this.#timeline.ms;
    this.#ask();
  }

  /** What is wrong with the sale in a controller's eyes. */
  wrongs(orders: readonly State[], pulses: number): readonly string[] {
    const mine = orders.filter(({ order }) => order.reference === wish.reference);
    return [
      ...(mine.length > 1 ? [`one reference is ${mine.length} orders`] : []),
      ...(pulses > 0 ? ["a contact moved for goods that a controller lets out"] : []),
    ];
  }

  #ask(): void {
    if (this.#timeline.ms - this.#begunAtMs > PATIENT_MS) return;
    this.#timeline.after(ASK_MS, () => this.#ask());
    const { orders } = this.#stand;
    if (orders === undefined) return;
    const asked = orders.place(wish).then(async (placed) => {
      if (!("state" in placed) || placed.state.at !== "releasing") return;
      const { order, release } = placed.state;
      this.#dropped.add(release);
      await orders.answer(order.id, release, { outcome: "delivered", confirmed: true });
    });
    asked.catch(this.#bug);
  }
}
